package org.rodnan.validation;

import java.util.List;
import org.rodnan.fhir.Issue;

/**
 * The verdict on one resource.
 *
 * @param issues all findings, errors first; may be empty
 */
public record ValidationReport(List<Issue> issues) {
  public ValidationReport {
    issues = List.copyOf(issues);
  }

  /** Whether the resource may be stored: no finding is an error. */
  public boolean isAccepted() {
    return issues.stream().noneMatch(Issue::isError);
  }
}
