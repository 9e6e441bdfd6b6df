package org.rodnan.search;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.rodnan.fhir.Issue;

/** The plan of a search in words: {@code _explain=true}, and of a search that took too long. */
final class Explanation {
  private static final int CHARS_MAX = 500;

  private Explanation() {}

  /** For each criterion what it became, how many resources fit it alone, and how long that took. */
  static List<Issue> of(SearchPlan plan, IndexSearcher searcher) throws IOException {
    List<Issue> issues = new ArrayList<>();
    for (SearchPlan.Step step : plan.steps()) {
      issues.add(counted(text(step), step.query(), searcher, step.parameter().name()));
    }
    issues.add(counted("all criteria", plan.query(), searcher, "_explain"));
    if (!plan.sortKeys().isEmpty()) {
      issues.add(
          Issue.information(
              IssueType.INFORMATIONAL, "sorted by " + cut(plan.sort().toString()), "_sort"));
    }
    return issues;
  }

  private static Issue counted(String what, Query query, IndexSearcher searcher, String expression)
      throws IOException {
    long from = System.nanoTime();
    int hits = searcher.count(query);
    double millis = (System.nanoTime() - from) / 1e6;
    return Issue.information(
        IssueType.INFORMATIONAL,
        String.format(
            Locale.ROOT,
            "%s: clause %s, %d hits, %.3f ms",
            what,
            cut(query.toString()),
            hits,
            millis),
        expression);
  }

  /** What the search was about to do. */
  static String of(SearchPlan plan) {
    return plan.steps().isEmpty()
        ? "no criteria"
        : plan.steps().stream()
            .map(step -> text(step) + ": clause " + cut(step.query().toString()))
            .collect(Collectors.joining("; "));
  }

  private static String text(SearchPlan.Step step) {
    return cut(step.parameter().name() + "=" + step.parameter().value());
  }

  /** Terms may hold any character, and or-lists thousands of values. */
  private static String cut(String text) {
    String printable = text.replaceAll("\\p{Cntrl}", " ");
    return printable.length() <= CHARS_MAX
        ? printable
        : printable.substring(0, CHARS_MAX) + "… (" + printable.length() + " characters)";
  }
}
