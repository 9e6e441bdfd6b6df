package org.rodnan.validation;

import java.util.List;
import org.rodnan.fhir.Issue;

public record ValidationReport(List<Issue> issues) {
  public boolean isAccepted() {
    return issues.stream().noneMatch(Issue::isError);
  }
}
