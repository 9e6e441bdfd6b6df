package org.rodnan.fhir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResourceKeyTest {
  @ParameterizedTest
  @ValueSource(strings = {"1", "a", "A-b.c", "0123456789", "-", "..."})
  void takesEveryIdOfTheStandard(String id) {
    assertThat(new ResourceKey("Patient", id)).hasToString("Patient/" + id);
  }

  @Test
  void takesIdsUpToSixtyFourCharacters() {
    assertThat(ResourceKey.isId("x".repeat(64))).isTrue();
    assertThat(ResourceKey.isId("x".repeat(65))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "a/b", "a_b", "é", "a\n", "a\0", "%20", "#1"})
  void refusesOtherIdsByName(String id) {
    assertThatThrownBy(() -> new ResourceKey("Patient", id))
        .isInstanceOf(FhirFailure.Malformed.class)
        .hasMessageContaining("'" + id + "'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "patient", "P", "Pat1ent", "Patient ", "Pátient"})
  void refusesWhatIsNoNameOfAType(String type) {
    assertThatThrownBy(() -> new ResourceKey(type, "1"))
        .isInstanceOf(FhirFailure.Malformed.class)
        .hasMessageContaining("'" + type + "'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Patient/1", "Patient/1/_history/3"})
  void readsRelativeReferences(String reference) {
    assertThat(ResourceKey.parse(reference)).contains(new ResourceKey("Patient", "1"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "/1",
        "Patient",
        "Patient/",
        "Patient/1/",
        "Patient/1/x",
        "Patient/1/_history",
        "Patient/1/_history/",
        "Patient/1/_history/a/b",
        "Patient/1/_history/1/_history/2",
        "patient/1",
        "#p1",
        "urn:uuid:9f3c0c22-6f4c-4b5a-8d0e-0d6a1b0c7a11",
        "http://example.org/fhir/Patient/1",
        "Patient?identifier=1"
      })
  void readsNothingElse(String reference) {
    assertThat(ResourceKey.parse(reference)).isEmpty();
  }

  @Test
  void ordersByTypeAndThenId() {
    List<ResourceKey> keys =
        List.of(
            new ResourceKey("Patient", "2"),
            new ResourceKey("Observation", "9"),
            new ResourceKey("Patient", "10"));
    assertThat(keys.stream().sorted().map(ResourceKey::toString))
        .containsExactly("Observation/9", "Patient/10", "Patient/2");
  }
}
