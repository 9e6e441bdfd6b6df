package org.rodnan.cql;

import ca.uhn.fhir.context.FhirVersionEnum;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import kotlin.Pair;
import org.cqframework.cql.cql2elm.CqlCompilerException;
import org.cqframework.cql.cql2elm.CqlTranslator;
import org.cqframework.cql.cql2elm.LibraryManager;
import org.cqframework.cql.cql2elm.model.CompiledLibrary;
import org.cqframework.cql.cql2elm.quick.FhirLibrarySourceProvider;
import org.hl7.elm.r1.ExpressionDef;
import org.hl7.elm.r1.FunctionDef;
import org.hl7.elm.r1.VersionedIdentifier;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.opencds.cqf.cql.engine.data.CompositeDataProvider;
import org.opencds.cqf.cql.engine.data.DataProvider;
import org.opencds.cqf.cql.engine.execution.CqlEngine;
import org.opencds.cqf.cql.engine.execution.Environment;
import org.opencds.cqf.cql.engine.execution.EvaluationParams;
import org.opencds.cqf.cql.engine.execution.EvaluationParams.LibraryParams;
import org.opencds.cqf.cql.engine.execution.EvaluationResult;
import org.opencds.cqf.fhir.cql.engine.retrieve.RepositoryRetrieveProvider;
import org.opencds.cqf.fhir.cql.engine.retrieve.RetrieveSettings;
import org.opencds.cqf.fhir.utility.Constants;
import org.opencds.cqf.fhir.utility.model.FhirModelResolverCache;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.terminology.Terminology;

/** Compiler and engine for one evaluation. For one thread. */
final class Engine {
  /** The library that an expression alone is put into. */
  static final String EXPRESSION = "Expression";

  private static final String PATIENT = "Patient";

  private final LibraryManager libraries;
  private final CqlEngine engine;
  private final ZonedDateTime now;

  /** Lines that stand before what the client wrote. */
  private int given;

  Engine(
      EngineParts parts,
      StoredData data,
      StoredLibraries stored,
      Terminology terminology,
      Budget budget,
      ZonedDateTime now) {
    this.now = now;
    libraries = parts.libraryManager();
    libraries.getLibrarySourceLoader().registerProvider(new FhirLibrarySourceProvider());
    libraries.getLibrarySourceLoader().registerProvider(stored);
    StoredTerminology codes = new StoredTerminology(terminology, budget);
    DataProvider resources =
        new CompositeDataProvider(
            FhirModelResolverCache.resolverForVersion(FhirVersionEnum.R4),
            new RepositoryRetrieveProvider(data, codes, new RetrieveSettings()));
    engine =
        new CqlEngine(
            new Environment(libraries, Map.of(Constants.FHIR_MODEL_URI, resources), codes),
            new BudgetedOptions(budget));
  }

  CqlEngine cql() {
    return engine;
  }

  /**
   * Compiles what isn't stored.
   *
   * @param lines how many of its lines are not the client's
   * @throws FhirFailure.Unprocessable with a line for each error
   */
  VersionedIdentifier compile(String text, int lines) {
    given = lines;
    try {
      CqlTranslator translator = CqlTranslator.fromText(text, libraries);
      EvaluationFailures.requireNone(translator.getErrors(), given);
      CompiledLibrary compiled = translator.getTranslatedLibrary();
      if (compiled == null || compiled.getLibrary() == null || compiled.getIdentifier() == null) {
        throw new FhirFailure.Unprocessable(
            IssueType.INVALID, "The text is no library; expected CQL, such as: library Name");
      }
      if (compiled.getLibrary().getStatements() != null) {
        // The engine searches them as sorted.
        compiled
            .getLibrary()
            .getStatements()
            .getDef()
            .sort(Comparator.comparing(ExpressionDef::getName));
      }
      libraries.getCompiledLibraries().put(compiled.getIdentifier(), compiled);
      return compiled.getIdentifier();
    } catch (RuntimeException | StackOverflowError e) {
      throw EvaluationFailures.of(e, "", given);
    }
  }

  /**
   * Compiles a stored library and what it includes.
   *
   * @throws FhirFailure.Unprocessable with a line for each error, or if it isn't there
   */
  CompiledLibrary require(VersionedIdentifier library) {
    List<CqlCompilerException> errors = new ArrayList<>();
    try {
      CompiledLibrary compiled = libraries.resolveLibrary(library, errors);
      EvaluationFailures.requireNone(errors, given);
      return compiled;
    } catch (RuntimeException | StackOverflowError e) {
      throw EvaluationFailures.of(e, "", given);
    }
  }

  /** Its expressions in the order of their names; without a subject not the patient. */
  List<String> expressions(VersionedIdentifier library, boolean hasSubject) {
    CompiledLibrary compiled = require(library);
    if (compiled.getLibrary() == null || compiled.getLibrary().getStatements() == null) {
      return List.of();
    }
    return compiled.getLibrary().getStatements().getDef().stream()
        .filter(each -> !(each instanceof FunctionDef))
        .map(ExpressionDef::getName)
        .filter(name -> hasSubject || !name.equals(PATIENT))
        .toList();
  }

  /**
   * The values of expressions.
   *
   * @param expressions names; not empty
   * @param parameters of the library, as the engine's values
   * @throws FhirFailure if that fails, with library and line where they are known
   */
  EvaluationResult evaluate(
      VersionedIdentifier library,
      Collection<String> expressions,
      Map<String, Object> parameters,
      Optional<ResourceKey> subject) {
    String whose = subject.map(key -> key + ": ").orElse("");
    try {
      EvaluationParams.Builder asked = new EvaluationParams.Builder();
      asked.setParameters(parameters);
      asked.setEvaluationDateTime(now);
      subject.ifPresent(key -> asked.setContextParameter(new Pair<>(key.type(), key.id())));
      LibraryParams.Builder of = new LibraryParams.Builder();
      of.expressions(List.copyOf(expressions));
      asked.library(library, of.build());
      return engine.evaluate(asked.build()).getOnlyResultOrThrow();
    } catch (RuntimeException | StackOverflowError e) {
      throw EvaluationFailures.of(e, whose, given);
    }
  }
}
