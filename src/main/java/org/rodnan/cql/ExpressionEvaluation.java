package org.rodnan.cql;

import ca.uhn.fhir.context.FhirVersionEnum;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.hl7.elm.r1.VersionedIdentifier;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.hl7.fhir.r4.model.Parameters;
import org.hl7.fhir.r4.model.Patient;
import org.opencds.cqf.cql.engine.execution.EvaluationResult;
import org.opencds.cqf.cql.engine.fhir.converter.FhirTypeConverterFactory;
import org.opencds.cqf.cql.engine.runtime.Interval;
import org.opencds.cqf.fhir.cql.engine.parameters.CqlFhirParametersConverter;
import org.opencds.cqf.fhir.cql.engine.parameters.CqlParameterDefinition;
import org.opencds.cqf.fhir.utility.adapter.IAdapterFactory;
import org.rodnan.cql.CqlQuestion.Content;
import org.rodnan.cql.CqlQuestion.Expression;
import org.rodnan.cql.CqlQuestion.Included;
import org.rodnan.cql.CqlQuestion.Stored;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.FhirFailure;

/** The values of expressions. For one thread. */
final class ExpressionEvaluation {
  /** What the value of an expression alone is called. */
  private static final String RETURN = "return";

  private final CqlQuestion question;
  private final Surroundings around;
  private final CqlFhirParametersConverter converter =
      new CqlFhirParametersConverter(
          FhirContexts.r4(),
          IAdapterFactory.forFhirContext(FhirContexts.r4()),
          new FhirTypeConverterFactory().create(FhirVersionEnum.R4));

  ExpressionEvaluation(CqlQuestion question, Surroundings around) {
    this.question = question;
    this.around = around;
  }

  Parameters answer() {
    question.subject().ifPresent(key -> around.data().read(Patient.class, key));
    EvaluationResult result =
        switch (question.what()) {
          case Expression expression -> alone(expression);
          case Content content ->
              of(around.engine().compile(required(content.text()), 0), content.expressions());
          case Stored stored ->
              of(StoredLibraries.identifier(stored.library()), stored.expressions());
        };
    return (Parameters) converter.toFhirParameters(result);
  }

  private EvaluationResult alone(Expression expression) {
    String before = before(expression);
    int lines = Math.toIntExact(before.lines().count());
    VersionedIdentifier library =
        around.engine().compile(before + required(expression.text()), lines);
    return around.engine().evaluate(library, List.of(RETURN), parameters(), question.subject());
  }

  private EvaluationResult of(VersionedIdentifier library, List<String> expressions) {
    List<String> all = around.engine().expressions(library, question.subject().isPresent());
    List<String> wanted = expressions.isEmpty() ? all : expressions;
    if (wanted.isEmpty()) {
      throw new FhirFailure.Unprocessable(
          IssueType.NOTFOUND, "Library " + library.getId() + " defines no expression");
    }
    return around.engine().evaluate(library, wanted, parameters(), question.subject());
  }

  /** A library around an expression, up to the line that it begins in. */
  private String before(Expression expression) {
    StringBuilder text = new StringBuilder();
    text.append("library ").append(Engine.EXPRESSION).append('\n');
    text.append("using FHIR version '4.0.1'\n");
    text.append("include FHIRHelpers version '4.0.1' called FHIRHelpers\n");
    for (Included included : expression.libraries()) {
      VersionedIdentifier library =
          StoredLibraries.identifier(around.libraries().find(included.canonical()));
      text.append("include ").append(quoted(library.getId()));
      if (library.getVersion() != null) {
        text.append(" version '").append(library.getVersion().replace("'", "\\'")).append('\'');
      }
      text.append(" called ").append(quoted(included.name().orElse(library.getId()))).append('\n');
    }
    for (CqlParameterDefinition parameter : definitions()) {
      text.append("parameter ").append(quoted(parameter.getName())).append(' ');
      String type = type(parameter);
      text.append(parameter.getIsList() ? "List<" + type + ">" : type);
      text.append('\n');
    }
    text.append("context ").append(question.subject().isPresent() ? "Patient" : "Unfiltered");
    return text.append("\ndefine ").append(quoted(RETURN)).append(":\n").toString();
  }

  /** In CQL; the converter has the names of Java. */
  private static String type(CqlParameterDefinition parameter) {
    Object value = parameter.getValue();
    if (value instanceof List<?> list && !list.isEmpty()) {
      value = list.getFirst();
    }
    if (value instanceof Interval interval) {
      Object point = interval.getLow() == null ? interval.getHigh() : interval.getLow();
      return "Interval<" + (point == null ? "Any" : point.getClass().getSimpleName()) + ">";
    }
    return value instanceof BigDecimal ? "Decimal" : parameter.getType();
  }

  private static String quoted(String name) {
    return '"' + name.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  private Map<String, Object> parameters() {
    try {
      return converter.toCqlParameters(question.parameters());
    } catch (IllegalArgumentException e) {
      throw notUnderstood(e);
    }
  }

  private List<CqlParameterDefinition> definitions() {
    try {
      return converter.toCqlParameterDefinitions(question.parameters());
    } catch (IllegalArgumentException e) {
      throw notUnderstood(e);
    }
  }

  private static FhirFailure.Malformed notUnderstood(IllegalArgumentException e) {
    return new FhirFailure.Malformed(
        "Parameter 'parameters': " + String.valueOf(e.getMessage()), "parameters");
  }

  private String required(String text) {
    CqlText.require(text, around.charactersMax(), "The CQL");
    return text;
  }
}
