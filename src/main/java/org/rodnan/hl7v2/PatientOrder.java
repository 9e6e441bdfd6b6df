package org.rodnan.hl7v2;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Work on one patient is done one after the other, in the order in which it came, however many
 * connections it came by. Thread safe.
 */
final class PatientOrder {
  private final Map<String, CompletableFuture<Void>> last = new ConcurrentHashMap<>();

  /** Does the work after all that came before for the same patient, in this thread. */
  <T> T inTurn(String patient, Supplier<T> work) {
    CompletableFuture<Void> mine = new CompletableFuture<>();
    CompletableFuture<Void> before = last.put(patient, mine);
    try {
      if (before != null) {
        before.join();
      }
      return work.get();
    } finally {
      last.remove(patient, mine);
      mine.complete(null);
    }
  }
}
