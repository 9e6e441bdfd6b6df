package org.rodnan.validation;

import static org.assertj.core.api.Assertions.assertThat;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.DefaultProfileValidationSupport;
import ca.uhn.fhir.validation.FhirValidator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.hl7.fhir.common.hapi.validation.support.CommonCodeSystemsTerminologyService;
import org.hl7.fhir.common.hapi.validation.support.InMemoryTerminologyServerValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.SnapshotGeneratingValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.ValidationSupportChain;
import org.hl7.fhir.common.hapi.validation.validator.FhirInstanceValidator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.Limits;
import org.rodnan.fhir.ParsedResource;
import org.rodnan.fhir.ResourceParser;

/**
 * HL7's cases for validators, those for R4 that need neither other packages nor other settings: our
 * verdict is the expected one wherever that of HAPI's own validator is.
 */
class OfficialValidatorTest {
  private static final String FOLDER = "/org/hl7/fhir/testcases/validator/";
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What a case may say without asking for anything that a server has no place for. */
  private static final Set<String> PLAIN =
      Set.of(
          "name",
          "file",
          "version",
          "module",
          "java",
          "description",
          "firely-sdk-wip",
          "firely-sdk-current",
          "brianpos",
          "explanation",
          "documentation",
          "tags");

  /** Cases in which we are of another opinion, and why. */
  private static final Map<String, String> EXCEPTIONS =
      Map.of("obs-temp-code2", "276885007x can't be a code of SNOMED CT: it is not a number");

  private final FhirValidator hapi = hapi();
  private final ResourceParser parser = new ResourceParser(Limits.DEFAULTS);

  @Test
  void ourVerdictIsTheExpectedOneWhereHapisIs(TestReporter reporter) throws IOException {
    int agreed = 0;
    Map<String, String> others = new TreeMap<>();
    for (JsonNode each : cases()) {
      String name = each.path("name").asText();
      String text = new String(file(each.path("file").asText()), StandardCharsets.UTF_8);
      boolean isValid = isValid(each);
      if (!isJudgedSoByHapi(text, isValid)) {
        continue;
      }
      List<String> errors = errors(text, each.path("file").asText().endsWith(".xml"));
      if (errors.isEmpty() == isValid) {
        agreed++;
      } else {
        others.put(name, (isValid ? "valid, but " : "not valid, ") + errors);
      }
    }
    reporter.publishEntry("agreed", String.valueOf(agreed));
    assertThat(agreed).isGreaterThan(60);
    assertThat(others.entrySet().stream().filter(other -> !EXCEPTIONS.containsKey(other.getKey())))
        .isEmpty();
    assertThat(others.keySet()).containsAll(EXCEPTIONS.keySet());
  }

  private static List<JsonNode> cases() throws IOException {
    List<JsonNode> cases = new ArrayList<>();
    for (JsonNode each : JSON.readTree(file("manifest.json")).path("test-cases")) {
      String file = each.path("file").asText();
      if (each.path("version").asText().startsWith("4.0")
          && each.propertyStream().allMatch(property -> PLAIN.contains(property.getKey()))
          && (file.endsWith(".json") || file.endsWith(".xml"))) {
        cases.add(each);
      }
    }
    return cases;
  }

  private static boolean isValid(JsonNode each) throws IOException {
    JsonNode messages = JSON.readTree(file("outcomes/" + each.path("java").asText()));
    return messages
        .valueStream()
        .noneMatch(message -> message.asText().matches("(?s)\\[(ERROR|FATAL).*"));
  }

  /** False also if it fails: for signatures it asks for libraries that are not here. */
  private boolean isJudgedSoByHapi(String text, boolean isValid) {
    try {
      return hapi.validateWithResult(text).isSuccessful() == isValid;
    } catch (RuntimeException | LinkageError e) {
      return false;
    }
  }

  private List<String> errors(String text, boolean isXml) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    try {
      ParsedResource parsed = isXml ? parser.parseXml(bytes) : parser.parseJson(bytes);
      return Validators.SHARED.validate(parsed.resource(), parsed.json()).issues().stream()
          .filter(issue -> issue.isError())
          .map(issue -> issue.diagnostics())
          .toList();
    } catch (FhirFailure e) {
      return List.of(String.valueOf(e.getMessage()));
    }
  }

  private static byte[] file(String name) throws IOException {
    try (InputStream in = OfficialValidatorTest.class.getResourceAsStream(FOLDER + name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    }
  }

  private static FhirValidator hapi() {
    FhirContext context = FhirContext.forR4();
    FhirInstanceValidator instance =
        new FhirInstanceValidator(
            new ValidationSupportChain(
                new DefaultProfileValidationSupport(context),
                new CommonCodeSystemsTerminologyService(context),
                new InMemoryTerminologyServerValidationSupport(context),
                new SnapshotGeneratingValidationSupport(context)));
    return context.newValidator().registerValidatorModule(instance);
  }
}
