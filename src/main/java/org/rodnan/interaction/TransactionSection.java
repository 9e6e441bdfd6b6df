package org.rodnan.interaction;

import static org.rodnan.interaction.Transaction.inEntry;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.store.Change;
import org.rodnan.store.CurrentVersion;
import org.rodnan.store.WriterSection;

/**
 * The part of one transaction that runs in the writer section: first every match is decided on the
 * state before the transaction, then deletes, creates and updates are appended, in this order (R4,
 * http.html#trules). Used once, by one thread.
 */
final class TransactionSection {
  private final WriterSection section;
  private final WriteRules rules;
  private final List<TransactionWrite> writes;
  private final Map<String, ResourceKey> names;

  /** The puts to be appended; a create that found its resource is not among them. */
  private final List<Aim> aims = new ArrayList<>();

  private final List<Removal> removals = new ArrayList<>();

  /** What each expected key has turned out to be. */
  private final Map<ResourceKey, ResourceKey> actual = new HashMap<>();

  private final Map<Criteria, ResourceKey> created = new HashMap<>();

  /** By the entry's index. */
  private final Map<Integer, Result> results = new HashMap<>();

  /** Creates before updates, but studies and their subjects before the data that need them. */
  private static final Comparator<Aim> APPENDING =
      Comparator.<Aim>comparingInt(aim -> StudyRules.rank(aim.target().type()))
          .thenComparing(aim -> !(aim.put().request() instanceof EntryRequest.Create));

  private boolean isOutdated;

  private record Aim(TransactionWrite.Put put, ResourceKey target) {}

  /**
   * @param named by the entry itself
   * @param keys those and what is taken along, in this order
   */
  private record Removal(TransactionWrite write, List<ResourceKey> named, Set<ResourceKey> keys) {}

  /**
   * @param names for each text by which entries refer to each other, the expected key
   */
  TransactionSection(
      WriterSection section,
      WriteRules rules,
      List<TransactionWrite> writes,
      Map<String, ResourceKey> names) {
    this.section = section;
    this.rules = rules;
    this.writes = writes;
    this.names = names;
  }

  /** What became of one writing entry. */
  sealed interface Result {
    record Done(EntryOutcome outcome) implements Result {}

    /** A conditional create's match, to be read after the commit. */
    record Found(ResourceKey key) implements Result {}
  }

  /**
   * In the order of the writes given; empty, and nothing is done, if a resource that is patched has
   * changed since the patch was applied.
   */
  Optional<List<Result>> run() {
    writes.forEach(write -> doIn(write, () -> decide(write)));
    if (isOutdated) {
      return Optional.empty();
    }
    parted();
    requireDistinct();
    Set<ResourceKey> leaving = new HashSet<>();
    aims.forEach(aim -> leaving.add(aim.target()));
    removals.forEach(removal -> leaving.addAll(removal.keys()));
    removals.forEach(removal -> doIn(removal.write(), () -> remove(removal, leaving)));
    Map<String, ResourceKey> decided = decided();
    Set<ResourceKey> existing = Set.copyOf(actual.values());
    aims.sort(APPENDING);
    for (Aim aim : aims) {
      doIn(aim.put(), () -> append(aim, decided, existing));
    }
    List<Result> inOrder = new ArrayList<>();
    for (TransactionWrite write : writes) {
      Result result = results.get(write.entry().index());
      if (result == null) {
        throw new IllegalStateException(write.entry().path() + " was not processed");
      }
      inOrder.add(result);
    }
    return Optional.of(inOrder);
  }

  private static void doIn(TransactionWrite write, Runnable work) {
    inEntry(
        write.entry(),
        () -> {
          work.run();
          return true;
        });
  }

  private void decide(TransactionWrite write) {
    switch (write) {
      case TransactionWrite.Put put -> decide(put);
      case TransactionWrite.Remove remove -> {
        ResourceKey key = remove.request().key();
        Optional<CurrentVersion> current = section.current(key);
        WriteRules.requireMatch(key, current, remove.request().ifMatch());
        removals.add(
            removal(
                write, isLive(current) ? List.of(key) : List.of(), remove.request().cascades()));
      }
      case TransactionWrite.RemoveWhere remove ->
          removals.add(
              removal(
                  write,
                  DeleteInteraction.matches(section, remove.request().criteria(), rules),
                  remove.request().cascades()));
    }
  }

  private Removal removal(TransactionWrite write, List<ResourceKey> keys, boolean cascades) {
    List<ResourceKey> all = new ArrayList<>(keys);
    if (cascades) {
      all.addAll(rules.cascade(keys));
    }
    return new Removal(write, List.copyOf(keys), new LinkedHashSet<>(all));
  }

  /** What several deletions would take along is deleted once: by the one that names it. */
  private void parted() {
    Set<ResourceKey> taken = new HashSet<>();
    removals.forEach(removal -> taken.addAll(removal.named()));
    for (Removal removal : removals) {
      removal.keys().removeIf(key -> !removal.named().contains(key) && !taken.add(key));
    }
  }

