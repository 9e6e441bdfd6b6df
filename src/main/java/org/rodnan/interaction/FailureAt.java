package org.rodnan.interaction;

import java.util.List;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.Issue;

/** Says of a failure in which entry of a Bundle it happened. */
final class FailureAt {
  private FailureAt() {}

  /** The same kind of failure, each issue led by the entry's path. */
  static FhirFailure entry(FhirFailure failure, BundleEntry entry) {
    return failure.told(issue -> at(issue, entry.path()));
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
