package org.rodnan.index;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.hl7.fhir.r4.model.Resource;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.LogPosition;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.store.LogEntry;
import org.rodnan.store.LogReader;
import org.rodnan.store.ResourceVersion;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Applies entries of the log to the index, whole units at a time. For one thread. */
final class LogApplication {
  private static final Logger LOG = LoggerFactory.getLogger(LogApplication.class);

  /** Fewer documents than that are extracted faster than they are handed to other threads. */
  private static final int PARALLEL_MIN = 4;

  private static final int NUMBERS_KEPT_MAX = 200_000;

  private final LogReader log;
  private final SearchParameters builtIn;
  private final ParameterCheck check;
  private final Executor extraction;
  private DocumentExtractor extractor;
  private SearchParameters parameters;
  private StoredParameters stored = StoredParameters.NONE;
  private Reindexing reindexing = Reindexing.none();
  private final Map<String, LogPosition> lastOfType = new ConcurrentHashMap<>();
  private final Cache<ResourceKey, Long> numbers =
      Caffeine.newBuilder().maximumSize(NUMBERS_KEPT_MAX).executor(Runnable::run).build();

  LogApplication(LogReader log, DocumentExtractor extractor, Executor extraction) {
    this.log = log;
    this.extractor = extractor;
    this.builtIn = extractor.parameters();
    this.parameters = builtIn;
    this.check = new ParameterCheck(extractor.paths());
    this.extraction = extraction;
  }

  /** Goes on where an index was left. */
  void resume(LuceneIndex index) throws IOException {
    reindexing.close();
    stored = index.storedParameters();
    extractor = extractor.with(stored.addedTo(builtIn, check));
    reindexing = Reindexing.resume(index.reindexing());
  }

  /** The search parameters that clients have stored so far. */
  StoredParameters stored() {
    return stored;
  }

  /** For the search parameters in force now. */
  DocumentExtractor extractor() {
    return extractor;
  }

  Reindexing reindexing() {
    return reindexing;
  }

  /** Those in force now, some of which may not be searched by yet. */
  SearchParameters parameters() {
    parameters = extractor.parameters().reindexing(reindexing.progress(), parameters);
    return parameters;
  }

  /**
   * Reads on from a position and applies what it finds.
   *
   * @param from the end of a unit
   * @param limit how many entries to read; more if the last unit is longer
   * @return the end of the last unit applied; the same position at the head of the log
   */
  LogPosition apply(LuceneIndex index, LogPosition from, int limit) throws IOException {
    LogPosition position = from;
    while (true) {
      List<LogEntry> entries = log.read(position, limit);
      if (entries.isEmpty()) {
        return position;
      }
      int end = endOfUnits(entries);
      List<LogEntry> next = end == 0 ? entries : entries.subList(0, end);
      applyAll(index, next);
      position = next.getLast().position();
      if (end > 0) {
        return position;
      }
    }
  }

  /** How many of the entries are of units that end among them. */
  private static int endOfUnits(List<LogEntry> entries) {
    int end = entries.size();
    while (end > 0 && !entries.get(end - 1).endsUnit()) {
      end--;
    }
    return end;
  }

  /** The last entry about one of the types that was applied since the start. For any thread. */
  LogPosition lastOf(Set<String> types) {
    LogPosition last = LogPosition.START;
    for (String type : types) {
      last = LogPosition.max(last, lastOfType.getOrDefault(type, LogPosition.START));
    }
    return last;
  }

  private void applyAll(LuceneIndex index, List<LogEntry> entries) throws IOException {
    change(stored.after(entries));
    Map<Long, LogEntry> latest = new LinkedHashMap<>();
    for (LogEntry entry : entries) {
      latest.remove(entry.number());
      latest.put(entry.number(), entry);
    }
    List<LogEntry> current = new ArrayList<>(latest.values());
    List<@Nullable IndexDocument> documents = documents(current);
    Map<ResourceKey, Long> targetNumbers = numbersOf(documents);
    for (int i = 0; i < current.size(); i++) {
      IndexDocument document = documents.get(i);
      reindexing.written(current.get(i).number());
      try {
        write(index, current.get(i), document, targetNumbers);
      } catch (RuntimeException e) {
        // Some of the batch is applied: only a return to the last commit makes it whole again.
        throw new IOException("Entry " + current.get(i).position() + " can't be applied", e);
      }
      lastOfType.merge(
          current.get(i).version().key().type(), current.get(i).position(), LogPosition::max);
    }
  }

