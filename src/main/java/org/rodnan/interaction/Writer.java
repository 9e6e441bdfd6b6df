package org.rodnan.interaction;

import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.LogPosition;
import org.rodnan.store.Origin;
import org.rodnan.store.ResourceStore;
import org.rodnan.store.WriteUnit;
import org.rodnan.store.WriterSection;

/** Takes a unit of work to the writer section and waits until it is durable. Thread safe. */
final class Writer {
  private final ResourceStore store;
  private final WriteRules rules;

  Writer(ResourceStore store, WriteRules rules) {
    this.store = store;
    this.rules = rules;
  }

  WriteRules rules() {
    return rules;
  }

  /**
   * @param needsIndex whether the work searches
   * @throws FhirFailure what the work threw; then nothing of it is written
   */
  <T> T write(Origin origin, boolean needsIndex, Function<WriterSection, T> work) {
    try {
      return store.submit(new Unit<>(origin, needsIndex, work, rules)).join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof FhirFailure failure) {
        throw failure;
      }
      throw new FhirFailure.Fault("The write failed", e.getCause() == null ? e : e.getCause());
    }
  }

  private record Unit<T>(
      Origin origin, boolean needsIndex, Function<WriterSection, T> work, WriteRules rules)
      implements WriteUnit<T> {
    @Override
    public void awaitIndex(LogPosition head) {
      rules.awaitIndex(head);
    }

    @Override
    public T apply(WriterSection section) {
      return work.apply(section);
    }
  }
}
