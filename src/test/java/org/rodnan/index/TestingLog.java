package org.rodnan.index;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.hl7.fhir.r4.model.Resource;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.BodyTemplate;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.LogPosition;
import org.rodnan.fhir.ParsedResource;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.fhir.VersionId;
import org.rodnan.store.Change;
import org.rodnan.store.LogEntry;
import org.rodnan.store.LogReader;
import org.rodnan.store.ResourceVersion;

/**
 * A log in memory, with the store's promises as far as followers see them. It can be made to fail,
 * and to hold its entries back.
 */
public final class TestingLog implements LogReader {
  private final @Nullable DocumentExtractor extractor;
  private final Instant start;
  private final List<LogEntry> entries = new ArrayList<>();
  private final Map<ResourceKey, Long> numbers = new LinkedHashMap<>();
  private final Map<ResourceKey, LogEntry> current = new TreeMap<>();
  private final Map<ResourceKey, LogPosition> created = new LinkedHashMap<>();
  private boolean isFailing;
  private int entriesRead;

  /**
   * @param extractor if given, entries carry their document as those of a node's own writer do
   */
  public TestingLog(@Nullable DocumentExtractor extractor, Instant start) {
    this.extractor = extractor;
    this.start = start;
  }

  /** One write of a unit; a null body deletes. */
  public record Write(ResourceKey key, @Nullable Resource resource, @Nullable String json) {
    public Write(ResourceKey key, @Nullable String json) {
      this(
          key,
          json == null ? null : (Resource) FhirContexts.r4().newJsonParser().parseResource(json),
          json);
    }
  }

  /** Appends one resource, whose type and id are in the body. */
  public synchronized ResourceKey put(String json) {
    Resource resource = (Resource) FhirContexts.r4().newJsonParser().parseResource(json);
    ResourceKey key = new ResourceKey(resource.fhirType(), resource.getIdElement().getIdPart());
    append(List.of(new Write(key, resource, json)));
    return key;
  }

  public synchronized void delete(String key) {
    append(List.of(new Write(ResourceKey.parse(key).orElseThrow(), null)));
  }

  /** Appends what is visible all or nothing. */
  public synchronized void append(List<Write> unit) {
    List<LogEntry> added = new ArrayList<>();
    for (Write write : unit) {
      added.add(entry(write, write == unit.getLast()));
      entries.add(added.getLast());
    }
    notifyAll();
  }

  private LogEntry entry(Write write, boolean endsUnit) {
    LogPosition position = new LogPosition(entries.size() + 1L);
    LogEntry before = current.get(write.key());
    VersionId version = before == null ? VersionId.FIRST : before.version().version().next();
    Instant lastUpdated = start.plusMillis(position.value());
    long number = number(write.key());
    LogPosition first = created.computeIfAbsent(write.key(), key -> position);
    String json = write.json();
    ResourceVersion entry;
    IndexDocument document = null;
    Resource resource = write.resource();
    if (json == null || resource == null) {
      entry = new ResourceVersion.Tombstone(write.key(), version, lastUpdated, position);
    } else {
      byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
      byte[] body =
          BodyTemplate.of(new ParsedResource(resource, bytes), write.key())
              .fill(version, lastUpdated);
      entry =
          new ResourceVersion.Content(
              write.key(), version, lastUpdated, position, Change.UPDATED, body);
      if (extractor != null) {
        document = extractor.extract(resource);
        document.targets().forEach(this::number);
      }
    }
    LogEntry whole = new LogEntry(entry, number, first, endsUnit, document);
    current.put(write.key(), whole);
    return whole;
  }

  private long number(ResourceKey key) {
    return numbers.computeIfAbsent(key, k -> numbers.size() + 1L);
  }

  /** The current resources with content, in the order of their keys. */
  public synchronized Map<ResourceKey, ResourceVersion.Content> current() {
    Map<ResourceKey, ResourceVersion.Content> all = new TreeMap<>();
    current.forEach((key, entry) -> {
      if (entry.version() instanceof ResourceVersion.Content content) {
        all.put(key, content);
      }
    });
    return all;
  }

  /** From now on every reading fails, or no longer. */
  public synchronized void setFailing(boolean failing) {
    isFailing = failing;
  }

  /** How many entries were handed to readers so far. */
  public synchronized int entriesRead() {
    return entriesRead;
  }

  /** Forgets what the node's own writer had derived, as a restart does. */
  public synchronized void forgetDerived() {
    entries.replaceAll(e -> new LogEntry(e.version(), e.number(), e.created(), e.endsUnit(), null));
  }

  @Override
  public synchronized LogPosition head() {
    return new LogPosition(entries.size());
  }

  @Override
  public synchronized List<LogEntry> read(LogPosition after, int limit) {
    if (isFailing) {
      throw new IllegalStateException("The log is out of reach");
    }
    int from = (int) Math.min(after.value(), entries.size());
    int to = Math.min(from + limit, entries.size());
    entriesRead += to - from;
    return List.copyOf(entries.subList(from, to));
  }

  @Override
  public synchronized void awaitEntriesAfter(LogPosition position, Duration timeout)
      throws InterruptedException {
    if (entries.size() <= position.value()) {
      wait(timeout.toMillis());
    }
  }

  @Override
  public synchronized Map<ResourceKey, Long> numbers(Collection<ResourceKey> keys) {
    Map<ResourceKey, Long> known = new LinkedHashMap<>();
    for (ResourceKey key : keys) {
      Long number = numbers.get(key);
      if (number != null) {
        known.put(key, number);
      }
    }
    return known;
  }
}
