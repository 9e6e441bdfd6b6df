package org.rodnan.fhir;

import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;

/**
 * The closed list of ways in which an interaction can fail. Each is mapped to an HTTP status in one
 * place, the edge (R4, http.html, "Summary" and the status codes under each interaction).
 */
public abstract sealed class FhirFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient List<Issue> issues;

  private FhirFailure(List<Issue> issues) {
    super(issues.stream().map(Issue::diagnostics).collect(Collectors.joining("; ")));
    this.issues = List.copyOf(issues);
  }

  private FhirFailure(IssueType code, String diagnostics, String... expression) {
    this(List.of(Issue.error(code, diagnostics, expression)));
  }

  /** What the OperationOutcome says; never empty. */
  public final List<Issue> issues() {
    return issues;
  }

  /** The same kind of failure, each issue told in other words. */
  public final FhirFailure told(UnaryOperator<Issue> otherwise) {
    List<Issue> told = issues.stream().map(otherwise).toList();
    Issue first = told.getFirst();
    String[] expression = first.expression().toArray(String[]::new);
    return switch (this) {
      case Malformed malformed -> new Malformed(told);
      case Unprocessable unprocessable -> new Unprocessable(told);
      case PreconditionFailed failed ->
          new PreconditionFailed(first.code(), first.diagnostics(), expression);
      case Conflict conflict -> new Conflict(first.diagnostics(), expression);
      case NotFound notFound -> new NotFound(first.code(), first.diagnostics());
      case NotAllowed notAllowed -> new NotAllowed(first.diagnostics());
      case Forbidden forbidden -> new Forbidden(first.diagnostics());
      case TooLarge tooLarge -> new TooLarge(first.diagnostics(), expression);
      case Unauthorized unauthorized -> unauthorized;
      case NotAcceptable notAcceptable -> notAcceptable;
      case UnsupportedMedia unsupported -> unsupported;
      case Gone gone -> gone;
      case Busy busy -> busy;
      case DiskFull full -> full;
      case Fault fault -> fault;
    };
  }

  /** 400: the request can't be understood: broken syntax, an unknown parameter, a bad value. */
  public static final class Malformed extends FhirFailure {
    private static final long serialVersionUID = 1L;

    public Malformed(String diagnostics, String... expression) {
      super(IssueType.INVALID, diagnostics, expression);
    }

    public Malformed(IssueType code, String diagnostics, String... expression) {
      super(code, diagnostics, expression);
    }

    public Malformed(List<Issue> issues) {
      super(issues);
    }
  }

  /** 422: understood, but against a profile, a rule or the references that must exist. */
  public static final class Unprocessable extends FhirFailure {
    private static final long serialVersionUID = 1L;

    public Unprocessable(IssueType code, String diagnostics, String... expression) {
      super(code, diagnostics, expression);
    }

    public Unprocessable(List<Issue> issues) {
      super(issues);
    }
  }

  /** 401: the caller must say who it is. */
  public static final class Unauthorized extends FhirFailure {
    private static final long serialVersionUID = 1L;

    public Unauthorized(String diagnostics) {
      super(IssueType.LOGIN, diagnostics);
    }
  }

  /** 403: the caller may not do this. */
  public static final class Forbidden extends FhirFailure {
    private static final long serialVersionUID = 1L;

    public Forbidden(String diagnostics) {
      super(IssueType.FORBIDDEN, diagnostics);
    }
  }

  /** 404: no such resource, version, type or operation. */
  public static final class NotFound extends FhirFailure {
    private static final long serialVersionUID = 1L;

    public NotFound(String diagnostics) {
      super(IssueType.NOTFOUND, diagnostics);
    }

    public NotFound(IssueType code, String diagnostics) {
      super(code, diagnostics);
    }
  }

  /** 405: the interaction is not offered on this path. */
  public static final class NotAllowed extends FhirFailure {
    private static final long serialVersionUID = 1L;

    public NotAllowed(String diagnostics) {
      super(IssueType.NOTSUPPORTED, diagnostics);
    }
  }

  /** 406: no representation that the caller accepts. */
  public static final class NotAcceptable extends FhirFailure {
    private static final long serialVersionUID = 1L;

    public NotAcceptable(String diagnostics) {
      super(IssueType.NOTSUPPORTED, diagnostics);
    }
  }

  /**
   * 409: the state of the server stands against it, such as references to what is to be deleted.
   */
  public static final class Conflict extends FhirFailure {
    private static final long serialVersionUID = 1L;

    public Conflict(String diagnostics, String... expression) {
      super(IssueType.CONFLICT, diagnostics, expression);
    }
  }

  /** 410: the resource was deleted. */
  public static final class Gone extends FhirFailure {
    private static final long serialVersionUID = 1L;

    private final VersionId version;

    /** The version is that of the tombstone. */
    public Gone(ResourceKey key, VersionId version) {
      super(IssueType.DELETED, "Resource " + key + " was deleted at version " + version);
      this.version = version;
    }

    public VersionId version() {
      return version;
    }
  }

  /** 412: If-Match doesn't hold, or the criteria of a conditional interaction match several. */
  public static final class PreconditionFailed extends FhirFailure {
    private static final long serialVersionUID = 1L;

    public PreconditionFailed(IssueType code, String diagnostics, String... expression) {
      super(code, diagnostics, expression);
    }
  }

  /** 413: over a limit of size; the message names the setting. */
  public static final class TooLarge extends FhirFailure {
    private static final long serialVersionUID = 1L;

    public TooLarge(String diagnostics, String... expression) {
      super(IssueType.TOOLONG, diagnostics, expression);
    }
  }

  /** 415: a body of a type that is neither FHIR JSON nor FHIR XML. */
  public static final class UnsupportedMedia extends FhirFailure {
    private static final long serialVersionUID = 1L;

    public UnsupportedMedia(String diagnostics) {
      super(IssueType.NOTSUPPORTED, diagnostics);
    }
  }

  /** 503 with Retry-After: a full queue, a time budget used up, an index being rebuilt. */
  public static final class Busy extends FhirFailure {
    private static final long serialVersionUID = 1L;

    private final Duration retryAfter;

    public Busy(String diagnostics, Duration retryAfter) {
      super(IssueType.THROTTLED, diagnostics);
      this.retryAfter = retryAfter;
    }

    public Duration retryAfter() {
      return retryAfter;
    }
  }

  /** 507: the disk under the store is full; nothing was written, reads go on. */
  public static final class DiskFull extends FhirFailure {
    private static final long serialVersionUID = 1L;

    public DiskFull(Throwable cause) {
      super(
          IssueType.NOSTORE,
          "The disk of the server is full: nothing was written; whoever runs it must make space");
      initCause(cause);
    }
  }

  /**
   * 500: the server's own fault, a failed disk or a defect; never because of what a client sent.
   */
  public static final class Fault extends FhirFailure {
    private static final long serialVersionUID = 1L;

    public Fault(String diagnostics, Throwable cause) {
      super(IssueType.EXCEPTION, diagnostics);
      initCause(cause);
    }

    public Fault(String diagnostics) {
      super(IssueType.EXCEPTION, diagnostics);
    }
  }
}
