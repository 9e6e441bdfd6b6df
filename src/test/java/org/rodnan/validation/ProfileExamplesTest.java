package org.rodnan.validation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.hl7.fhir.r4.model.StructureDefinition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.rodnan.fhir.Issue;
import org.rodnan.terminology.Artifacts;

class ProfileExamplesTest {
  private static final Map<String, byte[]> FILES =
      new TreeMap<>(Artifacts.files("profiles/examples"));
  private static final JsonNode EXPECTATIONS = expectations();
  private static final Pattern NAME = Pattern.compile("(.+)-(valid|invalid)-.+\\.json");

  private static JsonNode expectations() {
    try {
      return new ObjectMapper().readTree(FILES.remove("expectations.json"));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static byte[] content(String name) {
    return java.util.Objects.requireNonNull(FILES.get(name), name);
  }

  static Stream<String> validExamples() {
    return FILES.keySet().stream().filter(name -> !name.contains("-invalid-"));
  }

  static Stream<String> invalidExamples() {
    return FILES.keySet().stream().filter(name -> name.contains("-invalid-"));
  }

  @ParameterizedTest
  @MethodSource("validExamples")
  void acceptsValidExample(String name) {
    assertThat(Validators.validate(content(name)).issues()).noneMatch(Issue::isError);
  }

  @ParameterizedTest
  @MethodSource("invalidExamples")
  void refusesInvalidExampleAndNamesTheElement(String name) {
    JsonNode expected = EXPECTATIONS.get(name);
    assertThat(expected).as("expectation of %s", name).isNotNull();
    assertThat(Validators.validate(content(name)).issues())
        .filteredOn(Issue::isError)
        .anySatisfy(issue -> {
          assertThat(issue.expression()).containsExactly(expected.get("element").asText());
          assertThat(issue.diagnostics())
              .startsWith(expected.get("element").asText())
              .contains(expected.get("text").asText());
        });
  }

  @Test
  void everyExpectationHasItsExample() {
    assertThat(EXPECTATIONS.fieldNames())
        .toIterable()
        .containsExactlyInAnyOrderElementsOf(invalidExamples().toList());
  }

  @Test
  void everyProfileHasTwoValidAndFourInvalidExamples() {
    Map<String, Integer> valid = new TreeMap<>();
    Map<String, Integer> invalid = new TreeMap<>();
    for (String file : FILES.keySet()) {
      Matcher name = NAME.matcher(file);
      if (name.matches()) {
        (name.group(2).equals("valid") ? valid : invalid).merge(name.group(1), 1, Integer::sum);
      }
    }
    for (StructureDefinition profile :
        Artifacts.read(StructureDefinition.class, "profiles/StructureDefinition")) {
      if (!profile.getType().equals("Extension")) {
        assertThat(valid.getOrDefault(profile.getIdPart(), 0))
            .as(profile.getIdPart())
            .isGreaterThanOrEqualTo(2);
        assertThat(invalid.getOrDefault(profile.getIdPart(), 0))
            .as(profile.getIdPart())
            .isGreaterThanOrEqualTo(4);
      }
    }
  }
}
