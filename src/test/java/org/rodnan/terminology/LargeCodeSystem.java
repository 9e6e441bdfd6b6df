package org.rodnan.terminology;

import java.util.List;
import java.util.Optional;
import org.hl7.fhir.r4.model.CodeSystem;
import org.hl7.fhir.r4.model.CodeSystem.CodeSystemContentMode;
import org.hl7.fhir.r4.model.CodeSystem.ConceptDefinitionComponent;
import org.hl7.fhir.r4.model.CodeType;
import org.hl7.fhir.r4.model.MetadataResource;
import org.hl7.fhir.r4.model.ValueSet;

/** A generated code system in which each concept has nine below it, and the value set of it all. */
final class LargeCodeSystem implements DefinitionSource {
  static final String URL = "http://example.org/large";
  private static final int CHILDREN = 9;
  private static final List<String> WORDS =
      List.of(
          "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa");

  private final CodeSystem system;
  private final ValueSet all;

  LargeCodeSystem(int concepts) {
    this.system = new CodeSystem();
    system.setId("large");
    system.setUrl(URL).setVersion("1").setName("Large");
    system.setContent(CodeSystemContentMode.COMPLETE).setCaseSensitive(true);
    for (int i = 0; i < concepts; i++) {
      ConceptDefinitionComponent concept = system.addConcept().setCode("c" + i);
      concept.setDisplay(
          "Finding " + WORDS.get(i % 10) + " " + WORDS.get(i / 10 % 10) + " number " + i);
      if (i > 0) {
        concept.addProperty().setCode("parent").setValue(new CodeType("c" + (i - 1) / CHILDREN));
      }
    }
    this.all = new ValueSet();
    all.setUrl(URL + "/all").getCompose().addInclude().setSystem(URL);
  }

  ValueSet all() {
    return all;
  }

  @Override
  public <T extends MetadataResource> Optional<T> find(Class<T> type, String canonical) {
    return type == CodeSystem.class && canonical.equals(URL)
        ? Optional.of(type.cast(system))
        : Optional.empty();
  }

  @Override
  public <T extends MetadataResource> List<T> naming(
      Class<T> type, String parameter, String canonical) {
    return List.of();
  }
}
