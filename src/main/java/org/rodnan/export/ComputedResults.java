package org.rodnan.export;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.Coding;
import org.hl7.fhir.r4.model.Extension;
import org.hl7.fhir.r4.model.ResearchStudy;
import org.rodnan.clinicaltrials.ResultsSection;
import org.rodnan.clinicaltrials.ResultsSection.About;
import org.rodnan.clinicaltrials.ResultsSection.Analysis;
import org.rodnan.clinicaltrials.ResultsSection.Figure;
import org.rodnan.clinicaltrials.ResultsSection.Form;
import org.rodnan.clinicaltrials.ResultsSection.Harm;
import org.rodnan.clinicaltrials.ResultsSection.Occurrence;
import org.rodnan.clinicaltrials.ResultsSection.Population;
import org.rodnan.cohort.Criterion;
import org.rodnan.cohort.Disclosure;
import org.rodnan.cohort.ParticipantFlow;
import org.rodnan.cohort.ParticipantFlow.Row;
import org.rodnan.cohort.ParticipantFlow.Stage;
import org.rodnan.cohort.ParticipantFlowCount;
import org.rodnan.cohort.StudySubjects;
import org.rodnan.cohort.Subject;
import org.rodnan.endpoint.AnalysisSet;
import org.rodnan.endpoint.EndpointAnalysis;
import org.rodnan.endpoint.EndpointTable;
import org.rodnan.endpoint.Sample;
import org.rodnan.fhir.JsonElements;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.index.ReferenceText;
import org.rodnan.safety.AdverseEventCount;
import org.rodnan.safety.AdverseEvents;
import org.rodnan.safety.AdverseEvents.Count;
import org.rodnan.safety.AdverseEvents.Term;
import org.rodnan.search.SearchRequest.Parameter;
import org.rodnan.search.SubjectSearch;

/**
 * The results of a study from the records of its subjects, by what {@code $participant-flow},
 * {@code $endpoint} and {@code $adverse-events} count and compute. Thread safe.
 */
final class ComputedResults {
  private static final String PERIOD = "Overall Study";
  private static final String EVERYBODY = "All subjects";
  private static final String BASELINE = "baseline";
  private static final String ENDPOINT = "https://w3id.org/rodnan/StructureDefinition/ssc-endpoint";
  private static final int DIGITS = 6;
  private static final BigDecimal SMALLEST_P = new BigDecimal("0.0001");

  private final SubjectSearch subjects;
  private final ReferenceText references;
  private final ParticipantFlowCount flows;
  private final EndpointAnalysis endpoints;
  private final AdverseEventCount events;

  ComputedResults(
      SubjectSearch subjects,
      ReferenceText references,
      ParticipantFlowCount flows,
      EndpointAnalysis endpoints,
      AdverseEventCount events) {
    this.subjects = subjects;
    this.references = references;
    this.flows = flows;
    this.endpoints = endpoints;
    this.events = events;
  }

  /** What an objective is measured by. */
  private record Endpoint(String type, String token, String name, List<String> visits) {}

  ResultsSection of(ResourceKey study, ResearchStudy protocol) {
    ResultsSection results = new ResultsSection();
    ParticipantFlow flow = flows.count(study, Disclosure.Level.EVERYTHING);
    flow(results, flow);
    sex(results, study);
    Set<String> measured = new LinkedHashSet<>();
    for (Endpoint endpoint : endpoints(protocol)) {
      outcomes(results, study, flow, endpoint, measured.add(endpoint.token()));
    }
    events(results, study, flow);
    return results;
  }

