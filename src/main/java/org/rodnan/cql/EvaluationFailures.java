package org.rodnan.cql;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.cqframework.cql.cql2elm.CqlCompilerException;
import org.cqframework.cql.cql2elm.CqlCompilerException.ErrorSeverity;
import org.cqframework.cql.cql2elm.tracking.TrackBack;
import org.hl7.elm.r1.VersionedIdentifier;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.jspecify.annotations.Nullable;
import org.opencds.cqf.cql.engine.debug.SourceLocator;
import org.opencds.cqf.cql.engine.exception.CqlException;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.Issue;

/** What compiler and engine throw, as what a client is told: the library, the line, the error. */
final class EvaluationFailures {
  /** More of them say no more. */
  private static final int ISSUES_MAX = 20;

  private EvaluationFailures() {}

  /**
   * Refuses what the compiler found wrong; its warnings pass.
   *
   * @param given how many lines the compiler saw before the first one that the client wrote
   */
  static void requireNone(List<? extends CqlCompilerException> found, int given) {
    List<Issue> issues =
        found.stream()
            .filter(each -> each.getSeverity() == ErrorSeverity.Error)
            .limit(ISSUES_MAX)
            .map(each -> Issue.error(IssueType.INVALID, told(each, given)))
            .toList();
    if (!issues.isEmpty()) {
      throw new FhirFailure.Unprocessable(issues);
    }
  }

  /**
   * @param whose prefix of the message, such as for whom it was evaluated; may be empty
   * @param given as in {@link #requireNone}
   */
  static FhirFailure of(Throwable thrown, String whose, int given) {
    Throwable last = thrown;
    Optional<CqlException> located = Optional.empty();
    for (Throwable each = thrown; each != null; each = each.getCause()) {
      if (each instanceof FhirFailure failure) {
        return failure;
      }
      if (each instanceof CqlCompilerException compiler) {
        return new FhirFailure.Unprocessable(IssueType.INVALID, whose + told(compiler, given));
      }
      if (each instanceof CqlException engine && engine.getSourceLocator() != null) {
        located = Optional.of(engine);
      }
      if (each instanceof Error && !(each instanceof StackOverflowError)) {
        return new FhirFailure.Fault("The CQL can't be evaluated", thrown);
      }
      last = each;
    }
    if (last instanceof StackOverflowError) {
      return new FhirFailure.Unprocessable(
          IssueType.TOOCOSTLY, whose + "The CQL is nested too deeply, or calls itself without end");
    }
    String message = Objects.requireNonNullElse(last.getMessage(), last.getClass().getSimpleName());
    String where = located.map(each -> place(each.getSourceLocator(), given)).orElse("");
    return new FhirFailure.Unprocessable(IssueType.PROCESSING, whose + where + message.strip());
  }

  private static String told(CqlCompilerException found, int given) {
    TrackBack at = found.getLocator();
    String message = Objects.requireNonNullElse(found.getMessage(), "can't be compiled");
    if (at == null) {
      return message;
    }
    VersionedIdentifier library = at.getLibrary();
    return place(
            library == null ? null : library.getId(), at.getStartLine(), at.getStartChar(), given)
        + message;
  }

  private static String place(@Nullable SourceLocator at, int given) {
    if (at == null || at.getSourceLocation() == null) {
      return "";
    }
    return place(
        at.getLibraryName(),
        at.getSourceLocation().getStartLine(),
        at.getSourceLocation().getStartChar(),
        given);
  }

  private static String place(@Nullable String library, int line, int character, int given) {
    boolean isGiven = Engine.EXPRESSION.equals(library);
    String name = library == null || isGiven ? "" : "Library " + library + ", ";
    int shown = isGiven || library == null ? Math.max(1, line - given) : line;
    return name + (name.isEmpty() ? "Line " : "line ") + shown + ", column " + character + ": ";
  }
}
