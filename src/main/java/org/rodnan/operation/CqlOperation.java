package org.rodnan.operation;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.hl7.fhir.r4.model.Library;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.hl7.fhir.r4.model.Parameters;
import org.hl7.fhir.r4.model.Parameters.ParametersParameterComponent;
import org.rodnan.cohort.Disclosure;
import org.rodnan.cql.CqlEvaluation;
import org.rodnan.cql.CqlQuestion;
import org.rodnan.cql.CqlQuestion.Content;
import org.rodnan.cql.CqlQuestion.Expression;
import org.rodnan.cql.CqlQuestion.Included;
import org.rodnan.cql.CqlQuestion.Stored;
import org.rodnan.cql.CqlQuestion.What;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.interaction.ReadInteraction;
import org.rodnan.terminology.DefinitionSource;

/**
 * {@code $cql} and {@code $evaluate} of libraries (Using CQL with FHIR, "Operations"): CQL over
 * what is stored. Thread safe.
 */
public final class CqlOperation {
  private static final Set<String> OF_SYSTEM =
      Set.of("subject", "expression", "parameters", "library", "useServerData", "content");

  private static final Set<String> OF_LIBRARY =
      Set.of("subject", "expression", "parameters", "useServerData");

  private static final Set<String> OF_LIBRARIES =
      Set.of("subject", "expression", "parameters", "useServerData", "url", "library");

  private static final Set<String> OF_INCLUDED = Set.of("url", "name");

  /** Of the operations' definitions, but not here. */
  private static final Set<String> ELSEWHERE =
      Set.of("data", "prefetchData", "dataEndpoint", "contentEndpoint", "terminologyEndpoint");

  private final CqlEvaluation cql;
  private final Disclosure disclosure;
  private final ReadInteraction read;
  private final DefinitionSource definitions;

  CqlOperation(
      CqlEvaluation cql,
      Disclosure disclosure,
      ReadInteraction read,
      DefinitionSource definitions) {
    this.cql = cql;
    this.disclosure = disclosure;
    this.read = read;
    this.definitions = definitions;
  }

  /**
   * {@code $cql}: an expression, or the expressions of a library that is given as {@code content}.
   *
   * @throws FhirFailure as {@link CqlEvaluation} does; {@link FhirFailure.Malformed} if the
   *     parameters can't be understood; {@link FhirFailure.Forbidden} if who asks may not see
   *     single subjects
   */
  public Parameters evaluate(OperationArguments arguments) {
    requireKnown(arguments, OF_SYSTEM);
    disclosure.requireSubjects("CQL");
    return cql.evaluate(new CqlQuestion(what(arguments), subject(arguments), given(arguments)));
  }

  /**
   * {@code $evaluate} of a stored library, all its expressions or those named. Fails as {@link
   * #evaluate(OperationArguments)}, and with {@link FhirFailure.NotFound} if there is no such
   * library.
   *
   * @param key of the library; without it the parameter {@code url} or {@code library} has its
   *     canonical
   */
  public Parameters evaluate(Optional<ResourceKey> key, OperationArguments arguments) {
    requireKnown(arguments, key.isPresent() ? OF_LIBRARY : OF_LIBRARIES);
    disclosure.requireSubjects("CQL");
    Library library = key.map(this::stored).orElseGet(() -> named(arguments));
    return cql.evaluate(
        new CqlQuestion(
            new Stored(library, arguments.texts("expression")),
            subject(arguments),
            given(arguments)));
  }

  private Library stored(ResourceKey key) {
    return FhirContexts.r4()
        .newJsonParser()
        .parseResource(Library.class, new String(read.read(key).json(), StandardCharsets.UTF_8));
  }

  private Library named(OperationArguments arguments) {
    String canonical =
        arguments
            .text("url")
            .or(() -> arguments.text("library"))
            .orElseThrow(() -> OperationArguments.missing("url, the canonical of a library"));
    return definitions
        .find(Library.class, canonical)
        .orElseThrow(
            () -> new FhirFailure.NotFound("Library '" + canonical + "' is not known here"));
  }

  private static void requireKnown(OperationArguments arguments, Set<String> names) {
    for (ParametersParameterComponent each : arguments.all()) {
      if (ELSEWHERE.contains(String.valueOf(each.getName()))) {
        throw new FhirFailure.Malformed(
            IssueType.NOTSUPPORTED,
            "The parameter '"
                + each.getName()
                + "' is not supported: CQL is evaluated over what is stored here",
            each.getName());
      }
    }
    arguments.requireOnly(names);
    if (arguments.optionalFlag("useServerData").equals(Optional.of(false))) {
      throw OperationArguments.malformed(
          "useServerData", "found false, but CQL is evaluated over what is stored here");
    }
  }

  private static What what(OperationArguments arguments) {
    List<Included> libraries =
        arguments.named("library").stream().map(CqlOperation::included).toList();
    Optional<String> content = arguments.text("content");
    if (content.isEmpty()) {
      return new Expression(
          arguments
              .text("expression")
              .orElseThrow(() -> OperationArguments.missing("an expression, or content")),
          libraries);
    }
    if (!libraries.isEmpty()) {
      throw OperationArguments.malformed(
          "library", "found content besides it, which includes its libraries itself");
    }
    return new Content(content.get(), arguments.texts("expression"));
  }

  /** A canonical alone, or parts. */
  private static Included included(ParametersParameterComponent given) {
    if (!given.hasPart()) {
      String url = given.hasValue() ? given.getValue().primitiveValue() : null;
      if (url == null) {
        throw OperationArguments.malformed("library", "expected a part 'url'");
      }
      return new Included(url, Optional.empty());
    }
    OperationArguments parts = new OperationArguments(given.getPart());
    parts.requireOnly(OF_INCLUDED);
    return new Included(
        parts
            .text("url")
            .orElseThrow(() -> OperationArguments.malformed("library", "has no part 'url'")),
        parts.text("name"));
  }

  private static Optional<ResourceKey> subject(OperationArguments arguments) {
    return arguments
        .text("subject")
        .map(text ->
            ResourceKey.parse(text.contains("/") ? text : "Patient/" + text)
                .filter(key -> key.type().equals("Patient"))
                .orElseThrow(() ->
                    OperationArguments.malformed(
                        "subject", "found '" + text + "', expected Patient/[id]")));
  }

  private static Parameters given(OperationArguments arguments) {
    return arguments.resource("parameters", Parameters.class).orElseGet(Parameters::new);
  }
}
