package org.rodnan.index;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.hl7.fhir.exceptions.FHIRException;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.hl7.fhir.r4.model.Resource;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.Issue;

/** Says why a search parameter that somebody stores can't be served. Thread safe. */
final class ParameterCheck {
  private static final Pattern CODE = Pattern.compile("[A-Za-z][A-Za-z0-9_-]{0,63}");

  private final FhirPaths paths;

  ParameterCheck(FhirPaths paths) {
    this.paths = paths;
  }

  /**
   * What stands against serving it; nothing if it can be served.
   *
   * @param among all others that are in force
   */
  List<Issue> problems(PublishedParameter parameter, SearchParameters among) {
    List<Issue> problems = new ArrayList<>();
    if (isServedAlready(parameter, among)) {
      return problems;
    }
    if (!CODE.matcher(parameter.code()).matches()) {
      problems.add(
          problem(
              "code",
              parameter.code(),
              "a letter, then letters, digits, - and _, 64 characters at most"));
    }
    ParameterKind kind = parameter.kind();
    if (kind == null || kind == ParameterKind.SPECIAL) {
      problems.add(
          problem(
              "type",
              parameter.type(),
              "number, date, string, token, reference, composite, quantity or uri"));
    }
    if (parameter.expression().isBlank()) {
      problems.add(
          Issue.error(
              IssueType.NOTSUPPORTED,
              "SearchParameter.expression: found none, expected FHIRPath; a parameter can't be"
                  + " served by its xpath, or without an expression",
              "SearchParameter.expression"));
    } else {
      parameter.bases().forEach(base -> addProblemsOfBase(parameter, base, problems));
    }
    if (parameter.bases().isEmpty()) {
      problems.add(problem("base", "none", "resource types"));
    }
    if (kind == ParameterKind.COMPOSITE) {
      addProblemsOfComponents(parameter, among, problems);
    }
    if (problems.isEmpty()) {
      addClashes(parameter, among, problems);
    }
    return problems;
  }

  /** What clients know of R4 or of the project's profiles they may store here too. */
  private static boolean isServedAlready(PublishedParameter parameter, SearchParameters among) {
    PublishedParameter known = among.byUrl().get(parameter.url());
    return known != null
        && known.code().equals(parameter.code())
        && known.type().equals(parameter.type())
        && known.expression().equals(parameter.expression())
        && known.bases().equals(parameter.bases())
        && known.componentUrls().equals(parameter.componentUrls());
  }

  private void addProblemsOfBase(PublishedParameter parameter, String base, List<Issue> problems) {
    if (PublishedParameter.types(base).isEmpty()) {
      problems.add(problem("base", base, "a resource type of FHIR R4"));
      return;
    }
    List<String> alternatives = PublishedParameter.alternatives(parameter.expression(), base);
    if (alternatives.isEmpty()) {
      problems.add(
          problem("expression", parameter.expression(), "an alternative that begins at " + base));
    }
    String type = PublishedParameter.OF_EVERY_TYPE.contains(base) ? "Patient" : base;
    for (String alternative : alternatives) {
      addProblemsOfExpression("expression", alternative, type, problems);
    }
  }

  private void addProblemsOfExpression(
      String element, String expression, String type, List<Issue> problems) {
    try {
      Resource empty = (Resource) FhirContexts.r4().getResourceDefinition(type).newInstance();
      paths.evaluate(paths.compile(DocumentExtractor.withoutRoot(expression, type)), empty, empty);
    } catch (FHIRException | UnsupportedOperationException e) {
      problems.add(problem(element, expression, "FHIRPath: " + e.getMessage()));
    }
  }

  private void addProblemsOfComponents(
      PublishedParameter parameter, SearchParameters among, List<Issue> problems) {
    List<String> urls = parameter.componentUrls();
    if (urls.isEmpty()) {
      problems.add(problem("component", "none", "the parts of the composite"));
      return;
    }
    for (String url : urls) {
      PublishedParameter part = among.byUrl().get(url);
      if (part == null || part.kind() == null) {
        problems.add(
            problem(
                "component.definition",
                url,
                "the URL of a search parameter of R4, or of one that is stored and active"));
      }
    }
    for (String expression : parameter.componentExpressions()) {
      try {
        paths.compile(expression);
      } catch (FHIRException e) {
        problems.add(problem("component.expression", expression, "FHIRPath: " + e.getMessage()));
      }
    }
    if (problems.isEmpty() && !CompositeShape.isSupported(parameter.components(among.byUrl()))) {
      problems.add(
          problem(
              "component",
              urls.toString(),
              "parts that can be indexed together: texts with a string only at the end, or tokens,"
                  + " dates, numbers and quantities that are not too many"));
    }
  }

  private static void addClashes(
      PublishedParameter parameter, SearchParameters among, List<Issue> problems) {
    Set<String> named = new HashSet<>();
    for (ParameterDefinition definition : parameter.resolve(among.byUrl(), true)) {
      Optional<ParameterDefinition> other =
          among.of(definition.type()).stream()
              .filter(known -> known.code().equals(definition.code()))
              .findFirst();
      if (other.isPresent()
          && !hasSameMeaning(definition, other.get())
          && named.add(other.get().url())) {
        problems.add(
            Issue.error(
                IssueType.DUPLICATE,
                "SearchParameter.code: found '"
                    + parameter.code()
                    + "', expected one that "
                    + definition.type()
                    + " doesn't have; there it is "
                    + other.get().url(),
                "SearchParameter.code"));
      }
    }
  }

  private static boolean hasSameMeaning(ParameterDefinition one, ParameterDefinition other) {
    return one.kind() == other.kind()
        && one.expressions().equals(other.expressions())
        && one.components().equals(other.components());
  }

  private static Issue problem(String element, String found, String expected) {
    String path = "SearchParameter." + element;
    return Issue.error(
        IssueType.NOTSUPPORTED, path + ": found '" + found + "', expected " + expected, path);
  }
}
