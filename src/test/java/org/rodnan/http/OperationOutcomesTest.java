package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;

import ca.uhn.fhir.rest.server.exceptions.InternalErrorException;
import ca.uhn.fhir.rest.server.exceptions.InvalidRequestException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.eclipse.jetty.http.BadMessageException;
import org.hl7.fhir.r4.model.OperationOutcome;
import org.hl7.fhir.r4.model.OperationOutcome.IssueSeverity;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.junit.jupiter.api.Test;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.Issue;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.fhir.VersionId;

class OperationOutcomesTest {
  private static final Map<FhirFailure, Integer> STATUSES =
      Map.ofEntries(
          Map.entry(new FhirFailure.Malformed("no"), 400),
          Map.entry(new FhirFailure.Unauthorized("no"), 401),
          Map.entry(new FhirFailure.Forbidden("no"), 403),
          Map.entry(new FhirFailure.NotFound("no"), 404),
          Map.entry(new FhirFailure.NotAllowed("no"), 405),
          Map.entry(new FhirFailure.NotAcceptable("no"), 406),
          Map.entry(new FhirFailure.Conflict("no"), 409),
          Map.entry(new FhirFailure.Gone(new ResourceKey("Patient", "1"), VersionId.FIRST), 410),
          Map.entry(new FhirFailure.PreconditionFailed(IssueType.CONFLICT, "no"), 412),
          Map.entry(new FhirFailure.TooLarge("no"), 413),
          Map.entry(new FhirFailure.UnsupportedMedia("no"), 415),
          Map.entry(new FhirFailure.Unprocessable(IssueType.INVARIANT, "no"), 422),
          Map.entry(new FhirFailure.Fault("no"), 500),
          Map.entry(new FhirFailure.DiskFull(new java.io.IOException("no")), 507),
          Map.entry(new FhirFailure.Busy("no", Duration.ofMillis(20)), 503));

  @Test
  void givesEachFailureItsStatus() {
    STATUSES.forEach((failure, status) ->
        assertThat(OperationOutcomes.answer(failure).status())
            .describedAs(failure.getClass().getSimpleName())
            .isEqualTo(status));
    assertThat(STATUSES.keySet().stream().map(Object::getClass).collect(Collectors.toSet()))
        .describedAs("this test knows the whole closed list")
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(FhirFailure.class.getPermittedSubclasses()).toList());
  }

  @Test
  void tellsABusyClientWhenToComeBack() {
    Answer answer = OperationOutcomes.answer(new FhirFailure.Busy("full", Duration.ofMillis(20)));
    assertThat(answer.headers()).containsEntry("Retry-After", "1");
  }

  @Test
  void writesEveryIssueWithItsPath() {
    OperationOutcome outcome =
        Fixtures.parse(
            OperationOutcomes.json(
                List.of(
                    Issue.error(IssueType.VALUE, "found \"53\"\n", "Observation.value"),
                    Issue.warning(IssueType.INFORMATIONAL, "Größe"))),
            OperationOutcome.class);
    assertThat(outcome.getIssue()).hasSize(2);
    assertThat(outcome.getIssueFirstRep().getSeverity()).isEqualTo(IssueSeverity.ERROR);
    assertThat(outcome.getIssueFirstRep().getCode()).isEqualTo(IssueType.VALUE);
    assertThat(outcome.getIssueFirstRep().getDiagnostics()).isEqualTo("found \"53\"\n");
    assertThat(outcome.getIssueFirstRep().getExpression().getFirst().getValue())
        .isEqualTo("Observation.value");
    assertThat(outcome.getIssue().get(1).getDiagnostics()).isEqualTo("Größe");
  }

  @Test
  void hidesWhatWentWrongInsideAndNamesTheRequest() {
    Answer answer = OperationOutcomes.answer(new IllegalStateException("disk /dev/x"), "r-17");
    assertThat(answer.status()).isEqualTo(500);
    assertThat(Fixtures.text(answer.body().orElseThrow()))
        .contains("r-17")
        .doesNotContain("/dev/x");
    assertThat(OperationOutcomes.answer(new FhirFailure.Fault("table X"), "r-18").body())
        .hasValueSatisfying(body -> assertThat(Fixtures.text(body)).doesNotContain("table X"));
  }

  @Test
  void takesTheStatusOfHapisAndJettysExceptions() {
    assertThat(OperationOutcomes.answer(new InvalidRequestException("HAPI-1: no"), "r").status())
        .isEqualTo(400);
    assertThat(OperationOutcomes.answer(new InternalErrorException("no"), "r").status())
        .isEqualTo(500);
    assertThat(OperationOutcomes.answer(new BadMessageException("no"), "r").status())
        .isEqualTo(400);
  }

  @Test
  void blamesTheRequestWhereTheContainerBlamesItself() {
    assertThat(OperationOutcomes.answer(505, "Unknown Version").status()).isEqualTo(400);
    assertThat(OperationOutcomes.answer(501, null).status()).isEqualTo(400);
    assertThat(OperationOutcomes.answer(414, null).status()).isEqualTo(414);
  }
}
