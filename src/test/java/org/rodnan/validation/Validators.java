package org.rodnan.validation;

import org.hl7.fhir.r4.model.Resource;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.terminology.Definitions;

/** One validator for all tests: making one takes seconds. */
final class Validators {
  static final ResourceValidator SHARED = new ResourceValidator(new Definitions(), 2);

  private Validators() {}

  static ValidationReport validate(byte[] json) {
    return SHARED.validate(model(new String(json, java.nio.charset.StandardCharsets.UTF_8)), json);
  }

  static ValidationReport validate(String json) {
    return validate(json.getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  static ValidationReport validate(Resource resource) {
    return validate(FhirContexts.r4().newJsonParser().encodeResourceToString(resource));
  }

  /** Lenient, as the judge must not depend on how the model was read. */
  private static Resource model(String json) {
    var parser = FhirContexts.r4().newJsonParser();
    parser.setParserErrorHandler(new ca.uhn.fhir.parser.LenientErrorHandler(false));
    return (Resource) parser.parseResource(json);
  }
}
