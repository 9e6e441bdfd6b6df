package org.rodnan.store;

import org.rodnan.fhir.ResourceKey;

/** Of what the history is asked (R4, http.html#history). */
public sealed interface HistoryScope {
  record OfInstance(ResourceKey key) implements HistoryScope {}

  record OfType(String type) implements HistoryScope {}

  record OfSystem() implements HistoryScope {}
}
