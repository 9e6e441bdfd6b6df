package org.rodnan.clinicaltrials;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.Coding;
import org.hl7.fhir.r4.model.Group;
import org.hl7.fhir.r4.model.Observation;
import org.hl7.fhir.r4.model.Observation.ObservationComponentComponent;
import org.hl7.fhir.r4.model.Quantity;
import org.rodnan.clinicaltrials.ResultsSection.About;
import org.rodnan.clinicaltrials.ResultsSection.Analysis;
import org.rodnan.clinicaltrials.ResultsSection.Figure;
import org.rodnan.clinicaltrials.ResultsSection.Form;
import org.rodnan.clinicaltrials.ResultsSection.Harm;
import org.rodnan.clinicaltrials.ResultsSection.Occurrence;
import org.rodnan.clinicaltrials.ResultsSection.Population;
import org.rodnan.mapping.Elements;

/**
 * Published results (profile {@code ssc-published-result}) as a results section. Those that came
 * from a registry go back to where they stood there; those of a paper go to where the registry has
 * such figures. For one thread.
 */
final class PublishedResults {
  private static final String OVERALL = "Overall Study";
  private static final String FLOW = "flow: ";
  private static final String DISPOSITION = "disposition: ";
  private static final String COMPLETED = "completed";

  private final ResultsSection results = new ResultsSection();
  private final Map<String, Group> groups;
  private final StudyTexts texts;
  private final Map<String, Integer> leftOut = new TreeMap<>();

  /**
   * @param groups the populations, by {@code Group/[id]}
   * @param texts names of outcomes as the study's protocol has them
   */
  PublishedResults(Map<String, Group> groups, StudyTexts texts) {
    this.groups = new HashMap<>(groups);
    this.texts = texts;
  }

  ResultsSection results() {
    return results;
  }

  /** What has no place, and how many. */
  Map<String, Integer> leftOut() {
    return new TreeMap<>(leftOut);
  }

  void add(Observation result) {
    if (!Statistics.source(result).equals("printed")) {
      leaveOut("figures that were corrected or recomputed");
      return;
    }
    Group group = groups.get(result.getSubject().getReference());
    if (group == null) {
      leaveOut("figures of no population");
      return;
    }
    Population of = population(group);
    Statistics statistics = new Statistics(result);
    Optional<Placement> place = Placement.of(result);
    if (place.isPresent()) {
      addBack(result, of, statistics, place.get());
    } else {
      addFromPaper(result, of, statistics);
    }
  }

  private void leaveOut(String what) {
    leftOut.merge(what, 1, Integer::sum);
  }

  private static Population population(Group group) {
    return new Population(
        group.getName(), Optional.ofNullable(group.getQuantityElement().getValue()));
  }

  // From the registry

  private void addBack(Observation result, Population of, Statistics statistics, Placement place) {
    switch (place.module()) {
      case Placement.FLOW -> {
        int count = statistics.count("subjects-affected").orElse(0);
        if (place.part("type").isEmpty()) {
          results.dropped(place.part("title"), place.part("category"), of, count);
        } else {
          results.milestone(place.part("title"), place.part("type"), of, count);
        }
      }
      case Placement.BASELINE ->
          results.baseline(form(place), figure(statistics, place, result), of);
      case Placement.OUTCOME -> {
        About about =
            new About(place.part("type"), place.part("timeFrame"), place.part("population"));
        if (place.groups().isEmpty()) {
          results.outcome(about, form(place), figure(statistics, place, result), of);
        } else {
          results.analysis(
              about,
              form(place),
              analysis(statistics, Statistics.notes(result)),
              compared(of, place.groups(), about, form(place)));
        }
      }
      default -> harm(of, statistics, place);
    }
  }

  /** The groups of an outcome are told by their titles, and there is one of each. */
  private List<Population> compared(Population of, List<String> titles, About about, Form form) {
    return titles.size() == 1
        ? List.of(of)
        : titles.stream()
            .map(title ->
                results
                    .population(about, form, title)
                    .orElseGet(() -> new Population(title, Optional.empty())))
            .toList();
  }

  private void harm(Population of, Statistics statistics, Placement place) {
    if (place.part("title").isEmpty()) {
      Harm harm =
          switch (place.part("type")) {
            case "deaths" -> Harm.DEATHS;
            case "serious" -> Harm.SERIOUS;
            default -> Harm.OTHER;
          };
      results.harmed(harm, of, occurrence(statistics));
    } else {
      results.event(
          place.part("type").equals("serious"),
          place.part("title"),
          place.part("category"),
          of,
          occurrence(statistics));
    }
  }

