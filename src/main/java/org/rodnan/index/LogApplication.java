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
import org.apache.lucene.index.IndexableField;
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
  private final DocumentExtractor extractor;
  private final Executor extraction;
  private final Map<String, LogPosition> lastOfType = new ConcurrentHashMap<>();
  private final Cache<ResourceKey, Long> numbers =
      Caffeine.newBuilder().maximumSize(NUMBERS_KEPT_MAX).executor(Runnable::run).build();

  LogApplication(LogReader log, DocumentExtractor extractor, Executor extraction) {
    this.log = log;
    this.extractor = extractor;
    this.extraction = extraction;
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
      applyAll(index, entries);
      LogEntry last = entries.getLast();
      position = last.position();
      if (last.endsUnit()) {
        return position;
      }
    }
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
      try {
        write(
            index,
            current.get(i),
            document == null ? new ArrayList<>() : document.fields(targetNumbers));
      } catch (RuntimeException e) {
        // Some of the batch is applied: only a return to the last commit makes it whole again.
        throw new IOException("Entry " + current.get(i).position() + " can't be applied", e);
      }
      lastOfType.merge(
          current.get(i).version().key().type(), current.get(i).position(), LogPosition::max);
    }
  }

  private static void write(LuceneIndex index, LogEntry entry, List<IndexableField> fields)
      throws IOException {
    switch (entry.version()) {
      case ResourceVersion.Content content -> index.put(entry, content, fields);
      case ResourceVersion.Tombstone tombstone -> index.delete(entry.number());
    }
  }

  private List<@Nullable IndexDocument> documents(List<LogEntry> entries) {
    long missing =
        entries.stream().filter(entry -> !(entry.derived() instanceof IndexDocument)).count();
    if (missing < PARALLEL_MIN) {
      List<@Nullable IndexDocument> documents = new ArrayList<>(entries.size());
      entries.forEach(entry -> documents.add(document(entry)));
      return documents;
    }
    List<CompletableFuture<@Nullable IndexDocument>> futures = new ArrayList<>(entries.size());
    for (LogEntry entry : entries) {
      futures.add(
          entry.derived() instanceof IndexDocument document
              ? CompletableFuture.completedFuture(document)
              : CompletableFuture.supplyAsync(() -> document(entry), extraction));
    }
    List<@Nullable IndexDocument> documents = new ArrayList<>(entries.size());
    futures.forEach(future -> documents.add(future.join()));
    return documents;
  }

  private @Nullable IndexDocument document(LogEntry entry) {
    if (entry.derived() instanceof IndexDocument document) {
      return document;
    }
    if (!(entry.version() instanceof ResourceVersion.Content content)) {
      return null;
    }
    try {
      String json = new String(content.json(), StandardCharsets.UTF_8);
      Resource resource = (Resource) FhirContexts.r4().newJsonParser().parseResource(json);
      return extractor.extract(resource);
    } catch (RuntimeException e) {
      LOG.error("Resource {} is indexed by its id alone", content.key(), e);
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
