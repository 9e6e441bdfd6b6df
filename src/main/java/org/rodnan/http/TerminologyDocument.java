package org.rodnan.http;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import org.hl7.fhir.r4.model.CodeSystem;
import org.hl7.fhir.r4.model.Enumerations.PublicationStatus;
import org.hl7.fhir.r4.model.TerminologyCapabilities;
import org.hl7.fhir.r4.model.TerminologyCapabilities.CapabilityStatementKind;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.operation.TerminologyOperations;
import org.rodnan.terminology.concepts.CodeSystemOutline;

/**
 * What the server knows of terminology (R4, terminologycapabilities.html): the code systems that it
 * knows by itself, and what its operations take.
 */
final class TerminologyDocument {
  private static final List<String> EXPANSION_PARAMETERS =
      TerminologyOperations.expansionParameters().stream().sorted().toList();

  private TerminologyDocument() {}

  private static void add(
      TerminologyCapabilities capabilities,
      String url,
      @Nullable String version,
      boolean isListed) {
    var system = capabilities.addCodeSystem().setUri(url);
    system.setSubsumption(isListed);
    if (version != null) {
      system.addVersion().setCode(version);
    }
  }

  /**
   * @param systems those the program brings
   * @param others those that need no definition
   * @param published when this statement was made
   */
  static byte[] make(
      Collection<CodeSystem> systems,
      Collection<CodeSystemOutline> others,
      String version,
      Instant published) {
    TerminologyCapabilities capabilities = new TerminologyCapabilities();
    capabilities
        .setStatus(PublicationStatus.ACTIVE)
        .setDate(Date.from(published))
        .setKind(CapabilityStatementKind.INSTANCE)
        .setName("RodnanTerminology")
        .setTitle("Rodnan, terminology")
        .setPublisher("Rodnan")
        .setDescription(
            "Known besides what is listed: all code systems of R4 that list their codes, and those"
                + " that clients store. Supplements that are stored apply by themselves.");
    capabilities.getSoftware().setName("Rodnan").setVersion(version);
    capabilities.getImplementation().setDescription("Rodnan");
    for (CodeSystem system : systems) {
      add(capabilities, system.getUrl(), system.getVersion(), true);
    }
    for (CodeSystemOutline outline : others) {
      add(capabilities, outline.url(), outline.version(), outline.version() != null);
    }
    var expansion = capabilities.getExpansion().setHierarchical(true).setPaging(true);
    expansion.setIncomplete(false);
    EXPANSION_PARAMETERS.forEach(name -> expansion.addParameter().setName(name));
    expansion.setTextFilter(
        "Each word of the filter begins a word of the code, the display or a designation; case and"
            + " accents don't matter.");
    capabilities.setCodeSearch(TerminologyCapabilities.CodeSearchSupport.ALL);
    capabilities.getValidateCode().setTranslations(true);
    capabilities.getTranslation().setNeedsMap(false);
    capabilities.getClosure().setTranslation(false);
    return FhirContexts.r4()
        .newJsonParser()
        .encodeResourceToString(capabilities)
        .getBytes(StandardCharsets.UTF_8);
  }
}