  private static Occurrence occurrence(Statistics statistics) {
    return new Occurrence(
        statistics.count("events"),
        statistics.count("subjects-affected"),
        statistics.count("denominator"));
  }

  private static Form form(Placement place) {
    return new Form(
        place.part("title"), place.part("parameter"), place.part("dispersion"), place.part("unit"));
  }

  private static Figure figure(Statistics statistics, Placement place, Observation result) {
    String spread = statistics.first("std-dev", "standard-error");
    String lower = statistics.first("ci-lower", "minimum", "4-lower");
    String upper = statistics.first("ci-upper", "maximum", "4-upper");
    List<String> comments = new ArrayList<>();
    String dispersion = place.part("dispersion");
    for (String note : Statistics.notes(result)) {
      // What no component could hold was noted.
      String noted =
          note.startsWith(dispersion + ": ") ? note.substring(dispersion.length() + 2) : "";
      int to = noted.indexOf(" to ");
      if (noted.isEmpty()) {
        comments.add(note);
      } else if (to < 0) {
        spread = noted;
      } else {
        lower = noted.substring(0, to);
        upper = noted.substring(to + " to ".length());
      }
    }
    return new Figure(
        place.part("class"),
        place.part("category"),
        statistics.first("subjects-affected", "average", "median", "count", "percent", "figure"),
        spread,
        lower,
        upper,
        String.join("\n", comments),
        statistics.count("n").or(() -> statistics.count("denominator")));
  }

  private static Analysis analysis(Statistics statistics, List<String> notes) {
    return new Analysis(
        statistics.text("p-value"),
        statistics.text("statistical-test"),
        statistics.label("figure"),
        statistics.first("figure"),
        statistics.first("ci-level"),
        statistics.first("ci-lower"),
        statistics.first("ci-upper"),
        "",
        String.join("\n", notes));
  }

  // From papers

  private void addFromPaper(Observation result, Population of, Statistics statistics) {
    String name = text(result.getCode());
    String visit = Elements.visitCode(result).orElse("");
    Optional<Integer> affected = statistics.count("subjects-affected");
    if (name.startsWith(FLOW) && affected.isPresent()) {
      results.milestone(OVERALL, sentence(name.substring(FLOW.length())), of, affected.get());
    } else if (name.startsWith(DISPOSITION) && affected.isPresent()) {
      String reason = name.substring(DISPOSITION.length());
      if (reason.equals(COMPLETED)) {
        of.size().ifPresent(size -> results.milestone(OVERALL, "STARTED", of, size));
        results.milestone(OVERALL, "COMPLETED", of, affected.get());
      } else {
        results.dropped(OVERALL, sentence(reason), of, affected.get());
      }
    } else if (statistics.isOfEvents() && visit.isEmpty()) {
      if (affected.isEmpty()) {
        leaveOut("sums of adverse events");
      } else {
        results.event(false, name, "", of, occurrence(statistics));
      }
    } else {
      measured(result, of, statistics, name, visit);
    }
  }

  private void measured(
      Observation result, Population of, Statistics statistics, String name, String visit) {
    String kind = Statistics.kind(result);
    String measure =
        switch (kind) {
          case "change", "difference" ->
              name.toLowerCase(Locale.ROOT).contains("change") ? name : name + ", change";
          case "percent-change" -> name + ", percent change";
          default -> name;
        };
    Optional<Form> form = statistics.form(measure);
    About about = texts.about(result.getCode(), visit);
    boolean isBaseline = visit.equals("baseline");
    if (form.isPresent()) {
      Figure figure =
          new Figure(
              "",
              "",
              statistics.first("subjects-affected", "average", "median", "percent"),
              form.get().dispersion().equals("STANDARD_DEVIATION")
                  ? statistics.first("std-dev")
                  : "",
              statistics.lower(form.get()),
              statistics.upper(form.get()),
              "",
              statistics.count("n").or(() -> statistics.count("denominator")));
      if (isBaseline) {
        results.baseline(form.get(), figure, of);
      } else {
        results.outcome(about, form.get(), figure, of);
      }
    }
    boolean isTested = statistics.isTested(form.isPresent());
    if (isTested && !isBaseline) {
      results.analysis(
          about,
          form.orElseGet(
              () -> results.form(about, measure).orElseGet(() -> new Form(measure, "", "", ""))),
          analysis(statistics, List.of()),
          List.of(of));
    } else if (form.isEmpty()) {
      leaveOut("figures without a value");
    }
  }

  private static String text(CodeableConcept code) {
    return code.hasText()
        ? code.getText()
        : code.getCoding().stream()
            .map(Coding::getDisplay)
            .filter(each -> each != null)
            .findFirst()
            .orElse(code.getCodingFirstRep().getCode());
  }

