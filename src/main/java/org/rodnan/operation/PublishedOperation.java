package org.rodnan.operation;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.hl7.fhir.r4.model.DecimalType;
import org.hl7.fhir.r4.model.Parameters;
import org.hl7.fhir.r4.model.Parameters.ParametersParameterComponent;
import org.hl7.fhir.r4.model.Reference;
import org.hl7.fhir.r4.model.StringType;
import org.jspecify.annotations.Nullable;
import org.rodnan.cohort.Criterion;
import org.rodnan.cohort.Disclosure;
import org.rodnan.endpoint.EndpointAnalysis;
import org.rodnan.endpoint.Recomputation;
import org.rodnan.endpoint.Recomputation.Changed;
import org.rodnan.endpoint.Sample;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.fhir.UnlimitedJson;
import org.rodnan.interaction.ReadInteraction;
import org.rodnan.search.SearchRequest.Parameter;

/**
 * {@code $published} of a study: each number of its published results beside the one that its
 * subjects give. How a number is computed is told by the resources themselves: the code, kind and
 * visit of a result, the searches that choose its population, and for a count the search that finds
 * what is counted. Thread safe.
 */
public final class PublishedOperation {
  private static final int RESULTS_MAX = 5_000;
  private static final String EXPRESSION = "http://hl7.org/fhir/StructureDefinition/cqf-expression";
  private static final String BASELINE = "baseline";
  private static final double PERCENT = 100;

  private static final List<String> COLUMNS =
      List.of(
          "place",
          "population",
          "measure",
          "visit",
          "statistic",
          "printed",
          "computed",
          "verdict",
          "reads",
          "reason",
          "result");

  /** What stands with numbers, and is none of them. */
  private static final Set<String> NOT_PRINTED = Set.of("ci-level", "statistical-test");

  private final EndpointAnalysis analysis;
  private final Disclosure disclosure;
  private final ReadInteraction read;

  PublishedOperation(EndpointAnalysis analysis, Disclosure disclosure, ReadInteraction read) {
    this.disclosure = disclosure;
    this.analysis = analysis;
    this.read = read;
  }

  /**
   * @return in the order in which the results were written
   * @throws FhirFailure.NotFound if the study isn't there
   * @throws FhirFailure.Malformed if there are parameters
   * @throws FhirFailure.Forbidden if single subjects may not be shown to whoever asks
   */
  public List<PublishedNumber> numbers(ResourceKey study, OperationArguments arguments) {
    arguments.requireOnly(Set.of());
    disclosure.requireSubjects("$published");
    read.read(study);
    return analysis.again(study, again -> new Study(study, again).numbers());
  }

