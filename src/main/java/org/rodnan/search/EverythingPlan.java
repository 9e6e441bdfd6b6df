package org.rodnan.search;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.Limits;
import org.rodnan.fhir.ResourceTypes;
import org.rodnan.search.SearchRequest.Parameter;

/**
 * The parameters of {@code $everything}, understood.
 *
 * @param types only these; empty means all
 * @param since as a value of {@code _lastUpdated}
 * @param start the first day of care, a date as in a search
 * @param count resources of a page
 * @param self the parameters as they were used
 */
record EverythingPlan(
    List<String> types,
    Optional<String> since,
    Optional<String> start,
    Optional<String> end,
    int count,
    List<Parameter> self) {
  private static final String KIND = "Parameter";
  private static final String DATE =
      "\\d{4}(-\\d{2}(-\\d{2}(T\\d{2}:\\d{2}(:\\d{2}(\\.\\d+)?)?(Z|[+-]\\d{2}:\\d{2})?)?)?)?";

  /**
   * @throws FhirFailure.Malformed for a parameter that it doesn't have, or a bad value
   */
  static EverythingPlan of(SearchRequest request, Limits limits) {
    Set<String> types = new LinkedHashSet<>();
    Optional<String> since = Optional.empty();
    Optional<String> start = Optional.empty();
    Optional<String> end = Optional.empty();
    int count = limits.pageSizeDefault();
    List<Parameter> self = new ArrayList<>();
    for (Parameter parameter : request.parameters()) {
      Parameter used = parameter;
      switch (parameter.name()) {
        case "_type" -> types.addAll(types(parameter));
        case "_since" -> since = Optional.of("ge" + date(parameter));
        case "start" -> start = Optional.of(date(parameter));
        case "end" -> end = Optional.of(date(parameter));
        case "_count" -> {
          count = SearchPlanner.count(parameter, KIND, limits);
          used = new Parameter("_count", Integer.toString(count));
        }
        default ->
            throw new FhirFailure.Malformed(
                "'"
                    + parameter.name()
                    + "' is not a parameter of $everything; expected _since, _type, _count, start"
                    + " or end",
                parameter.name());
      }
      self.add(used);
    }
    return new EverythingPlan(List.copyOf(types), since, start, end, count, List.copyOf(self));
  }

  private static List<String> types(Parameter parameter) {
    List<String> types = Escapes.split(parameter.value(), ',');
    for (String type : types) {
      if (!ResourceTypes.isType(type)) {
        throw malformed(parameter, "resource types of FHIR R4, joined by commas");
      }
    }
    return types;
  }

  private static String date(Parameter parameter) {
    if (!parameter.value().matches(DATE)) {
      throw malformed(parameter, "a date or an instant such as 2026-01-31T12:00:00Z");
    }
    return parameter.value();
  }

  private static FhirFailure.Malformed malformed(Parameter parameter, String expected) {
    return parameter.malformed(KIND, expected);
  }
}