  private static void flow(ResultsSection results, ParticipantFlow flow) {
    Map<String, Integer> enrolled =
        flow.all(Stage.ENROLLED).map(row -> counts(flow, row)).orElse(Map.of());
    Map<String, Population> populations = new LinkedHashMap<>();
    enrolled.forEach((arm, size) -> populations.put(arm, new Population(arm, Optional.of(size))));
    Map<String, Integer> completed =
        flow.all(Stage.COMPLETED).map(row -> counts(flow, row)).orElse(Map.of());
    populations.forEach(
        (arm, of) -> results.milestone(PERIOD, "STARTED", of, enrolled.getOrDefault(arm, 0)));
    for (Row visit : flow.each(Stage.VISIT)) {
      Map<String, Integer> there = counts(flow, visit);
      populations.forEach(
          (arm, of) -> results.milestone(PERIOD, visit.title(), of, there.getOrDefault(arm, 0)));
    }
    populations.forEach((arm, of) -> {
      results.milestone(PERIOD, "COMPLETED", of, completed.getOrDefault(arm, 0));
      results.milestone(
          PERIOD,
          "NOT COMPLETED",
          of,
          enrolled.getOrDefault(arm, 0) - completed.getOrDefault(arm, 0));
    });
    for (Row reason : flow.each(Stage.WITHDRAWN)) {
      if (reason.subjects() == 0) {
        continue;
      }
      Map<String, Integer> left = counts(flow, reason);
      populations.forEach((arm, of) ->
          results.dropped(
              PERIOD, reason.reason().orElseThrow().text(), of, left.getOrDefault(arm, 0)));
    }
    flow.all(Stage.OFF_STUDY)
        .ifPresent(row -> {
          Map<String, Integer> left = counts(flow, row);
          populations.forEach((arm, of) ->
              results.dropped(PERIOD, "No reason recorded", of, left.getOrDefault(arm, 0)));
        });
  }

  /** By arm; of a study without arms of everybody. */
  private static Map<String, Integer> counts(ParticipantFlow flow, Row row) {
    return flow.arms().isEmpty() ? Map.of(EVERYBODY, row.subjects()) : row.arms();
  }

  private void sex(ResultsSection results, ResourceKey study) {
    Map<String, Map<String, Integer>> counts = new LinkedHashMap<>();
    Map<String, Integer> sizes = new LinkedHashMap<>();
    subjects.now(moment -> {
      StudySubjects known = StudySubjects.of(moment, study, references);
      boolean hasArms = !known.arms(Subject::armAsAssigned).isEmpty();
      Map<String, String> armOf = new HashMap<>();
      for (Subject subject : known.enrolled()) {
        String arm = hasArms ? subject.armAsAssigned() : EVERYBODY;
        armOf.put(subject.person(), arm);
        sizes.merge(arm, 1, Integer::sum);
      }
      moment.forEach(
          "Patient",
          List.of(new Parameter("_has:ResearchSubject:individual:study", study.toString())),
          json -> {
            JsonNode patient = JsonElements.read(json);
            String arm = armOf.get("Patient/" + patient.path("id").asText());
            if (arm != null && !arm.isEmpty()) {
              counts
                  .computeIfAbsent(
                      title(patient.path("gender").asText()), absent -> new LinkedHashMap<>())
                  .merge(arm, 1, Integer::sum);
            }
          });
      return known.all().size();
    });
    Form form = new Form("Sex: Female, Male", "COUNT_OF_PARTICIPANTS", "", "Participants");
    for (String sex : List.of("Female", "Male", "Other", "Unknown or not reported")) {
      Map<String, Integer> of = counts.getOrDefault(sex, Map.of());
      if (of.isEmpty() && !sex.matches("Female|Male")) {
        continue;
      }
      sizes.forEach((arm, size) -> {
        if (!arm.isEmpty()) {
          results.baseline(
              form,
              new Figure(
                  "",
                  sex,
                  String.valueOf(of.getOrDefault(arm, 0)),
                  "",
                  "",
                  "",
                  "",
                  Optional.of(size)),
              new Population(arm, Optional.of(size)));
        }
      });
    }
  }

  private static String title(String gender) {
    return switch (gender) {
      case "female" -> "Female";
      case "male" -> "Male";
      case "other" -> "Other";
      default -> "Unknown or not reported";
    };
  }

