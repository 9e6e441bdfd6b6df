package org.rodnan.validation;

import ca.uhn.fhir.parser.LenientErrorHandler;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.hl7.fhir.r4.model.Basic;
import org.hl7.fhir.r4.model.Resource;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.Issue;
import org.rodnan.terminology.Artifacts;
import org.rodnan.terminology.Definitions;
import org.rodnan.terminology.StoredDefinitions;

/** One validator for all tests: making one takes seconds. */
final class Validators {
  static final ValidationLimits LIMITS =
      new ValidationLimits(4, 250_000, Duration.ofSeconds(60), Duration.ofSeconds(60));
  private static final Definitions DEFINITIONS = new Definitions();
  static final ResourceValidator SHARED = of(LIMITS);

  private static final Map<String, byte[]> EXAMPLES = Artifacts.files("profiles/examples");

  private Validators() {}

  /** Of the program's own definitions, which are shared; everything is enforced. */
  static ResourceValidator of(ValidationLimits limits) {
    return new ResourceValidator(
        DEFINITIONS, StoredDefinitions.NONE, limits, ValidationModes.ENFORCED);
  }

  static ValidationReport validate(byte[] json) {
    return SHARED.validate(new Basic(), json);
  }

  static ValidationReport validate(String json) {
    return validate(json.getBytes(StandardCharsets.UTF_8));
  }

  static ValidationReport validate(Resource resource) {
    return validate(FhirContexts.r4().newJsonParser().encodeResourceToString(resource));
  }

  static List<Issue> errors(String json) {
    return validate(json).issues().stream().filter(Issue::isError).toList();
  }

  static List<Issue> errors(Resource resource) {
    return validate(resource).issues().stream().filter(Issue::isError).toList();
  }

  /** The files of profiles/examples. */
  static Map<String, byte[]> examples() {
    return EXAMPLES;
  }

  /** The JSON of a file of profiles/examples. */
  static String example(String name) {
    return new String(
        Objects.requireNonNull(EXAMPLES.get(name + ".json"), name), StandardCharsets.UTF_8);
  }

  static <T extends Resource> T example(Class<T> type, String name) {
    var parser = FhirContexts.r4().newJsonParser();
    parser.setParserErrorHandler(new LenientErrorHandler(false).disableAllErrors());
    return parser.parseResource(type, example(name));
  }
}
