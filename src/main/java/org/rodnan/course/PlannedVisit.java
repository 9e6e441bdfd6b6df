package org.rodnan.course;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.LocalDate;
import java.time.Period;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.rodnan.index.ReferenceText;
import org.rodnan.search.SearchRequest.Parameter;
import org.rodnan.search.SubjectSearch.Moment;

/**
 * A visit of a study's protocol.
 *
 * @param after baseline; negative before it
 */
record PlannedVisit(String code, Period after) {
  /** Those of the PlanDefinitions of this server that the study names as its protocol. */
  static List<PlannedVisit> of(Recorded study, Moment moment, ReferenceText references) {
    List<PlannedVisit> visits = new ArrayList<>();
    for (JsonNode protocol : study.json().path("protocol")) {
      references
          .local(protocol.path("reference").asText())
          .filter(key -> key.type().equals("PlanDefinition"))
          .ifPresent(key ->
              moment
                  .resources("PlanDefinition", List.of(new Parameter("_id", key.id())), 1)
                  .forEach(json ->
                      Recorded.of(json)
                          .json()
                          .path("action")
                          .forEach(action -> read(action).ifPresent(visits::add))));
    }
    return visits;
  }

  private static Optional<PlannedVisit> read(JsonNode action) {
    String code = action.at("/code/0/coding/0/code").asText();
    if (code.isEmpty()) {
      return Optional.empty();
    }
    JsonNode related = action.at("/relatedAction/0");
    if (related.isMissingNode()) {
      return Optional.of(new PlannedVisit(code, Period.ZERO));
    }
    int value = related.at("/offsetDuration/value").asInt();
    Optional<Period> period =
        switch (related.at("/offsetDuration/code").asText()) {
          case "d" -> Optional.of(Period.ofDays(value));
          case "wk" -> Optional.of(Period.ofWeeks(value));
          case "mo" -> Optional.of(Period.ofMonths(value));
          case "a" -> Optional.of(Period.ofYears(value));
          default -> Optional.empty();
        };
    boolean isBefore = related.path("relationship").asText().startsWith("before");
    return period.map(after -> new PlannedVisit(code, isBefore ? after.negated() : after));
  }

  LocalDate due(LocalDate first) {
    return first.plus(after);
  }
}
