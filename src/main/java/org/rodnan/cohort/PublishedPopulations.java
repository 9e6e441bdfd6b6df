package org.rodnan.cohort;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.rodnan.cohort.ParticipantFlow.Stage;
import org.rodnan.fhir.JsonElements;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.search.SearchRequest.Parameter;
import org.rodnan.search.SubjectSearch.Moment;

/**
 * How many were in the analysis populations of a study (profile ssc-analysis-population), as their
 * Groups say. Only whole ones count: a subgroup by anything but arm and visit is none.
 */
final class PublishedPopulations {
  private static final String CHARACTERISTICS =
      "https://w3id.org/rodnan/CodeSystem/ssc-population-characteristic";

  /** What analysis sets are of stages; the first that is there counts. */
  private static final Map<Stage, List<String>> SETS =
      Map.of(
          Stage.SCREENED, List.of("screened"),
          Stage.ENROLLED, List.of("enrolled", "randomized"),
          Stage.VISIT, List.of("observed-cases"),
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
  private final List<String> visits = new ArrayList<>();
  private final List<String> arms = new ArrayList<>();

  static PublishedPopulations of(Moment moment, ResourceKey study) {
    PublishedPopulations published = new PublishedPopulations();
    moment.forEach(
        "Group",
        List.of(new Parameter("study", study.toString())),
        json -> published.add(JsonElements.read(json)));
    return published;
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
      if (SETS.getOrDefault(Stage.VISIT, List.of()).contains(key.set())
          && !visits.contains(key.visit())) {
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
