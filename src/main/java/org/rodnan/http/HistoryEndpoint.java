package org.rodnan.http;

import java.util.List;
import java.util.Set;
import org.rodnan.interaction.HistoryInteraction;
import org.rodnan.interaction.HistoryRequest;
import org.rodnan.search.SearchRequest.Parameter;
import org.rodnan.store.HistoryScope;

/** History of an instance, a type or the system (R4, http.html#history). */
final class HistoryEndpoint {
  private static final Set<String> PARAMETERS =
      Set.of("_since", "_at", "_count", HistoryRequest.CURSOR);

  private final HistoryInteraction remembering;

  HistoryEndpoint(HistoryInteraction remembering) {
    this.remembering = remembering;
  }

  Answer history(FhirRequest request, HistoryScope scope) {
    request.requireParameters(PARAMETERS);
    List<Parameter> known =
        request.query().all().stream()
            .filter(parameter -> PARAMETERS.contains(parameter.name()))
            .filter(parameter -> !parameter.value().isEmpty())
            .toList();
    HistoryRequest asked = HistoryRequest.of(scope, known);
    return Answer.of(200, request.bundles().history(asked, remembering.history(asked)));
  }
}
