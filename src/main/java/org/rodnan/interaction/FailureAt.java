package org.rodnan.interaction;

import java.util.List;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.Issue;

/** Says of a failure in which entry of a Bundle it happened. */
final class FailureAt {
  private FailureAt() {}

  /** The same kind of failure, each issue led by the entry's path. */
  static FhirFailure entry(FhirFailure failure, BundleEntry entry) {
    List<Issue> issues = failure.issues().stream().map(issue -> at(issue, entry.path())).toList();
    Issue first = issues.getFirst();
    return switch (failure) {
      case FhirFailure.Malformed malformed -> new FhirFailure.Malformed(issues);
      case FhirFailure.Unprocessable unprocessable -> new FhirFailure.Unprocessable(issues);
      case FhirFailure.PreconditionFailed failed ->
          new FhirFailure.PreconditionFailed(
              first.code(), first.diagnostics(), first.expression().toArray(String[]::new));
      case FhirFailure.Conflict conflict ->
          new FhirFailure.Conflict(first.diagnostics(), first.expression().toArray(String[]::new));
      case FhirFailure.NotFound notFound ->
          new FhirFailure.NotFound(first.code(), first.diagnostics());
      case FhirFailure.NotAllowed notAllowed -> new FhirFailure.NotAllowed(first.diagnostics());
      case FhirFailure.Forbidden forbidden -> new FhirFailure.Forbidden(first.diagnostics());
      case FhirFailure.TooLarge tooLarge ->
          new FhirFailure.TooLarge(first.diagnostics(), first.expression().toArray(String[]::new));
      case FhirFailure.Unauthorized unauthorized -> unauthorized;
      case FhirFailure.NotAcceptable notAcceptable -> notAcceptable;
      case FhirFailure.UnsupportedMedia unsupported -> unsupported;
      case FhirFailure.Gone gone -> gone;
      case FhirFailure.Busy busy -> busy;
      case FhirFailure.DiskFull full -> full;
      case FhirFailure.Fault fault -> fault;
    };
  }

  private static Issue at(Issue issue, String path) {
    if (issue.diagnostics().startsWith(path)) {
      return issue;
    }
    List<String> expression =
        issue.expression().isEmpty()
            ? List.of(path)
            : issue.expression().stream().map(at -> inEntry(at, path)).toList();
    return new Issue(issue.severity(), issue.code(), path + ": " + issue.diagnostics(), expression);
  }

  /**
   * {@code Observation.subject} in the fourth entry is {@code Bundle.entry[3].resource.subject}.
   */
  private static String inEntry(String expression, String path) {
    int dot = expression.indexOf('.');
    return path + ".resource" + (dot < 0 ? "" : expression.substring(dot));
  }
}
