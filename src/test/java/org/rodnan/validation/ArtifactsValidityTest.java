package org.rodnan.validation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.hl7.fhir.r4.model.CodeType;
import org.hl7.fhir.r4.model.MetadataResource;
import org.hl7.fhir.r4.model.SearchParameter;
import org.hl7.fhir.r4.model.StructureDefinition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.Issue;
import org.rodnan.terminology.Artifacts;

class ArtifactsValidityTest {
  private static final List<String> FOLDERS =
      List.of(
          "profiles/StructureDefinition",
          "profiles/SearchParameter",
          "profiles/OperationDefinition",
          "terminology/CodeSystem",
          "terminology/ValueSet",
          "terminology/ConceptMap");

  static Stream<Arguments> artifacts() {
    return FOLDERS.stream()
        .flatMap(folder ->
            Artifacts.files(folder).entrySet().stream()
                .map(file -> Arguments.of(folder, file.getKey(), file.getValue())));
  }

  @ParameterizedTest(name = "{0}/{1}")
  @MethodSource("artifacts")
  void isValidAndNamedAfterItself(String folder, String file, byte[] json) {
    assertThat(Validators.validate(json).issues()).noneMatch(Issue::isError);
    MetadataResource artifact =
        (MetadataResource)
            FhirContexts.r4()
                .newJsonParser()
                .parseResource(new String(json, java.nio.charset.StandardCharsets.UTF_8));
    assertThat(file).isEqualTo(artifact.getIdPart() + ".json");
    assertThat(folder).endsWith(artifact.fhirType());
    if (artifact.getUrl().startsWith("https://w3id.org/rodnan/")) {
      assertThat(artifact.getUrl())
          .isEqualTo("https://w3id.org/rodnan/" + artifact.fhirType() + "/" + artifact.getIdPart());
    }
  }

  @ParameterizedTest(name = "{0}/{1}")
  @MethodSource("artifacts")
  void saysItsSourceAndLicence(String folder, String file, byte[] json) throws IOException {
    // R4 gives these two no place for it.
    if (!folder.endsWith("SearchParameter") && !folder.endsWith("OperationDefinition")) {
      JsonNode artifact = new ObjectMapper().readTree(json);
      assertThat(artifact.path("copyright").asText()).as(file).isNotBlank();
    }
  }

  @Test
  void constraintsHaveKeysOfTheirOwn() {
    Set<String> keys = new HashSet<>();
    for (StructureDefinition profile :
        Artifacts.read(StructureDefinition.class, "profiles/StructureDefinition")) {
      profile.getDifferential().getElement().stream()
          .flatMap(element -> element.getConstraint().stream())
          .forEach(c -> assertThat(keys.add(c.getKey())).as(c.getKey()).isTrue());
    }
    assertThat(keys).hasSizeGreaterThan(50);
  }

  @Test
  void searchParametersClashWithNoneOfTheStandard() throws IOException {
    Set<String> taken = new HashSet<>();
    try (InputStream standard =
        FhirContexts.class.getResourceAsStream(
            "/org/hl7/fhir/r4/model/sp/search-parameters.json")) {
      for (JsonNode entry :
          new ObjectMapper().readTree(Objects.requireNonNull(standard)).get("entry")) {
        JsonNode parameter = entry.get("resource");
        parameter
            .get("base")
            .forEach(b -> taken.add(b.asText() + "?" + parameter.get("code").asText()));
      }
    }
    assertThat(taken).hasSizeGreaterThan(1000);
    for (SearchParameter parameter :
        Artifacts.read(SearchParameter.class, "profiles/SearchParameter")) {
      for (CodeType base : parameter.getBase()) {
        assertThat(taken.add(base.getCode() + "?" + parameter.getCode()))
            .as("%s on %s", parameter.getCode(), base.getCode())
            .isTrue();
      }
    }
  }
}