  private static List<Endpoint> endpoints(ResearchStudy protocol) {
    List<Endpoint> found = new ArrayList<>();
    for (var objective : protocol.getObjective()) {
      String type = String.valueOf(objective.getType().getCodingFirstRep().getCode());
      for (Extension each : objective.getExtensionsByUrl(ENDPOINT)) {
        Coding coding = new Coding();
        List<String> visits = new ArrayList<>();
        for (Extension part : each.getExtension()) {
          if (part.getValue() instanceof CodeableConcept concept && concept.hasCoding()) {
            if (part.getUrl().equals("measure")) {
              coding = concept.getCodingFirstRep();
            } else if (part.getUrl().equals("visit")) {
              visits.add(concept.getCodingFirstRep().getCode());
            }
          }
        }
        if (coding.hasCode()) {
          found.add(
              new Endpoint(
                  type.equals("exploratory")
                      ? "OTHER_PRE_SPECIFIED"
                      : type.toUpperCase(Locale.ROOT),
                  (coding.hasSystem() ? coding.getSystem() + "|" : "") + coding.getCode(),
                  coding.hasDisplay() ? coding.getDisplay() : coding.getCode(),
                  visits));
        }
      }
    }
    return found;
  }

  private void outcomes(
      ResultsSection results,
      ResourceKey study,
      ParticipantFlow flow,
      Endpoint endpoint,
      boolean isNew) {
    List<Criterion> strata =
        flow.arms().size() < 2
            ? List.of()
            : flow.arms().stream()
                .map(arm ->
                    new Criterion(
                        arm,
                        "ResearchSubject",
                        List.of(
                            new Parameter("study", study.toString()),
                            new Parameter("assigned-arm:exact", escaped(arm))),
                        Optional.empty(),
                        Optional.empty(),
                        false))
                .toList();
    EndpointTable table =
        endpoints.analyse(
            new EndpointAnalysis.Question(
                study,
                endpoint.token(),
                BASELINE,
                endpoint.visits(),
                List.of(AnalysisSet.OBSERVED),
                strata,
                Optional.empty(),
                OptionalDouble.empty(),
                true),
            Disclosure.Level.EVERYTHING);
    String only = flow.arms().size() == 1 ? flow.arms().getFirst() : EVERYBODY;
    for (EndpointTable.Row row : table.rows()) {
      boolean isAll = row.stratum().equals(EndpointTable.ALL);
      if (isAll != strata.isEmpty() || row.change().n() == 0) {
        continue;
      }
      Population of = new Population(isAll ? only : row.stratum(), Optional.of(row.change().n()));
      change(results, endpoint, table, row, of);
    }
    for (EndpointTable.Comparison each : table.comparisons()) {
      if (!each.left().equals(EndpointTable.ALL) && Double.isFinite(each.welch().p())) {
        comparison(results, endpoint, table, each);
      }
    }
    if (isNew) {
      atBaseline(results, endpoint, table, flow, only);
    }
  }

  /** A search's value in which commas are no separators. */
  private static String escaped(String value) {
    return value.replace("\\", "\\\\").replace(",", "\\,").replace("$", "\\$").replace("|", "\\|");
  }

  private static void change(
      ResultsSection results,
      Endpoint endpoint,
      EndpointTable table,
      EndpointTable.Row row,
      Population of) {
    About about = about(endpoint, row.visit());
    Form form = form(endpoint, table);
    results.outcome(
        about,
        form,
        new Figure(
            "",
            "",
            number(row.change().mean()),
            number(row.change().sd()),
            "",
            "",
            "",
            Optional.empty()),
        of);
    if (Double.isFinite(row.pairedT().p())) {
      results.analysis(
          about,
          form,
          new Analysis(
              p(row.pairedT().p()),
              "t-test, paired",
              "Mean change",
              number(row.change().mean()),
              "95",
              number(row.changeCiLow()),
              number(row.changeCiHigh()),
              "",
              "Change from baseline within the arm, two-sided"),
          List.of(of));
    }
  }

  private static void comparison(
      ResultsSection results,
      Endpoint endpoint,
      EndpointTable table,
      EndpointTable.Comparison compared) {
    List<Population> both = new ArrayList<>();
    for (EndpointTable.Row row : table.rows()) {
      if (row.visit().equals(compared.visit())
          && (row.stratum().equals(compared.left()) || row.stratum().equals(compared.right()))) {
        both.add(new Population(row.stratum(), Optional.of(row.change().n())));
      }
    }
    results.analysis(
        about(endpoint, compared.visit()),
        form(endpoint, table),
        new Analysis(
            p(compared.welch().p()),
            "t-test, 2 sided",
            "",
            "",
            "",
            "",
            "",
            "",
            "Welch's t test of the changes of both arms"),
        both);
  }

