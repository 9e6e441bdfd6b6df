package org.rodnan.validation;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.rodnan.fhir.Issue;

/**
 * The verdict on one resource.
 *
 * @param issues the findings, errors first; may be empty. There are at most {@value #ISSUES_MAX},
 *     and what one says is cut at {@value #DIAGNOSTICS_MAX} characters: a small resource can be
 *     wrong in a way that takes megabytes to tell
 * @param isTolerated whether errors don't stand against storing it, because the profiles that they
 *     are of are not enforced
 */
public record ValidationReport(List<Issue> issues, boolean isTolerated) {
  static final ValidationReport ACCEPTED = new ValidationReport(List.of());
  static final int ISSUES_MAX = 200;
  static final int DIAGNOSTICS_MAX = 1_000;

  public ValidationReport {
    issues = issues.stream().limit(ISSUES_MAX).map(ValidationReport::shortened).toList();
  }

  ValidationReport(List<Issue> issues) {
    this(issues, false);
  }

  ValidationReport tolerated() {
    return new ValidationReport(issues, true);
  }

  /** With more findings. */
  ValidationReport and(List<Issue> others) {
    return others.isEmpty()
        ? this
        : new ValidationReport(
            Stream.concat(issues.stream(), others.stream())
                .sorted(Comparator.comparing(Issue::severity))
                .toList());
  }

  /** With other texts in what it says, such as references as a client wrote them. */
  public ValidationReport saying(Map<String, String> replacements) {
    return replacements.isEmpty()
        ? this
        : new ValidationReport(
            issues.stream().map(issue -> saying(issue, replacements)).toList(), isTolerated);
  }

  private static Issue saying(Issue issue, Map<String, String> replacements) {
    String diagnostics = issue.diagnostics();
    for (Map.Entry<String, String> each : replacements.entrySet()) {
      diagnostics = diagnostics.replace(each.getKey(), each.getValue());
    }
    return new Issue(issue.severity(), issue.code(), diagnostics, issue.expression());
  }

  private static Issue shortened(Issue issue) {
    boolean isShort =
        issue.diagnostics().length() <= DIAGNOSTICS_MAX
            && issue.expression().stream().allMatch(path -> path.length() <= DIAGNOSTICS_MAX);
    return isShort
        ? issue
        : new Issue(
            issue.severity(),
            issue.code(),
            cut(issue.diagnostics()),
            issue.expression().stream().filter(p -> p.length() <= DIAGNOSTICS_MAX).toList());
  }

  private static String cut(String text) {
    return text.length() <= DIAGNOSTICS_MAX ? text : text.substring(0, DIAGNOSTICS_MAX) + " …";
  }

  /** Whether the resource may be stored: no finding is an error, or they are tolerated. */
  public boolean isAccepted() {
    return isTolerated || issues.stream().noneMatch(Issue::isError);
  }
}
