package org.rodnan.http;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.rodnan.fhir.Issue;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.interaction.DeleteInteraction;
import org.rodnan.interaction.WriteOutcome;
import org.rodnan.search.SearchRequest.Parameter;

/**
 * Delete and conditional delete (R4, http.html#delete and #3.1.0.7.1). 204 without a body, or 200
 * with an OperationOutcome for a client that prefers one; also if there was nothing to delete.
 */
final class DeleteEndpoint {
  private static final String CASCADE = DeleteInteraction.CASCADE;

  /** So many resources of a cascade are named. */
  private static final int NAMED_MAX = 20;

  private final DeleteInteraction deleting;

  DeleteEndpoint(DeleteInteraction deleting) {
    this.deleting = deleting;
  }

  Answer delete(FhirRequest request, ResourceKey key) {
    request.requireParameters(Set.of(CASCADE));
    if (isCascading(request)) {
      List<WriteOutcome> deleted =
          deleting.deleteCascading(key, request.header("If-Match"), request.origin());
      Answer answer = answer(request, said(cascaded(deleted)));
      return deleted.isEmpty()
          ? answer
          : answer.with(WriteAnswers.headers(deleted.getFirst().version()));
    }
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
    List<Parameter> criteria =
        request.query().criteria().stream()
            .filter(parameter -> !parameter.name().equals(CASCADE))
            .toList();
    if (isCascading(request)) {
      return answer(
          request, said(cascaded(deleting.deleteWhereCascading(type, criteria, request.origin()))));
    }
    List<WriteOutcome> deleted = deleting.deleteWhere(type, criteria, request.origin());
    return answer(request, said("Deleted " + deleted.size() + " " + type + " resources"));
  }

  /** Asked for as HAPI's server is: by a parameter or a header. */
  private static boolean isCascading(FhirRequest request) {
    List<Parameter> given =
        request.query().criteria().stream()
            .filter(parameter -> parameter.name().equals(CASCADE))
            .toList();
    return DeleteInteraction.cascades(
        given.isEmpty()
            ? request.header("X-Cascade").map(value -> new Parameter(CASCADE, value)).stream()
                .toList()
            : given);
  }

  private static String cascaded(List<WriteOutcome> deleted) {
    return "Deleted "
        + deleted.size()
        + " resources: "
        + deleted.stream()
            .limit(NAMED_MAX)
            .map(outcome -> outcome.version().key().toString())
            .collect(Collectors.joining(", "))
        + (deleted.size() > NAMED_MAX ? " and more" : "");
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
