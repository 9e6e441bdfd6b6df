package org.rodnan.cohort;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.rodnan.cohort.ParticipantFlow.Stage;
import org.rodnan.cohort.Subject.Reason;
import org.rodnan.fhir.JsonElements;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.search.SearchRequest.Parameter;
import org.rodnan.search.SubjectSearch.Moment;

/**
 * What was published of a study's participant flow: how many were in its analysis populations
 * (profile ssc-analysis-population), as their Groups say, and how many left for each reason, as
 * printed results (profile ssc-published-result) on these populations say. Only whole populations
 * count: a subgroup by anything but arm and visit is none.
 */
final class PublishedPopulations {
  private static final String CHARACTERISTICS =
      "https://w3id.org/rodnan/CodeSystem/ssc-population-characteristic";
  private static final String DISPOSITIONS =
      "https://w3id.org/rodnan/CodeSystem/ssc-disposition-reason";

  private static final String OBSERVED = "observed-cases";

  /** What analysis sets are of stages; the first that is there counts. */
  private static final Map<Stage, List<String>> SETS =
      Map.of(
          Stage.SCREENED, List.of("screened"),
          Stage.ELIGIBLE, List.of("eligible"),
          Stage.ENROLLED, List.of("enrolled", "randomized"),
          Stage.VISIT, List.of(OBSERVED, "completers"),
          Stage.COMPLETED, List.of("completers"));

  /**
   * What a population is of.
   *
   * @param set code of the analysis set; empty for none
   * @param visit its code; empty for none
   * @param arm its name; empty for none
   */
  private record Key(String set, String visit, String arm) {}

  private final Map<Key, Integer> populations = new HashMap<>();
  private final Map<String, Key> byGroup = new HashMap<>();
  private final Map<Stage, Map<Reason, Integer>> reasons = new EnumMap<>(Stage.class);
  private final List<String> visits = new ArrayList<>();
  private final List<String> arms = new ArrayList<>();

  static PublishedPopulations of(Moment moment, ResourceKey study) {
    PublishedPopulations published = new PublishedPopulations();
    moment.forEach(
        "Group",
        List.of(new Parameter("study", study.toString())),
        json -> published.add(JsonElements.read(json)));
    moment.forEach(
        "Observation",
        List.of(
            new Parameter("study", study.toString()),
            new Parameter("category", "published-result"),
            new Parameter("status:not", "entered-in-error,cancelled")),
        json -> published.addReason(JsonElements.read(json)));
    return published;
  }

  /**
   * A printed number of those who left, or didn't enter, for a reason that the result's code is.
   */
  private void addReason(JsonNode result) {
    boolean isPrinted = result.at("/method/coding/0/code").asText().equals("printed");
    Optional<Stage> stage =
        Optional.ofNullable(byGroup.get(result.at("/subject/reference").asText()))
            .flatMap(PublishedPopulations::left);
    Optional<Reason> reason =
        code(result.path("code"), DISPOSITIONS).flatMap(code -> Reason.of(result.path("code")));
    if (!isPrinted || stage.isEmpty() || reason.isEmpty()) {
      return;
    }
    for (JsonNode component : result.path("component")) {
      JsonNode value = component.at("/valueQuantity/value");
      if (component.at("/code/coding/0/code").asText().equals("subjects-affected")
          && value.canConvertToExactIntegral()
          && !reason.get().code().equals(Subject.COMPLETED)) {
        reasons
            .computeIfAbsent(stage.get(), first -> new LinkedHashMap<>())
            .putIfAbsent(reason.get(), value.asInt());
      }
    }
  }

  /** What those of a whole population left: after they had entered, or before. */
  private static Optional<Stage> left(Key population) {
    if (!population.arm().isEmpty() || !population.visit().isEmpty()) {
      return Optional.empty();
    }
    if (SETS.getOrDefault(Stage.ENROLLED, List.of()).contains(population.set())) {
      return Optional.of(Stage.WITHDRAWN);
    }
    return SETS.getOrDefault(Stage.SCREENED, List.of()).contains(population.set())
            || SETS.getOrDefault(Stage.ELIGIBLE, List.of()).contains(population.set())
        ? Optional.of(Stage.NOT_ENROLLED)
        : Optional.empty();
  }

  /**
   * How many left for each reason that was printed, in the order of the results.
   *
   * @param stage withdrawn or not enrolled
   */
  Map<Reason, Integer> reasons(Stage stage) {
    return reasons.getOrDefault(stage, Map.of());
  }

  private void add(JsonNode group) {
    Map<String, String> found = new HashMap<>();
    for (JsonNode each : group.path("characteristic")) {
      String code = code(each.path("code"), CHARACTERISTICS).orElse("other");
      JsonNode concept = each.path("valueCodeableConcept");
      String value =
          JsonElements.text(concept.path("coding").path(0), "code")
              .or(() -> JsonElements.text(concept, "text"))
              .orElse("");
      if (each.path("exclude").asBoolean() || found.put(code, value) != null) {
        return;
      }
    }
    found.remove("study");
    Key key = new Key(take(found, "analysis-set"), take(found, "visit"), take(found, "arm"));
    boolean isWhole = found.isEmpty() && !(key.set().isEmpty() && key.arm().isEmpty());
    if (isWhole && group.path("quantity").canConvertToInt()) {
      populations.putIfAbsent(key, group.path("quantity").asInt());
      byGroup.put("Group/" + group.path("id").asText(), key);
      if (key.set().equals(OBSERVED) && !visits.contains(key.visit())) {
        visits.add(key.visit());
      }
      if (!key.arm().isEmpty() && !arms.contains(key.arm())) {
        arms.add(key.arm());
      }
    }
  }

  private static String take(Map<String, String> found, String code) {
    String value = found.remove(code);
    return value == null ? "" : value;
  }

  private static Optional<String> code(JsonNode concept, String system) {
    for (JsonNode coding : concept.path("coding")) {
      if (coding.path("system").asText().equals(system)) {
        return JsonElements.text(coding, "code");
      }
    }
    return Optional.empty();
  }

  /** The visits of which a number is there. */
  List<String> visits() {
    return visits.stream().filter(visit -> !visit.isEmpty()).toList();
  }

  /**
   * How many came to a stage, in all.
   *
   * @param visit empty for all stages but visits
   */
  Optional<Integer> subjects(Stage stage, String visit) {
    return find(stage, visit, "");
  }

  /** The same in each arm of which a number is there. */
  Map<String, Integer> arms(Stage stage, String visit) {
    Map<String, Integer> found = new HashMap<>();
    arms.forEach(arm -> find(stage, visit, arm).ifPresent(number -> found.put(arm, number)));
    return found;
  }

  private Optional<Integer> find(Stage stage, String visit, String arm) {
    List<String> sets = new ArrayList<>(SETS.getOrDefault(stage, List.of()));
    if (stage == Stage.ENROLLED && !arm.isEmpty()) {
      // A population that is only said to be an arm's is the whole arm.
      sets.add("");
    }
    return sets.stream()
        .flatMap(set ->
            populations.entrySet().stream()
                .filter(each ->
                    each.getKey().set().equals(set)
                        && each.getKey().arm().equals(arm)
                        // Completers are of the last visit, whether or not it is said.
                        && (stage == Stage.COMPLETED || each.getKey().visit().equals(visit))))
        .map(Map.Entry::getValue)
        .findFirst();
  }
}
