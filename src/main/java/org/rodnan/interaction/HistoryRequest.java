package org.rodnan.interaction;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.search.SearchRequest;
import org.rodnan.store.HistoryScope;

/**
 * A history as it was asked (R4, http.html#history); the values are the parameters' texts.
 *
 * @param cursor from {@link HistoryPage#next()}; the other parameters must be those of the first
 *     page
 */
public record HistoryRequest(
    HistoryScope scope,
    Optional<String> since,
    Optional<String> at,
    Optional<Integer> count,
    Optional<String> cursor) {

  /** The parameter that carries {@link HistoryPage#next()} in next links. */
  public static final String CURSOR = "_cursor";

  private static final Set<String> OF_THE_EDGE =
      Set.of("_format", "_pretty", "_summary", "_elements");

  /**
   * @param parameters of the query, decoded
   * @throws FhirFailure.Malformed for a parameter that a history doesn't have, or a bad {@code
   *     _count}
   */
  public static HistoryRequest of(HistoryScope scope, List<SearchRequest.Parameter> parameters) {
    Map<String, String> values = new HashMap<>();
    for (SearchRequest.Parameter parameter : parameters) {
      if (!OF_THE_EDGE.contains(parameter.name())) {
        if (!Set.of("_since", "_at", "_count", CURSOR).contains(parameter.name())) {
          throw new FhirFailure.Malformed(
              IssueType.INVALID,
              "'"
                  + parameter.name()
                  + "' is not a parameter of a history; expected _since or _count",
              parameter.name());
        }
        if (values.put(parameter.name(), parameter.value()) != null) {
          throw new FhirFailure.Malformed(
              IssueType.INVALID,
              "'" + parameter.name() + "' is given twice; expected it once",
              parameter.name());
        }
      }
    }
    return new HistoryRequest(
        scope,
        Optional.ofNullable(values.get("_since")),
        Optional.ofNullable(values.get("_at")),
        Optional.ofNullable(values.get("_count")).map(HistoryRequest::count),
        Optional.ofNullable(values.get(CURSOR)));
  }

  private static int count(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      if (text.matches("\\d+")) {
        return Integer.MAX_VALUE;
      }
      throw new FhirFailure.Malformed(
          IssueType.INVALID, "_count is '" + text + "'; expected a whole number", "_count");
    }
  }
}
