package org.rodnan.interaction;

import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.LogPosition;
import org.rodnan.store.Origin;
import org.rodnan.store.ResourceStore;
import org.rodnan.store.WriteUnit;
import org.rodnan.store.WriterSection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes a unit of work to the writer section and waits until it is durable. Thread safe. */
final class Writer {
  private static final Logger LOG = LoggerFactory.getLogger(Writer.class);

  /** Nothing is written in its name. */
  private static final Origin REHEARSING = new Origin(Origin.ANONYMOUS, null, "rehearsal", null);

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
    return submit(new Unit<>(origin, needsIndex, work, rules, false));
  }

  /** What {@link #write} would give or throw now; nothing of it stays. */
  <T> T rehearse(boolean needsIndex, Function<WriterSection, T> work) {
    return submit(new Unit<>(REHEARSING, needsIndex, work, rules, true));
  }

  private <T> T submit(Unit<T> unit) {
    try {
      T result = store.submit(unit).join();
      unit.lastDefinition().ifPresent(this::awaitDefinitions);
      return result;
    } catch (CompletionException e) {
      if (e.getCause() instanceof FhirFailure failure) {
        throw failure;
      }
      throw new FhirFailure.Fault("The write failed", e.getCause() == null ? e : e.getCause());
    }
  }

  /** The next resource is judged by what was acknowledged, and definitions are read by search. */
  private void awaitDefinitions(LogPosition position) {
    try {
      rules.awaitIndex(position);
    } catch (FhirFailure.Busy e) {
      LOG.warn("A definition was written, but the index is late: {}", e.getMessage());
    }
  }

  private static final class Unit<T> implements WriteUnit<T> {
    private final Origin origin;
    private final boolean needsIndex;
    private final Function<WriterSection, T> work;
    private final WriteRules rules;
    private final boolean isRehearsal;
    private volatile @Nullable LogPosition lastDefinition;

    Unit(
        Origin origin,
        boolean needsIndex,
        Function<WriterSection, T> work,
        WriteRules rules,
        boolean isRehearsal) {
      this.origin = origin;
      this.needsIndex = needsIndex;
      this.work = work;
      this.rules = rules;
      this.isRehearsal = isRehearsal;
    }

    @Override
    public boolean isRehearsal() {
      return isRehearsal;
    }

    @Override
    public Origin origin() {
      return origin;
    }

    @Override
    public boolean needsIndex() {
      return needsIndex;
    }

    @Override
    public void awaitIndex(LogPosition head) {
      rules.awaitIndex(head);
    }

    @Override
    public T apply(WriterSection section) {
      DefinitionWatch watched = new DefinitionWatch(section);
      T result = work.apply(watched);
      lastDefinition = isRehearsal ? null : watched.last().orElse(null);
      return result;
    }

    Optional<LogPosition> lastDefinition() {
      return Optional.ofNullable(lastDefinition);
    }
  }
}