  /** A row for each number. */
  public static Table csv(List<PublishedNumber> numbers) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (PublishedNumber each : numbers) {
      List<@Nullable Object> row = new ArrayList<>();
      row.add(each.place());
      row.add(each.population());
      row.add(each.measure());
      row.add(each.visit());
      row.add(each.statistic());
      row.add(each.printed());
      row.add(each.computed());
      row.add(each.verdict().code());
      row.add(each.reads());
      row.add(each.reason());
      row.add(each.result());
      rows.add(row);
    }
    return new Table(COLUMNS, rows);
  }

  /** How many are of each verdict, and a part for each number. */
  public static Parameters parameters(List<PublishedNumber> numbers) {
    Parameters parameters = new Parameters();
    for (PublishedNumber.Verdict verdict : PublishedNumber.Verdict.values()) {
      parameters.addParameter(
          verdict.code(),
          new DecimalType(numbers.stream().filter(each -> each.verdict() == verdict).count()));
    }
    for (PublishedNumber each : numbers) {
      ParametersParameterComponent number = parameters.addParameter().setName("number");
      number.addPart().setName("result").setValue(new Reference("Observation/" + each.result()));
      text(number, "place", each.place());
      text(number, "population", each.population());
      text(number, "measure", each.measure());
      text(number, "visit", each.visit());
      text(number, "statistic", each.statistic());
      text(number, "printed", each.printed());
      if (each.computed() != null) {
        number.addPart().setName("computed").setValue(new DecimalType(each.computed()));
      }
      text(number, "verdict", each.verdict().code());
      text(number, "reads", each.reads());
      text(number, "reason", each.reason());
    }
    return parameters;
  }

  private static void text(ParametersParameterComponent number, String name, String text) {
    if (!text.isEmpty()) {
      number.addPart().setName(name).setValue(new StringType(text));
    }
  }

  /** One study at one moment. */
  private static final class Study {
    private final Recomputation again;
    private final List<JsonNode> results;
    private final Map<String, JsonNode> corrections = new HashMap<>();
    private final Map<String, JsonNode> groups = new HashMap<>();
    private final Map<String, Optional<BitSet>> members = new HashMap<>();
    private final boolean hasSubjects;

    Study(ResourceKey study, Recomputation again) {
      this.again = again;
      Parameter ours = new Parameter("study", study.toString());
      this.results =
          trees(
              again.resources(
                  "Observation",
                  List.of(
                      ours,
                      new Parameter("category", "published-result"),
                      new Parameter("status:not", "entered-in-error,cancelled")),
                  RESULTS_MAX));
      trees(again.resources("Group", List.of(ours), RESULTS_MAX))
          .forEach(group -> groups.put("Group/" + group.path("id").asText(), group));
      for (JsonNode result : results) {
        if (isOf(result, "corrected")) {
          corrections.put(result.at("/derivedFrom/0/reference").asText(), result);
        }
      }
      this.hasSubjects = !again.subjects(List.of()).isEmpty();
    }

    List<PublishedNumber> numbers() {
      List<PublishedNumber> numbers = new ArrayList<>();
      for (JsonNode result : results) {
        if (isOf(result, "printed")) {
          result
              .path("component")
              .forEach(component -> {
                String statistic = code(component.path("code"));
                if (!NOT_PRINTED.contains(statistic)
                    && !(statistic.equals("denominator") && expression(result).isPresent())) {
                  numbers.add(number(result, component, statistic));
                }
              });
        }
      }
      return numbers;
    }

    private PublishedNumber number(JsonNode result, JsonNode component, String statistic) {
      String id = result.path("id").asText();
      List<String> notes = new ArrayList<>();
      result.path("note").forEach(note -> notes.add(note.path("text").asText()));
      String place =
          notes.stream().filter(note -> note.startsWith("Printed in: ")).findFirst().orElse("");
      String reads = "";
      for (JsonNode corrected :
          corrections.getOrDefault("Observation/" + id, result).path("component")) {
        if (corrections.containsKey("Observation/" + id)
            && code(corrected.path("code")).equals(statistic)) {
          reads = printed(corrected);
        }
      }
      String printed = printed(component);
      String reason = "";
      Double computed = null;
      if (!hasSubjects) {
        reason = "No subject of this study is here; it is here as it was published.";
      } else {
        try {
          double value = compute(result, component, statistic, printed);
          computed = Double.isFinite(value) ? value : null;
          reason = computed == null ? "There are too few values." : "";
        } catch (NotComputable e) {
          reason = String.valueOf(e.getMessage());
        } catch (FhirFailure.Malformed e) {
          reason = "Its search can't be understood: " + e.getMessage();
        }
      }
      if (reason.isEmpty()) {
        reason =
            String.join(
                " ", notes.stream().filter(note -> !note.startsWith("Printed in: ")).toList());
      }
      JsonNode group = groups.get(result.at("/subject/reference").asText());
      return new PublishedNumber(
          id,
          place.replaceAll("^Printed in: |[.]$", ""),
          group == null ? "" : group.path("name").asText(),
          result.at("/code/text").asText(result.at("/code/coding/0/display").asText()),
          visit(result),
          statistic,
          printed,
          computed,
          reads,
          reason);
    }

    private double compute(JsonNode result, JsonNode component, String statistic, String printed) {
      BitSet subjects = members(result.at("/subject/reference").asText());
      String visit = visit(result);
      return switch (kind(result)) {
        case "level" -> level(subjects, result, component, statistic);
        case "change" ->
            change(again.change(subjects, measure(result), BASELINE, visit), statistic);
        case "percent-change" -> {
          Changed changed = again.change(subjects, measure(result), BASELINE, visit);
          // As papers do it: from the means as they are printed, with one digit.
          yield statistic.equals("n")
              ? changed.change().n()
              : PERCENT
                  * PublishedNumber.rounded(changed.change().mean(), 1).doubleValue()
                  / Math.abs(PublishedNumber.rounded(changed.baseline().mean(), 1).doubleValue());
        }
        case "difference" ->
            statistic.equals("n")
                ? again.change(subjects, measure(result), BASELINE, visit).change().n()
                : again
                    .difference(
                        members(result.at("/focus/0/reference").asText()),
                        members(result.at("/focus/1/reference").asText()),
                        measure(result),
                        BASELINE,
                        visit)
                    .p();
        case "correlation" ->
            statistic.equals("n")
                ? again.change(subjects, measure(result), BASELINE, visit).change().n()
                : again
                    .correlation(subjects, measure(result), other(component), BASELINE, visit)
                    .statistic();
        case "frequency" -> frequency(subjects, result, component, statistic);
        default ->
            throw new NotComputable(
                "What a subject took on average is no stored number; no search gives it.");
      };
    }

    private double level(BitSet subjects, JsonNode result, JsonNode component, String statistic) {
      if (result.path("code").path("coding").isEmpty()) {
        if (statistic.equals("n")) {
          return subjects.cardinality();
        }
        throw new NotComputable("It has no code under which it is stored as an Observation.");
      }
      Sample sample =
          again.level(
              subjects,
              measure(result),
              visit(result),
              component.at("/valueQuantity/code").asText());
      return switch (statistic) {
        case "n" -> sample.n();
        case "average" -> sample.mean();
        case "std-dev" -> sample.sd();
        case "median" -> sample.median();
        case "4-lower" -> sample.q1();
        case "4-upper" -> sample.q3();
        default -> throw new NotComputable("This statistic isn't computed.");
      };
    }

    private static double change(Changed changed, String statistic) {
      return switch (statistic) {
        case "n" -> changed.change().n();
        case "average" -> changed.change().mean();
        case "std-dev" -> changed.change().sd();
        case "ci-lower" -> changed.ciLow();
        case "ci-upper" -> changed.ciHigh();
        case "p-value" -> changed.pairedT().p();
        default -> throw new NotComputable("This statistic isn't computed.");
      };
    }

    private double frequency(
        BitSet subjects, JsonNode result, JsonNode component, String statistic) {
      if (statistic.equals("denominator")) {
        return subjects.cardinality();
      }
      Criterion search =
          expression(component)
              .map(PublishedOperation::criterion)
              .orElseThrow(() -> new NotComputable("No search finds what is counted."));
      Optional<Criterion> whole = expression(result).map(PublishedOperation::criterion);
      if (statistic.equals("events")) {
        return again.count(search);
      }
      if (whole.isPresent()) {
        return PERCENT * again.count(search) / again.count(whole.get());
      }
      BitSet found = again.subjects(List.of(search));
      found.and(subjects);
      return statistic.equals("percent")
          ? PERCENT * found.cardinality() / subjects.cardinality()
          : found.cardinality();
    }

    private BitSet members(String reference) {
      return members
          .computeIfAbsent(reference, this::chosen)
          .map(set -> (BitSet) set.clone())
          .orElseThrow(() -> new NotComputable("No search finds the population."));
    }

    private Optional<BitSet> chosen(String reference) {
      JsonNode group = groups.get(reference);
      List<Criterion> criteria = new ArrayList<>();
      if (group != null) {
        group
            .path("characteristic")
            .forEach(each ->
                expression(each)
                    .map(PublishedOperation::criterion)
                    .map(criterion ->
                        new Criterion(
                            criterion.name(),
                            criterion.type(),
                            criterion.parameters(),
                            criterion.visit(),
                            criterion.change(),
                            each.path("exclude").asBoolean()))
                    .ifPresent(criteria::add));
      }
      return criteria.isEmpty() ? Optional.empty() : Optional.of(again.subjects(criteria));
    }

    private static String other(JsonNode component) {
      return expression(component)
          .map(PublishedOperation::criterion)
          .flatMap(search ->
              search.parameters().stream()
                  .filter(parameter -> parameter.name().equals("code"))
                  .map(Parameter::value)
                  .findFirst())
          .orElseThrow(() -> new NotComputable("No search finds the second measure."));
    }
  }

  /** Why a number has nothing beside it. */
  private static final class NotComputable extends RuntimeException {
    NotComputable(String reason) {
      super(reason, null, false, false);
    }
  }

  private static Criterion criterion(String search) {
    return Criterion.of(search, search, Optional.empty(), Optional.empty(), false);
  }

  private static Optional<String> expression(JsonNode element) {
    for (JsonNode extension : element.path("extension")) {
      if (extension.path("url").asText().equals(EXPRESSION)) {
        return Optional.of(extension.at("/valueExpression/expression").asText());
      }
    }
    return Optional.empty();
  }

  private static String measure(JsonNode result) {
    JsonNode coding = result.at("/code/coding/0");
    if (coding.isMissingNode()) {
      throw new NotComputable("It has no code under which it is stored as an Observation.");
    }
    return coding.path("system").asText() + "|" + coding.path("code").asText();
  }

  private static String visit(JsonNode result) {
    for (JsonNode extension : result.path("extension")) {
      if (extension.path("url").asText().endsWith("/ssc-visit")) {
        for (JsonNode part : extension.path("extension")) {
          if (part.path("url").asText().equals("code")) {
            return code(part.path("valueCodeableConcept"));
          }
        }
      }
    }
    return "";
  }

  private static String kind(JsonNode result) {
    for (JsonNode category : result.path("category")) {
      if (!code(category).equals("published-result")) {
        return code(category);
      }
    }
    return "";
  }

  private static boolean isOf(JsonNode result, String source) {
    return code(result.path("method")).equals(source);
  }

  private static String code(JsonNode concept) {
    return concept.at("/coding/0/code").asText();
  }

  private static String printed(JsonNode component) {
    JsonNode quantity = component.path("valueQuantity");
    return quantity.isMissingNode()
        ? code(component.path("valueCodeableConcept")).replace('-', ' ')
        : quantity.path("comparator").asText()
            + quantity.path("value").decimalValue().toPlainString();
  }

  private static List<JsonNode> trees(List<byte[]> resources) {
    List<JsonNode> trees = new ArrayList<>();
    for (byte[] each : resources) {
      try {
        trees.add(UnlimitedJson.EXACT.readTree(each));
      } catch (IOException e) {
        throw new FhirFailure.Fault("A stored resource can't be read", e);
      }
    }
    return trees;
  }
}
