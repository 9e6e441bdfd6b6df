package org.rodnan.interaction;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import org.hl7.fhir.r4.model.Bundle.HTTPVerb;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.store.CurrentVersion;
import org.rodnan.store.Origin;
import org.rodnan.store.ResourceStore;
import org.rodnan.store.WriterSection;

/**
 * R4, http.html#trules. What can be done before the writer section is done there, in parallel: only
 * the matches of conditional entries and the appending itself happen inside. Thread safe.
 */
final class Transaction {
  private final Preparation preparation;
  private final Writer writer;
  private final ResourceStore store;
  private final PatchInteraction patching;
  private final EntryReader reader;
  private final ExecutorService preparing;

  /**
   * @param preparing bounded; validates the entries of one transaction in parallel
   */
  Transaction(
      Preparation preparation,
      Writer writer,
      ResourceStore store,
      PatchInteraction patching,
      EntryReader reader,
      ExecutorService preparing) {
    this.preparation = preparation;
    this.writer = writer;
    this.store = store;
    this.patching = patching;
    this.reader = reader;
    this.preparing = preparing;
  }

  /** All outcomes in the order of the entries, or the failure of the first that failed. */
  List<EntryOutcome> run(List<BundleEntry> entries, Origin origin, EntryOperations operations) {
    Map<BundleEntry, EntryRequest> requests = new LinkedHashMap<>();
    for (BundleEntry entry : entries) {
      requests.put(entry, inEntry(entry, () -> readable(entry.read(), operations)));
    }
    return PatchInteraction.retried(
        "a resource of the transaction", () -> attempt(entries, requests, origin, operations));
  }

  /** An operation that changes something can't be undone if another entry fails. */
  private static EntryRequest readable(EntryRequest request, EntryOperations operations) {
    if (request instanceof EntryRequest.Operate operate && operations.changes(operate.call())) {
      throw new FhirFailure.Malformed(
          IssueType.NOTSUPPORTED,
          operate.call().path() + " changes something; expected it in a batch or by itself");
    }
    return request;
  }

  /** Empty if a resource that is patched has changed meanwhile; then nothing was written. */
  private Optional<List<EntryOutcome>> attempt(
      List<BundleEntry> entries,
      Map<BundleEntry, EntryRequest> requests,
      Origin origin,
      EntryOperations operations) {
    EntryOutcome[] outcomes = new EntryOutcome[entries.size()];
    Map<BundleEntry, ResourceKey> keys = expectedKeys(requests);
    Map<String, ResourceKey> names = names(keys);
    List<TransactionWrite> writes = plan(requests, keys, names);
    Map<BundleEntry, EntryRequest.Read> reads = new LinkedHashMap<>();
    if (!writes.isEmpty()) {
      requests.forEach((entry, request) -> tryOut(entry, request, reads));
    }
    if (!writes.isEmpty()) {
      boolean needsIndex = writes.stream().anyMatch(write -> write.needsIndex(writer.rules()));
      Optional<List<TransactionSection.Result>> written =
          writer.write(
              origin,
              needsIndex,
              section -> {
                Optional<List<TransactionSection.Result>> results =
                    new TransactionSection(section, writer.rules(), writes, names).run();
                reads.forEach((entry, read) -> requireReadable(section, entry, read.key()));
                return results;
              });
      if (written.isEmpty()) {
        return Optional.empty();
      }
      for (int i = 0; i < writes.size(); i++) {
        outcomes[writes.get(i).entry().index()] = withContent(written.get().get(i));
      }
    }
    requests.forEach((entry, request) -> {
      if (outcomes[entry.index()] == null) {
        outcomes[entry.index()] =
            writes.isEmpty()
                ? inEntry(entry, () -> read(request, origin, operations))
                : readAfterwards(request, origin, operations);
      }
    });
    return Optional.of(Arrays.asList(outcomes));
  }

  /**
   * The reading entries are answered after the commit, when it is too late to fail all. So what can
   * be known to fail is found before: searches and histories are tried out on the state before, and
   * resources that are read are looked for in the section.
   */
  private void tryOut(
      BundleEntry entry, EntryRequest request, Map<BundleEntry, EntryRequest.Read> reads) {
    switch (request) {
      case EntryRequest.Read read -> reads.put(entry, read);
      case EntryRequest.Search search -> inEntry(entry, () -> reader.read(search));
      case EntryRequest.Vread vread -> inEntry(entry, () -> reader.read(vread));
      case EntryRequest.History history -> inEntry(entry, () -> reader.read(history));
      default -> {
        // A write.
      }
    }
  }