  private static String sentence(String text) {
    return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
  }

  /** The components of a result by their codes. */
  private static final class Statistics {
    private final Map<String, ObservationComponentComponent> byCode = new HashMap<>();

    Statistics(Observation result) {
      result
          .getComponent()
          .forEach(each -> byCode.putIfAbsent(each.getCode().getCodingFirstRep().getCode(), each));
    }

    static String source(Observation result) {
      return String.valueOf(result.getMethod().getCodingFirstRep().getCode());
    }

    static String kind(Observation result) {
      return result.getCategory().stream()
          .flatMap(each -> each.getCoding().stream())
          .map(Coding::getCode)
          .filter(each -> each != null && !each.equals("published-result"))
          .findFirst()
          .orElse("");
    }

    static List<String> notes(Observation result) {
      return result.getNote().stream().map(each -> each.getText()).toList();
    }

    Optional<Integer> count(String code) {
      ObservationComponentComponent component = byCode.get(code);
      return component != null && component.getValue() instanceof Quantity quantity
          ? Optional.ofNullable(quantity.getValue()).map(BigDecimal::intValue)
          : Optional.empty();
    }

    /** The first that is there; what is no number as it was printed. */
    String first(String... codes) {
      for (String code : codes) {
        if (byCode.containsKey(code)) {
          return text(code);
        }
      }
      return "";
    }

    String text(String code) {
      ObservationComponentComponent component = byCode.get(code);
      if (component == null) {
        return "";
      }
      if (component.getValue() instanceof Quantity quantity && quantity.hasValue()) {
        String number = quantity.getValue().toPlainString();
        return quantity.hasComparator() ? quantity.getComparator().toCode() + number : number;
      }
      if (component.getValue() instanceof CodeableConcept concept) {
        return PublishedResults.text(concept);
      }
      return component.getDataAbsentReason().hasText()
          ? component.getDataAbsentReason().getText()
          : "";
    }

    String label(String code) {
      ObservationComponentComponent component = byCode.get(code);
      return component != null && component.getCode().hasText()
          ? component.getCode().getText()
          : "";
    }

    private boolean has(String code) {
      return byCode.containsKey(code);
    }

    private String unit(String code) {
      ObservationComponentComponent component = byCode.get(code);
      return component != null && component.getValue() instanceof Quantity quantity
          ? Optional.ofNullable(quantity.getUnit()).orElse("")
          : "";
    }

    boolean isOfEvents() {
      return has("events")
          || byCode.values().stream()
              .flatMap(each -> each.getExtension().stream())
              .anyMatch(each ->
                  each.getValue() instanceof org.hl7.fhir.r4.model.Expression expression
                      && String.valueOf(expression.getExpression()).startsWith("AdverseEvent"));
    }

    /** How the registry would tell it; empty if there is nothing but a test. */
    Optional<Form> form(String title) {
      if (has("subjects-affected")) {
        return Optional.of(new Form(title, "COUNT_OF_PARTICIPANTS", "", "Participants"));
      }
      if (has("average")) {
        String dispersion =
            has("std-dev")
                ? "STANDARD_DEVIATION"
                : has("ci-lower") && has("ci-upper")
                    ? "95% Confidence Interval"
                    : has("minimum") && has("maximum") ? "FULL_RANGE" : "";
        return Optional.of(new Form(title, "MEAN", dispersion, unit("average")));
      }
      if (has("median")) {
        String dispersion =
            has("4-lower") && has("4-upper")
                ? "INTER_QUARTILE_RANGE"
                : has("minimum") && has("maximum") ? "FULL_RANGE" : "";
        return Optional.of(new Form(title, "MEDIAN", dispersion, unit("median")));
      }
      return has("percent")
          ? Optional.of(new Form(title, "NUMBER", "", "percentage of participants"))
          : Optional.empty();
    }

    String lower(Form form) {
      return switch (form.dispersion()) {
        case "95% Confidence Interval" -> first("ci-lower");
        case "FULL_RANGE" -> first("minimum");
        case "INTER_QUARTILE_RANGE" -> first("4-lower");
        default -> "";
      };
    }

    String upper(Form form) {
      return switch (form.dispersion()) {
        case "95% Confidence Interval" -> first("ci-upper");
        case "FULL_RANGE" -> first("maximum");
        case "INTER_QUARTILE_RANGE" -> first("4-upper");
        default -> "";
      };
    }

    boolean isTested(boolean hasFigure) {
      return has("p-value") || has("ci-lower") && (has("std-dev") || !hasFigure);
    }
  }
}
