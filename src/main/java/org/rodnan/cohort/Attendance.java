package org.rodnan.cohort;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.rodnan.cohort.ParticipantFlow.Visit;
import org.rodnan.fhir.JsonElements;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.search.SearchRequest.Parameter;
import org.rodnan.search.SubjectSearch.Moment;

/**
 * Who was at which visit of a study, at one moment: those of whom something was done or found
 * there. For one thread, and only as long as its moment lasts.
 */
final class Attendance {
  /** What shows that somebody was there, and which of it doesn't. */
  private static final Map<String, String> RECORDS =
      Map.of(
          "Encounter", "planned,cancelled,entered-in-error",
          "Observation", "registered,cancelled,entered-in-error",
          "Procedure", "preparation,not-done,entered-in-error",
          "QuestionnaireResponse", "in-progress,entered-in-error",
          "DiagnosticReport", "registered,cancelled,entered-in-error");

  /** Those that no subject comes to in turn. */
  private static final Set<String> NO_STAGE =
      Set.of("screening", "unscheduled", "early-termination");

  private static final Pattern NOMINAL = Pattern.compile("(day|week|month|year)-(\\d{1,4})");
  private static final Map<String, Double> DAYS =
      Map.of("day", 1.0, "week", 7.0, "month", 30.4375, "year", 365.25);

  private final Moment moment;
  private final ResourceKey study;

  Attendance(Moment moment, ResourceKey study) {
    this.moment = moment;
    this.study = study;
  }

  /**
   * Who was at each visit, by patients' permanent integers. Visits are in the order of the study's
   * protocol; others after these, by the time that their codes name, at last by name. Those at
   * which nobody was aren't there.
   */
  Map<Visit, BitSet> visits() {
    Map<String, String> planned = planned();
    Set<String> recorded = new TreeSet<>();
    for (String type : RECORDS.keySet()) {
      recorded.addAll(moment.codes(type, List.of(link()), "visit"));
    }
    List<String> codes = new ArrayList<>(planned.keySet());
    codes.addAll(ordered(recorded.stream().filter(code -> !planned.containsKey(code)).toList()));
    Map<Visit, BitSet> visits = new LinkedHashMap<>();
    for (String code : codes) {
      if (!NO_STAGE.contains(code) && recorded.contains(code)) {
        BitSet there = there(code);
        if (!there.isEmpty()) {
          visits.put(new Visit(code, planned.getOrDefault(code, title(code))), there);
        }
      }
    }
    return visits;
  }

  private Parameter link() {
    return new Parameter("study", study.toString());
  }

  private BitSet there(String visit) {
    BitSet there = new BitSet();
    RECORDS.forEach((type, others) -> {
      List<Parameter> search =
          List.of(link(), new Parameter("visit", visit), new Parameter("status:not", others));
      if (!type.equals("Observation")) {
        there.or(moment.patients(type, search));
        return;
      }
      // One that only says why there is no value doesn't show that anybody was there.
      there.or(moment.patients(type, and(search, "data-absent-reason:missing", "true")));
      there.or(moment.patients(type, and(search, "component-value-quantity:missing", "false")));
    });
    return there;
  }

  private static List<Parameter> and(List<Parameter> search, String name, String value) {
    List<Parameter> whole = new ArrayList<>(search);
    whole.add(new Parameter(name, value));
    return whole;
  }

  /** The visits of the protocols that are here, with their titles. */
  private Map<String, String> planned() {
    Map<String, String> planned = new LinkedHashMap<>();
    moment.forEach(
        "PlanDefinition",
        List.of(new Parameter("_has:ResearchStudy:protocol:_id", study.id())),
        json -> {
          for (var action : JsonElements.read(json).path("action")) {
            for (var concept : action.path("code")) {
              for (var coding : concept.path("coding")) {
                JsonElements.text(coding, "code")
                    .ifPresent(code ->
                        planned.putIfAbsent(
                            code,
                            JsonElements.text(action, "title")
                                .or(() -> JsonElements.text(coding, "display"))
                                .orElse(title(code))));
              }
            }
          }
        });
    return planned;
  }

  /** By the time that the codes name; those that name none at last. */
  static List<String> ordered(List<String> codes) {
    return codes.stream()
        .sorted(
            Comparator.comparingDouble(Attendance::nominal)
                .thenComparing(Comparator.naturalOrder()))
        .toList();
  }

  private static double nominal(String code) {
    if (code.equals("baseline")) {
      return 0;
    }
    Matcher matcher = NOMINAL.matcher(code);
    return matcher.matches()
        ? DAYS.getOrDefault(matcher.group(1), 0.0) * Integer.parseInt(matcher.group(2))
        : Double.MAX_VALUE;
  }

  /** Of a visit that nothing names, its code in words. */
  static String title(String code) {
    String words = code.replace('-', ' ');
    return words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
  }
}