  private static void requireReadable(WriterSection section, BundleEntry entry, ResourceKey key) {
    inEntry(
        entry,
        () -> {
          CurrentVersion current =
              section
                  .current(key)
                  .orElseThrow(() -> new FhirFailure.NotFound("Resource " + key + " is not known"));
          if (current.isDeleted()) {
            throw new FhirFailure.Gone(key, current.version());
          }
          return current;
        });
  }

  /** Others may have deleted meanwhile what was there: that is this entry's outcome alone. */
  private EntryOutcome readAfterwards(
      EntryRequest request, Origin origin, EntryOperations operations) {
    try {
      return read(request, origin, operations);
    } catch (FhirFailure failure) {
      return new EntryOutcome.Failed(failure);
    }
  }

  private EntryOutcome read(EntryRequest request, Origin origin, EntryOperations operations) {
    return switch (request) {
      case EntryRequest.Read read -> reader.read(read);
      case EntryRequest.Vread read -> reader.read(read);
      case EntryRequest.Search search -> reader.read(search);
      case EntryRequest.History history -> reader.read(history);
      case EntryRequest.Capabilities capabilities -> new EntryOutcome.Capabilities();
      case EntryRequest.Operate operate ->
          new EntryOutcome.Operated(operations.answer(operate.call(), origin));
      default -> throw new IllegalStateException("A write was not planned: " + request);
    };
  }

  /** A conditional create that found its resource answers with it. */
  private EntryOutcome withContent(TransactionSection.Result result) {
    return switch (result) {
      case TransactionSection.Result.Done done -> done.outcome();
      case TransactionSection.Result.Found found ->
          new EntryOutcome.Written(
              new WriteOutcome(
                  WriteOutcome.Effect.UNCHANGED,
                  store
                      .read(found.key())
                      .orElseThrow(
                          () -> new FhirFailure.Fault("Resource " + found.key() + " is lost")),
                  List.of()));
    };
  }

  private Map<BundleEntry, ResourceKey> expectedKeys(Map<BundleEntry, EntryRequest> requests) {
    Map<BundleEntry, ResourceKey> keys = new LinkedHashMap<>();
    requests.forEach((entry, request) ->
        inEntry(entry, () -> expectedKey(request)).ifPresent(k -> keys.put(entry, k)));
    requireDistinct(requests, keys);
    return keys;
  }

  private List<TransactionWrite> plan(
      Map<BundleEntry, EntryRequest> requests,
      Map<BundleEntry, ResourceKey> keys,
      Map<String, ResourceKey> names) {
    Map<BundleEntry, Future<TransactionWrite.Put>> prepared = new HashMap<>();
    keys.forEach((entry, key) ->
        prepared.put(
            entry,
            preparing.submit(
                () -> inEntry(entry, () -> put(entry, requests.get(entry), key, names)))));
    List<TransactionWrite> writes = new ArrayList<>();
    requests.forEach((entry, request) -> {
      switch (request) {
        case EntryRequest.Delete delete -> writes.add(new TransactionWrite.Remove(entry, delete));
        case EntryRequest.DeleteWhere delete ->
            writes.add(new TransactionWrite.RemoveWhere(entry, delete));
        case EntryRequest.Create create -> writes.add(await(prepared, entry));
        case EntryRequest.Update update -> writes.add(await(prepared, entry));
        case EntryRequest.UpdateWhere update -> writes.add(await(prepared, entry));
        case EntryRequest.PatchAt patch -> writes.add(await(prepared, entry));
        case EntryRequest.PatchWhere patch -> writes.add(await(prepared, entry));
        default -> {
          // Reads come after the commit.
        }
      }
    });
    return writes;
  }

  private TransactionWrite.Put put(
      BundleEntry entry,
      @Nullable EntryRequest request,
      ResourceKey key,
      Map<String, ResourceKey> names) {
    return switch (request) {
      case EntryRequest.PatchAt patch ->
          put(entry, patch, patching.patched(key, patch.patch(), names));
      case EntryRequest.PatchWhere patch ->
          put(entry, patch, patching.patched(key, patch.patch(), names).where(patch.criteria()));
      case null -> throw new IllegalStateException("Entry " + entry.index() + " asks for nothing");
      default ->
          new TransactionWrite.Put(
              entry,
              request,
              preparation.prepare(key, entry.resource().orElseThrow(), names),
              Optional.empty());
    };
  }