  private static About about(Endpoint endpoint, String visit) {
    return new About(
        endpoint.type(),
        "Baseline and " + visit.replaceFirst("^(week|month)-(\\d+)$", "$2 $1s"),
        AnalysisSet.OBSERVED.rule());
  }

  private static Form form(Endpoint endpoint, EndpointTable table) {
    return new Form(
        "Change from baseline in " + endpoint.name(), "MEAN", "STANDARD_DEVIATION", table.unit());
  }

  private static void atBaseline(
      ResultsSection results,
      Endpoint endpoint,
      EndpointTable table,
      ParticipantFlow flow,
      String only) {
    Form form = new Form(endpoint.name(), "MEAN", "STANDARD_DEVIATION", table.unit());
    Map<String, Sample> largest = new LinkedHashMap<>();
    for (EndpointTable.Row row : table.rows()) {
      boolean isAll = row.stratum().equals(EndpointTable.ALL);
      if (isAll == flow.arms().size() < 2) {
        largest.merge(
            isAll ? only : row.stratum(),
            row.baseline(),
            (one, two) -> two.n() > one.n() ? two : one);
      }
    }
    Map<String, Integer> enrolled =
        flow.all(Stage.ENROLLED).map(row -> counts(flow, row)).orElse(Map.of());
    largest.forEach((arm, sample) -> {
      Integer size = enrolled.get(arm);
      if (sample.n() > 0 && size != null) {
        results.baseline(
            form,
            new Figure(
                "",
                "",
                number(sample.mean()),
                number(sample.sd()),
                "",
                "",
                "",
                Optional.of(sample.n())),
            new Population(arm, Optional.of(size)));
      }
    });
  }

  private void events(ResultsSection results, ResourceKey study, ParticipantFlow flow) {
    AdverseEvents serious =
        events.count(
            study,
            new AdverseEventCount.Question(Optional.of(true), false, false),
            Disclosure.Level.EVERYTHING);
    AdverseEvents other =
        events.count(
            study,
            new AdverseEventCount.Question(Optional.of(false), false, false),
            Disclosure.Level.EVERYTHING);
    Map<String, Integer> sizes =
        serious.arms().isEmpty() ? Map.of(EVERYBODY, serious.enrolled()) : serious.arms();
    Map<String, Integer> died = new HashMap<>();
    flow.each(Stage.WITHDRAWN).stream()
        .filter(row -> row.reason().orElseThrow().code().equals("death"))
        .forEach(row -> died.putAll(counts(flow, row)));
    sizes.forEach((arm, size) -> {
      Population of = new Population(arm, Optional.of(size));
      results.harmed(Harm.DEATHS, of, occurrence(died.getOrDefault(arm, 0), size));
      results.harmed(
          Harm.SERIOUS, of, occurrence(of(serious.total().orElseThrow(), arm).subjects(), size));
      results.harmed(
          Harm.OTHER, of, occurrence(of(other.total().orElseThrow(), arm).subjects(), size));
      add(results, serious, true, of);
      add(results, other, false, of);
    });
  }

  private static void add(
      ResultsSection results, AdverseEvents counted, boolean isSerious, Population population) {
    for (Term term : counted.terms()) {
      Count count = of(term, population.title());
      results.event(
          isSerious,
          term.name(),
          "",
          population,
          new Occurrence(
              Optional.of(count.events()), Optional.of(count.subjects()), population.size()));
    }
  }

  private static Count of(Term term, String arm) {
    return term.arms().getOrDefault(arm, term.all());
  }

  private static Occurrence occurrence(int affected, int atRisk) {
    return new Occurrence(Optional.empty(), Optional.of(affected), Optional.of(atRisk));
  }

  /** With six digits; what there were too few values for is what the registry calls NA. */
  private static String number(double value) {
    return Double.isFinite(value)
        ? new BigDecimal(value)
            .round(new MathContext(DIGITS, RoundingMode.HALF_EVEN))
            .stripTrailingZeros()
            .toPlainString()
        : "NA";
  }

  private static String p(double p) {
    BigDecimal exact = new BigDecimal(p);
    return exact.compareTo(SMALLEST_P) < 0
        ? "<" + SMALLEST_P.toPlainString()
        : exact.round(new MathContext(DIGITS, RoundingMode.HALF_EVEN)).toPlainString();
  }
}
