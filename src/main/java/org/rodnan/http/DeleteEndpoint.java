package org.rodnan.http;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.rodnan.fhir.Issue;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.interaction.DeleteInteraction;
import org.rodnan.interaction.WriteOutcome;

/**
 * Delete and conditional delete (R4, http.html#delete and #3.1.0.7.1). 204 without a body, or 200
 * with an OperationOutcome for a client that prefers one; also if there was nothing to delete.
 */
final class DeleteEndpoint {
  private final DeleteInteraction deleting;

  DeleteEndpoint(DeleteInteraction deleting) {
    this.deleting = deleting;
  }

  Answer delete(FhirRequest request, ResourceKey key) {
    request.requireParameters(Set.of());
    Optional<WriteOutcome> deleted =
        deleting.delete(key, request.header("If-Match"), request.origin());
    Answer answer =
        answer(
            request,
            deleted
                .map(WriteAnswers::outcome)
                .orElseGet(() -> said("Resource " + key + " was not there")));
    return deleted
        .map(outcome -> answer.with(WriteAnswers.headers(outcome.version())))
        .orElse(answer);
  }

  Answer deleteWhere(FhirRequest request, String type) {
    List<WriteOutcome> deleted =
        deleting.deleteWhere(type, request.query().criteria(), request.origin());
    return answer(request, said("Deleted " + deleted.size() + " " + type + " resources"));
  }

  private static Answer answer(FhirRequest request, JsonBytes outcome) {
    return request.preferences().answer().equals(Optional.of(Preferences.Return.OPERATION_OUTCOME))
        ? Answer.of(200, outcome)
        : Answer.empty(204);
  }

  private static JsonBytes said(String text) {
    return OperationOutcomes.json(List.of(Issue.information(IssueType.INFORMATIONAL, text)));
  }
}
