package org.rodnan.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.lucene.index.IndexableField;
import org.hl7.fhir.r4.model.Resource;
import org.junit.jupiter.api.Test;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.fhir.ResourceTypes;
import org.rodnan.store.BusinessIdentifier;
import org.rodnan.terminology.UnitConversion;

final class DocumentExtractorTest {
  private static final SearchParameters PARAMETERS = SearchParameters.load();
  private static final DocumentExtractor EXTRACTOR =
      new DocumentExtractor(
          PARAMETERS, new UnitConversion(), List.of("http://localhost:8080/fhir/"));

  @Test
  void extractsEveryTypeWithEveryElement() {
    long seed = 20110405;
    Set<String> found = new TreeSet<>();
    for (int round = 0; round < 12; round++) {
      EveryElement elements = new EveryElement(seed, round);
      for (String type : ResourceTypes.all()) {
        Resource resource = elements.of(type);
        List<IndexableField> fields = EXTRACTOR.extract(resource).fields(Map.of());
        assertThat(fields).as("seed %d, %s", seed, type).isNotEmpty();
        fields.stream()
            .filter(field -> field.name().equals(FieldNames.PRESENT))
            .forEach(field -> found.add(field.stringValue()));
      }
    }
    Set<String> never =
        ResourceTypes.all().stream()
            .flatMap(type -> PARAMETERS.of(type).stream())
            .filter(SearchParameters::isExtracted)
            .filter(DocumentExtractorTest::isFoundByStructureAlone)
            .map(ParameterDefinition::field)
            .filter(field -> !found.contains(field))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(never).as("parameters that never found a value, seed %d", seed).isEmpty();
  }

  private static boolean isFoundByStructureAlone(ParameterDefinition parameter) {
    return parameter.expressions().stream()
        .noneMatch(e -> e.contains("where(") || e.contains("extension") || e.contains("[0]"));
  }

  @Test
  void namesTargetsWhereverTheyStand() {
    IndexDocument document =
        extract(
            """
            {"resourceType":"Observation","status":"final","code":{"text":"x"},
             "contained":[{"resourceType":"Patient","id":"p","managingOrganization":{"reference":"Organization/o"}}],
             "subject":{"reference":"http://localhost:8080/fhir/Patient/1/_history/3"},
             "performer":[{"reference":"#p"},{"reference":"http://elsewhere/Practitioner/2"}],
             "extension":[{"url":"http://x","valueReference":{"reference":"ResearchStudy/s"}}],
             "derivedFrom":[{"reference":"urn:uuid:53fefa32-fcbb-4ff8-8a92-55ee120877b7"}]}
            """);
    assertThat(document.targets())
        .extracting(ResourceKey::toString)
        .containsExactlyInAnyOrder("Organization/o", "Patient/1", "ResearchStudy/s");
  }

  @Test
  void resolvesOpenReferences() {
    IndexDocument document =
        extract(
                """
                {"resourceType":"Observation","status":"final","code":{"text":"x"},
                 "subject":{"reference":"urn:uuid:1"},"focus":[{"reference":"Patient?identifier=2"}]}
                """)
            .withReferences(Map.of("urn:uuid:1", "Patient/1", "Patient?identifier=2", "Patient/2"));
    assertThat(document.targets())
        .extracting(ResourceKey::toString)
        .containsExactlyInAnyOrder("Patient/1", "Patient/2");
    assertThat(document.fields(Map.of(new ResourceKey("Patient", "1"), 7L)))
        .anyMatch(f -> f.name().equals("Observation.subject") && text(f).equals("Patient/1"))
        .anyMatch(f ->
            f.name().equals(FieldNames.targets("Observation.subject"))
                && f.numericValue().longValue() == 7)
        .noneMatch(f -> text(f).contains("urn:uuid:1"));
  }

  @Test
  void namesBusinessIdentifiers() {
    IndexDocument document =
        extract(
            """
            {"resourceType":"Patient","identifier":[{"system":"urn:a","value":"1"},{"value":"2"},
             {"system":"urn:b"}]}
            """);
    assertThat(document.identifiers())
        .containsExactly(new BusinessIdentifier("urn:a", "1"), new BusinessIdentifier(null, "2"));
  }

  @Test
  void knowsAReferencesTypeWithoutLoadingIt() {
    IndexDocument document =
        extract(
            """
            {"resourceType":"Observation","status":"final","code":{"text":"x"},
             "subject":{"reference":"Group/1"}}
            """);
    assertThat(document.fields(Map.of()))
        .anyMatch(f -> f.name().equals("Observation.subject"))
        .noneMatch(f -> f.name().equals("Observation.patient"));
  }

  private static String text(IndexableField field) {
    return field.stringValue() != null
        ? field.stringValue()
        : field.binaryValue() == null ? "" : field.binaryValue().utf8ToString();
  }

  private static IndexDocument extract(String json) {
    return EXTRACTOR.extract((Resource) FhirContexts.r4().newJsonParser().parseResource(json));
  }
}
