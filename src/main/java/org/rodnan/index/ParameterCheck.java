package org.rodnan.index;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.hl7.fhir.exceptions.FHIRException;
import org.hl7.fhir.r4.fhirpath.ExpressionNode;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.hl7.fhir.r4.model.Resource;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.Issue;
import org.rodnan.fhir.ResourceKey;

/** Says why a search parameter that somebody stores can't be served. Thread safe. */
final class ParameterCheck {
  private static final Pattern CODE = Pattern.compile("[A-Za-z][A-Za-z0-9_-]{0,63}");

  private static final int SHOWN_MAX = 300;
  private static final int ALTERNATIVES_MAX = 100;

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
      addClashOfUrl(parameter, among, problems);
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
    if (alternatives.size() > ALTERNATIVES_MAX) {
      problems.add(
          problem(
              "expression",
              alternatives.size() + " alternatives for " + base,
              "at most " + ALTERNATIVES_MAX));
      return;
    }
    String type = PublishedParameter.OF_EVERY_TYPE.contains(base) ? "Patient" : base;
    for (String alternative : alternatives) {
      addProblemsOfExpression("expression", alternative, type, problems);
    }
  }

  private void addProblemsOfExpression(
      String element, String expression, String type, List<Issue> problems) {
    compiled(element, expression, DocumentExtractor.withoutRoot(expression, type), problems)
        .ifPresent(node -> {
          Resource empty = (Resource) FhirContexts.r4().getResourceDefinition(type).newInstance();
          try {
            paths.evaluate(node, empty, empty);
          } catch (FHIRException e) {
            problems.add(problem(element, expression, "FHIRPath: " + e.getMessage()));
          } catch (RuntimeException e) {
            problems.add(problem(element, expression, "FHIRPath that can be evaluated"));
          }
        });
  }

  /** The expression, if it is one that may be served. */
  private Optional<ExpressionNode> compiled(
      String element, String expression, String fromElement, List<Issue> problems) {
    Optional<String> expected = ExpressionRule.problem(expression);
    Optional<ExpressionNode> node = Optional.empty();
    if (expected.isEmpty()) {
      try {
        node = Optional.of(paths.compile(fromElement));
        expected = node.flatMap(ExpressionRule::problem);
      } catch (FHIRException e) {
        expected = Optional.of("FHIRPath: " + e.getMessage());
      } catch (RuntimeException e) {
        expected = Optional.of("FHIRPath");
      }
    }
    expected.ifPresent(text -> problems.add(problem(element, shown(expression), text)));
    return expected.isPresent() ? Optional.empty() : node;
  }

  private static String shown(String expression) {
    return expression.length() <= SHOWN_MAX ? expression : expression.substring(0, SHOWN_MAX) + "…";
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
      compiled("component.expression", expression, expression, problems);
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

  private static void addClashOfUrl(
      PublishedParameter parameter, SearchParameters among, List<Issue> problems) {
    PublishedParameter other = among.byUrl().get(parameter.url());
    if (other != null && !meanings(parameter, among).equals(meanings(other, among))) {
      problems.add(
          Issue.error(
              IssueType.DUPLICATE,
              "SearchParameter.url: found '"
                  + parameter.url()
                  + "', expected one that no other search parameter in force has; there it is '"
                  + other.code()
                  + "' of "
                  + other.bases()
                  + " and means something else",
              "SearchParameter.url"));
    }
  }

  private static Set<Meaning> meanings(PublishedParameter parameter, SearchParameters among) {
    return parameter.resolve(among.byUrl(), true).stream()
        .map(Meaning::of)
        .collect(Collectors.toSet());
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
          && !Meaning.of(definition).equals(Meaning.of(other.get()))
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

  /** What a search by a parameter finds depends on nothing else. */
  private record Meaning(
      String type,
      String code,
      ParameterKind kind,
      List<String> expressions,
      List<ParameterDefinition.Component> components) {
    static Meaning of(ParameterDefinition definition) {
      return new Meaning(
          definition.type(),
          definition.code(),
          definition.kind(),
          definition.expressions(),
          definition.components());
    }
  }

  /** A change that a composite doesn't allow. */
  static Issue lost(ResourceKey key, StoredParameters.Stored composite) {
    return Issue.error(
        IssueType.BUSINESSRULE,
        key
            + " is a part of the composite "
            + composite.key()
            + " ('"
            + composite.parameter().code()
            + "'), which couldn't be served as it is any more; expected a change that keeps its"
            + " url, type and status, or that the composite is retired before",
        "SearchParameter");
  }

  private static Issue problem(String element, String found, String expected) {
    String path = "SearchParameter." + element;
    return Issue.error(
        IssueType.NOTSUPPORTED, path + ": found '" + found + "', expected " + expected, path);
  }
}
