package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.store.HistoryScope;

class RoutesTest {
  private static final ResourceKey PATIENT = new ResourceKey("Patient", "1");

  @Test
  void namesWhatEachPathOfTheStandardMeans() {
    assertThat(Routes.target("")).isEqualTo(new Target.SystemRoot());
    assertThat(Routes.target("/")).isEqualTo(new Target.SystemRoot());
    assertThat(Routes.target("/metadata")).isEqualTo(new Target.Metadata());
    assertThat(Routes.target("/Patient")).isEqualTo(new Target.OfType("Patient"));
    assertThat(Routes.target("/Patient/")).isEqualTo(new Target.OfType("Patient"));
    assertThat(Routes.target("/Patient/1")).isEqualTo(new Target.Instance(PATIENT));
    assertThat(Routes.target("/Patient/1/_history/2")).isEqualTo(new Target.Version(PATIENT, "2"));
    assertThat(Routes.target("/Patient/$validate"))
        .isEqualTo(
            new Target.Operation(
                NamedOperation.VALIDATE, Optional.of("Patient"), Optional.empty()));
    assertThat(Routes.target("/Patient/1/$everything"))
        .isEqualTo(
            new Target.Operation(
                NamedOperation.EVERYTHING,
                Optional.of("Patient"),
                Optional.of(new ResourceKey("Patient", "1"))));
  }

  @Test
  void tellsTheThreeLevelsOfHistoryApart() {
    assertThat(Routes.target("/_history"))
        .isEqualTo(new Target.History(new HistoryScope.OfSystem()));
    assertThat(Routes.target("/Patient/_history"))
        .isEqualTo(new Target.History(new HistoryScope.OfType("Patient")));
    assertThat(Routes.target("/Patient/1/_history"))
        .isEqualTo(new Target.History(new HistoryScope.OfInstance(PATIENT)));
  }

  @Test
  void knowsSearchesByTheirPath() {
    assertThat(Routes.target("/_search"))
        .isEqualTo(new Target.Search(Optional.empty(), Optional.empty(), true));
    assertThat(Routes.target("/Observation/_search"))
        .isEqualTo(new Target.Search(Optional.empty(), Optional.of("Observation"), true));
    assertThat(Routes.target("/Patient/1/Observation"))
        .isEqualTo(new Target.Search(Optional.of(PATIENT), Optional.of("Observation"), false));
    assertThat(Routes.target("/Patient/1/*"))
        .isEqualTo(new Target.Search(Optional.of(PATIENT), Optional.empty(), false));
    assertThat(Routes.target("/Patient/1/Observation/_search"))
        .isEqualTo(new Target.Search(Optional.of(PATIENT), Optional.of("Observation"), true));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/Foo",
        "/Foo/1",
        "/patient/1",
        "/$nothing",
        "/Patient/$nothing",
        "/Observation/1/$everything",
        "/Observation/1/Patient",
        "/Patient/1/Foo",
        "/Patient/1/Observation/2",
        "/Patient/1/_history/2/3",
        "//Patient",
      })
  void findsNothingUnderOtherPaths(String path) {
    assertThatThrownBy(() -> Routes.target(path)).isInstanceOf(FhirFailure.NotFound.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/Patient/a_b", "/Patient/ ", "/Patient//_history", "/Patient/_foo"})
  void refusesWhatIsNoId(String path) {
    assertThatThrownBy(() -> Routes.target(path)).isInstanceOf(FhirFailure.Malformed.class);
  }
}
