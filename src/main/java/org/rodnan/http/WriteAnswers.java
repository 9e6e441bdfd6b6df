package org.rodnan.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.rodnan.fhir.Issue;
import org.rodnan.interaction.EntityTag;
import org.rodnan.interaction.WriteOutcome;
import org.rodnan.interaction.WriteOutcome.Effect;
import org.rodnan.store.ResourceVersion;

/** The answers to create and update (R4, http.html#create, #update and #ops). */
final class WriteAnswers {
  private WriteAnswers() {}

  static int status(Effect effect) {
    return switch (effect) {
      case CREATED -> 201;
      case UPDATED, UNCHANGED -> 200;
      case DELETED -> 204;
    };
  }

  /** ETag and Last-Modified of a version. */
  static Map<String, String> headers(ResourceVersion version) {
    return Map.of(
        "ETag",
        EntityTag.of(version.version()),
        "Last-Modified",
        HttpDates.format(version.lastUpdated()));
  }

  /** A client that has no preference gets the resource. */
  static Answer answer(WriteOutcome outcome, FhirRequest request) {
    ResourceVersion version = outcome.version();
    Answer answer = Answer.empty(status(outcome.effect())).with(headers(version));
    if (outcome.effect() != Effect.UPDATED) {
      answer = answer.with("Location", request.links().version(version.key(), version.version()));
    }
    return switch (request.preferences().answer().orElse(Preferences.Return.REPRESENTATION)) {
      case MINIMAL -> answer;
      case OPERATION_OUTCOME -> answer.with(outcome(outcome));
      case REPRESENTATION ->
          version instanceof ResourceVersion.Content content
              ? answer.with(request.projected(content))
              : answer;
    };
  }

  /** What was done, then the warnings. */
  static JsonBytes outcome(WriteOutcome outcome) {
    ResourceVersion version = outcome.version();
    String done =
        switch (outcome.effect()) {
          case CREATED -> "created";
          case UPDATED -> "updated";
          case UNCHANGED -> "found, nothing was written";
          case DELETED -> "deleted";
        };
    List<Issue> issues = new ArrayList<>();
    issues.add(
        Issue.information(
            IssueType.INFORMATIONAL,
            "Resource " + version.key() + " version " + version.version() + ": " + done));
    issues.addAll(outcome.warnings());
    return OperationOutcomes.json(issues);
  }
}
