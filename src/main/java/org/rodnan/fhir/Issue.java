package org.rodnan.fhir;

import java.util.List;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;

/**
 * One finding, as it stands in an OperationOutcome (R4, OperationOutcome.issue).
 *
 * @param diagnostics names the element, what was found and what was expected
 * @param expression FHIRPath of the elements concerned, or the query parameter; may be empty
 */
public record Issue(
    Severity severity, IssueType code, String diagnostics, List<String> expression) {

  /** R4 issue-severity. */
  public enum Severity {
    FATAL,
    ERROR,
    WARNING,
    INFORMATION
  }

  public Issue {
    expression = List.copyOf(expression);
  }

  public static Issue error(IssueType code, String diagnostics, String... expression) {
    return new Issue(Severity.ERROR, code, diagnostics, List.of(expression));
  }

  public static Issue warning(IssueType code, String diagnostics, String... expression) {
    return new Issue(Severity.WARNING, code, diagnostics, List.of(expression));
  }

  public static Issue information(IssueType code, String diagnostics, String... expression) {
    return new Issue(Severity.INFORMATION, code, diagnostics, List.of(expression));
  }

  /** Whether this finding alone makes a request fail. */
  public boolean isError() {
    return severity == Severity.FATAL || severity == Severity.ERROR;
  }
}
