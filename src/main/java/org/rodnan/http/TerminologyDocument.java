package org.rodnan.http;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collection;
import java.util.Date;
import org.hl7.fhir.r4.model.CodeSystem;
import org.hl7.fhir.r4.model.Enumerations.PublicationStatus;
import org.hl7.fhir.r4.model.TerminologyCapabilities;
import org.hl7.fhir.r4.model.TerminologyCapabilities.CapabilityStatementKind;
import org.rodnan.fhir.FhirContexts;

/**
 * What the server knows of terminology (R4, terminologycapabilities.html): the code systems that it
 * brings with it. It uses them to validate; operations on terminology it has none.
 */
final class TerminologyDocument {
  private TerminologyDocument() {}

  /**
   * @param published when this statement was made
   */
  static byte[] make(Collection<CodeSystem> systems, String version, Instant published) {
    TerminologyCapabilities capabilities = new TerminologyCapabilities();
    capabilities
        .setStatus(PublicationStatus.ACTIVE)
        .setDate(Date.from(published))
        .setKind(CapabilityStatementKind.INSTANCE)
        .setName("RodnanTerminology")
        .setTitle("Rodnan, terminology")
        .setPublisher("Rodnan")
        .setDescription(
            "The code systems by which resources are validated, besides those of R4. There are no"
                + " operations on terminology.");
    capabilities.getSoftware().setName("Rodnan").setVersion(version);
    capabilities.getImplementation().setDescription("Rodnan");
    for (CodeSystem system : systems) {
      var known = capabilities.addCodeSystem().setUri(system.getUrl());
      if (system.hasVersion()) {
        known.addVersion().setCode(system.getVersion());
      }
    }
    return FhirContexts.r4()
        .newJsonParser()
        .encodeResourceToString(capabilities)
        .getBytes(StandardCharsets.UTF_8);
  }
}
