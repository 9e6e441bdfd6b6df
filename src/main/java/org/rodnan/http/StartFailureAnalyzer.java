package org.rodnan.http;

import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.StartFailure;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;

/**
 * Makes the last lines of a start that fails say what happened and what to do, instead of a stack
 * trace. A failure that nobody foresaw keeps its trace.
 */
final class StartFailureAnalyzer implements FailureAnalyzer {
  @Override
  public @Nullable FailureAnalysis analyze(Throwable failure) {
    for (Throwable at = failure; at != null; at = at.getCause()) {
      String message = String.valueOf(at.getMessage());
      if (at instanceof StartFailure start) {
        return new FailureAnalysis(message, start.action(), at);
      }
      if (at instanceof IllegalArgumentException && message.startsWith("rodnan.")) {
        return new FailureAnalysis(message, "Change that setting.", at);
      }
    }
    return null;
  }
}
