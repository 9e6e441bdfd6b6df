package org.rodnan.cql;

import java.util.List;
import java.util.Optional;
import org.hl7.fhir.r4.model.Library;
import org.hl7.fhir.r4.model.Parameters;
import org.rodnan.fhir.ResourceKey;

/**
 * CQL that is to be evaluated, for one patient or for nobody.
 *
 * @param what an expression, the text of a library, or a stored library
 * @param subject a patient
 * @param parameters for the library's parameters of the same names
 */
public record CqlQuestion(What what, Optional<ResourceKey> subject, Parameters parameters) {

  /** Which CQL. */
  public sealed interface What {}

  /**
   * One expression alone; its value is called {@code return}.
   *
   * @param libraries stored ones that it may use
   */
  public record Expression(String text, List<Included> libraries) implements What {
    public Expression {
      libraries = List.copyOf(libraries);
    }
  }

  /**
   * A library that isn't stored.
   *
   * @param expressions names of those wanted; empty for all
   */
  public record Content(String text, List<String> expressions) implements What {
    public Content {
      expressions = List.copyOf(expressions);
    }
  }

  /**
   * A stored library.
   *
   * @param expressions names of those wanted; empty for all
   */
  public record Stored(Library library, List<String> expressions) implements What {
    public Stored {
      expressions = List.copyOf(expressions);
    }
  }

  /**
   * A stored library that an expression may use.
   *
   * @param name by which the expression calls it; if it is empty, its own
   */
  public record Included(String canonical, Optional<String> name) {}
}