  /** Documents that are made before a change carry the values of new parameters too. */
  private void change(StoredParameters after) throws IOException {
    if (after != stored) {
      stored = after;
      SearchParameters before = extractor.parameters();
      extractor = extractor.with(stored.addedTo(builtIn, check));
      reindexing.change(before, extractor.parameters());
    }
  }

  /** Indexes resources again by the search parameters in force now. */
  void applyAgain(LuceneIndex index, List<IndexedResource> resources) throws IOException {
    DocumentExtractor now = extractor;
    List<@Nullable IndexDocument> documents =
        inParallel(
            resources, resource -> extract(now, resource.body().key(), resource.body().json()));
    Map<ResourceKey, Long> targetNumbers = numbersOf(documents);
    for (int i = 0; i < resources.size(); i++) {
      IndexDocument document = documents.get(i);
      if (document != null) {
        index.putAgain(resources.get(i), document, targetNumbers);
      }
    }
  }

  private static void write(
      LuceneIndex index,
      LogEntry entry,
      @Nullable IndexDocument document,
      Map<ResourceKey, Long> numbers)
      throws IOException {
    switch (entry.version()) {
      case ResourceVersion.Content content -> index.put(entry, content, document, numbers);
      case ResourceVersion.Tombstone tombstone -> index.delete(entry.number());
      // A later entry of the key follows: what is current is never expunged.
      case ResourceVersion.Expunged expunged -> index.delete(entry.number());
    }
  }

  private List<@Nullable IndexDocument> documents(List<LogEntry> entries) {
    DocumentExtractor now = extractor;
    long missing = entries.stream().filter(entry -> ready(entry, now) == null).count();
    if (missing < PARALLEL_MIN) {
      List<@Nullable IndexDocument> documents = new ArrayList<>(entries.size());
      entries.forEach(entry -> documents.add(document(entry, now)));
      return documents;
    }
    return inParallel(entries, entry -> document(entry, now));
  }

  private <T> List<@Nullable IndexDocument> inParallel(
      List<T> sources, Function<T, @Nullable IndexDocument> making) {
    List<CompletableFuture<@Nullable IndexDocument>> futures = new ArrayList<>(sources.size());
    for (T source : sources) {
      futures.add(CompletableFuture.supplyAsync(() -> making.apply(source), extraction));
    }
    List<@Nullable IndexDocument> documents = new ArrayList<>(sources.size());
    futures.forEach(future -> documents.add(future.join()));
    return documents;
  }

  /** What the writer has made of it, if it knew the same parameters. */
  private static @Nullable IndexDocument ready(LogEntry entry, DocumentExtractor now) {
    return entry.derived() instanceof IndexDocument document
            && document.fits(entry.version().key().type(), now.parameters())
        ? document
        : null;
  }

  static @Nullable IndexDocument document(LogEntry entry, DocumentExtractor now) {
    IndexDocument ready = ready(entry, now);
    if (ready != null) {
      return ready;
    }
    return entry.version() instanceof ResourceVersion.Content content
        ? extract(now, content.key(), content.json())
        : null;
  }

  private static @Nullable IndexDocument extract(
      DocumentExtractor extractor, ResourceKey key, byte[] bytes) {
    try {
      String json = new String(bytes, StandardCharsets.UTF_8);
      Resource resource = (Resource) FhirContexts.r4().newJsonParser().parseResource(json);
      return extractor.extract(resource);
    } catch (RuntimeException e) {
      LOG.error("Resource {} can't be indexed by its content", key, e);
      return null;
    }
  }

  /** Numbers never change, so they are asked for once. */
  private Map<ResourceKey, Long> numbersOf(List<@Nullable IndexDocument> documents) {
    Set<ResourceKey> targets = new HashSet<>();
    for (IndexDocument document : documents) {
      if (document != null) {
        targets.addAll(document.targets());
      }
    }
    Map<ResourceKey, Long> known = new LinkedHashMap<>(numbers.getAllPresent(targets));
    targets.removeAll(known.keySet());
    if (!targets.isEmpty()) {
      Map<ResourceKey, Long> found = log.numbers(targets);
      numbers.putAll(found);
      known.putAll(found);
    }
    return known;
  }
}