  private void decide(TransactionWrite.Put put) {
    ResourceKey expected = put.prepared().key();
    switch (put.request()) {
      case EntryRequest.Create create -> {
        Optional<ResourceKey> found = create.ifNoneExist().flatMap(this::match);
        if (found.isPresent()) {
          actual.put(expected, found.get());
          results.put(put.entry().index(), new Result.Found(found.get()));
        } else {
          aim(put, expected);
          create.ifNoneExist().ifPresent(criteria -> created.put(criteria, expected));
        }
      }
      case EntryRequest.Update update -> {
        Optional<CurrentVersion> current = section.current(update.key());
        WriteRules.requireMatch(update.key(), current, update.ifMatch());
        WriteRules.requireNoneMatch(update.key(), current, update.ifNoneMatch());
        aim(put, update.key());
      }
      case EntryRequest.UpdateWhere update -> {
        Optional<ResourceKey> named =
            UpdateInteraction.bodyKey(update.criteria().type(), update.resource());
        ResourceKey target =
            UpdateInteraction.target(section, update.criteria(), named, expected, rules);
        WriteRules.requireMatch(target, section.current(target), update.ifMatch());
        aim(put, target);
      }
      case EntryRequest.PatchAt patch -> decidePatch(put, patch.ifMatch());
      case EntryRequest.PatchWhere patch -> decidePatch(put, patch.ifMatch());
      default -> throw new IllegalStateException("Not a write: " + put.request());
    }
  }

  private void decidePatch(TransactionWrite.Put put, Optional<String> ifMatch) {
    ResourceKey key = put.prepared().key();
    Optional<CurrentVersion> current = section.current(key);
    WriteRules.requireMatch(key, current, ifMatch);
    isOutdated |= !put.patched().orElseThrow().holds(current, section, rules);
    aim(put, key);
  }

  private void aim(TransactionWrite.Put put, ResourceKey target) {
    aims.add(new Aim(put, target));
    actual.put(put.prepared().key(), target);
  }

  /** In the store, or among the creates of this transaction with the same criteria. */
  private Optional<ResourceKey> match(Criteria criteria) {
    return rules.matchOne(section, criteria).or(() -> Optional.ofNullable(created.get(criteria)));
  }

  private void requireDistinct() {
    Set<ResourceKey> seen = new HashSet<>();
    aims.forEach(aim -> requireNew(aim.put(), aim.target(), seen));
    removals.forEach(
        removal -> removal.keys().forEach(key -> requireNew(removal.write(), key, seen)));
  }

  private static void requireNew(TransactionWrite write, ResourceKey key, Set<ResourceKey> seen) {
    if (!seen.add(key)) {
      throw Transaction.twice(write.entry(), key.toString());
    }
  }

  private void remove(Removal removal, Set<ResourceKey> leaving) {
    List<WriteOutcome> outcomes = new ArrayList<>();
    for (ResourceKey key : removal.keys()) {
      rules.requireUnreferenced(key, leaving);
      outcomes.add(new WriteOutcome(WriteOutcome.Effect.DELETED, section.delete(key), List.of()));
    }
    EntryOutcome outcome;
    if (removal.write() instanceof TransactionWrite.RemoveWhere || outcomes.size() > 1) {
      outcome = new EntryOutcome.DeletedWhere(outcomes);
    } else {
      outcome =
          outcomes.isEmpty()
              ? new EntryOutcome.NothingDeleted()
              : new EntryOutcome.Written(outcomes.getFirst());
    }
    results.put(removal.write().entry().index(), new Result.Done(outcome));
  }

  private void append(Aim aim, Map<String, ResourceKey> decided, Set<ResourceKey> existing) {
    PreparedWrite prepared = aim.put().prepared();
    Change change =
        aim.put().request() instanceof EntryRequest.Create ? Change.CREATED : Change.UPDATED;
    WriteOutcome outcome =
        prepared.append(
            section, aim.target(), section.current(aim.target()), change, decided, existing, rules);
    results.put(
        aim.put().entry().index(),
        new Result.Done(
            aim.put().request() instanceof EntryRequest.PatchAt patch
                ? patch.outcome(outcome)
                : new EntryOutcome.Written(outcome)));
  }

  private Map<String, ResourceKey> decided() {
    Map<String, ResourceKey> decided = new HashMap<>();
    names.forEach((name, expected) -> {
      ResourceKey key = actual.get(expected);
      if (key == null) {
        throw new FhirFailure.Fault("The transaction never decided what " + name + " means");
      }
      decided.put(name, key);
    });
    return decided;
  }

  private static boolean isLive(Optional<CurrentVersion> current) {
    return current.filter(version -> !version.isDeleted()).isPresent();
  }
}