  private static TransactionWrite.Put put(
      BundleEntry entry, EntryRequest request, PatchInteraction.Patched patched) {
    return new TransactionWrite.Put(entry, request, patched.prepared(), Optional.of(patched));
  }

  private Optional<ResourceKey> expectedKey(EntryRequest request) {
    return switch (request) {
      case EntryRequest.Create create -> Optional.of(preparation.newKey(create.type()));
      case EntryRequest.Update update -> Optional.of(update.key());
      case EntryRequest.PatchAt patch -> Optional.of(patch.key());
      case EntryRequest.PatchWhere patch -> Optional.of(patching.match(patch.criteria()));
      case EntryRequest.UpdateWhere update ->
          Optional.of(
              UpdateInteraction.bodyKey(update.criteria().type(), update.resource())
                  .orElseGet(() -> preparation.newKey(update.criteria().type())));
      default -> Optional.empty();
    };
  }

  /**
   * By what other entries refer to each: its fullUrl, and Type/id if the fullUrl ends with it or a
   * POST's body has an id (R4, bundle.html#references).
   */
  private static Map<String, ResourceKey> names(Map<BundleEntry, ResourceKey> keys) {
    Map<String, ResourceKey> names = new HashMap<>();
    keys.forEach((entry, key) -> {
      entry
          .fullUrl()
          .ifPresent(url -> {
            names.put(url, key);
            relative(url, key.type())
                .filter(text -> !text.equals(key.toString()))
                .ifPresent(text -> names.putIfAbsent(text, key));
          });
      entry
          .resource()
          .filter(body -> entry.request().getMethod() != HTTPVerb.PATCH)
          .flatMap(body -> UpdateInteraction.bodyKey(key.type(), body))
          .filter(named -> !named.equals(key))
          .ifPresent(named -> names.putIfAbsent(named.toString(), key));
    });
    return names;
  }

  private static Optional<String> relative(String fullUrl, String type) {
    int start = fullUrl.lastIndexOf("/" + type + "/") + 1;
    return Optional.of(fullUrl.substring(start))
        .filter(text -> start > 0 && ResourceKey.parse(text).isPresent());
  }

  /** The identity of each resource may appear only once (R4, http.html#trules). */
  private static void requireDistinct(
      Map<BundleEntry, EntryRequest> requests, Map<BundleEntry, ResourceKey> keys) {
    Set<ResourceKey> seen = new HashSet<>();
    Set<String> urls = new HashSet<>();
    requests.forEach((entry, request) -> {
      ResourceKey key =
          request instanceof EntryRequest.Delete delete ? delete.key() : keys.get(entry);
      if (key != null && !seen.add(key)) {
        throw twice(entry, key.toString());
      }
      if (keys.containsKey(entry)
          && entry.fullUrl().isPresent()
          && !urls.add(entry.fullUrl().get())) {
        throw twice(entry, "the fullUrl " + entry.fullUrl().get());
      }
    });
  }

  static FhirFailure twice(BundleEntry entry, String what) {
    return new FhirFailure.Malformed(
        IssueType.DUPLICATE,
        entry.path() + ": " + what + " appears twice; expected each resource once in a transaction",
        entry.path());
  }

  private static TransactionWrite.Put await(
      Map<BundleEntry, Future<TransactionWrite.Put>> prepared, BundleEntry entry) {
    try {
      Future<TransactionWrite.Put> future = prepared.get(entry);
      if (future == null) {
        throw new IllegalStateException("Entry " + entry.index() + " was not prepared");
      }
      return future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof FhirFailure failure) {
        throw failure;
      }
      throw new FhirFailure.Fault(entry.path() + " could not be prepared", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FhirFailure.Fault("The transaction was interrupted", e);
    }
  }

  /** What a piece of work returns; its failure says in which entry. */
  static <T> T inEntry(BundleEntry entry, java.util.function.Supplier<T> work) {
    try {
      return work.get();
    } catch (FhirFailure failure) {
      throw FailureAt.entry(failure, entry);
    }
  }
}
