package org.rodnan.http;

import java.nio.charset.StandardCharsets;
import org.hl7.fhir.r4.model.Meta;
import org.hl7.fhir.r4.model.Parameters;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.operation.MetaOperation;
import org.rodnan.store.ResourceVersion;

/** What {@code $meta} and its companions answer with: Parameters with one, {@code return}. */
final class MetaAnswers {
  private MetaAnswers() {}

  static byte[] json(Meta meta) {
    Parameters parameters = new Parameters();
    parameters.addParameter().setName("return").setValue(meta);
    return FhirContexts.r4()
        .newJsonParser()
        .encodeResourceToString(parameters)
        .getBytes(StandardCharsets.UTF_8);
  }

  static byte[] json(ResourceVersion version) {
    return json(MetaOperation.of(version));
  }
}
