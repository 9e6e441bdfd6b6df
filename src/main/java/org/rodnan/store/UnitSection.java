package org.rodnan.store;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.BodyTemplate;
import org.rodnan.fhir.LogPosition;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.fhir.VersionId;

/** The section as one unit sees it: its own staging over that of the group. */
final class UnitSection implements WriterSection {
  private final WriteGroup group;
  private final Origin origin;
  private final Instant now;
  private final Thread thread = Thread.currentThread();
  private final Staging staging = new Staging();
  private long number;
  private boolean open = true;

  UnitSection(WriteGroup group, Origin origin, long nowMillis) {
    this.group = group;
    this.origin = origin;
    this.now = Instant.ofEpochMilli(nowMillis);
    this.number = group.number();
  }

  void close() {
    open = false;
  }

  Staging staging() {
    return staging;
  }

  long number() {
    return number;
  }

  private void requireOpen() {
    if (!open || !thread.equals(Thread.currentThread())) {
      throw new IllegalStateException(
          "The writer section is only for the thread that runs the unit, while it runs");
    }
  }

  @Override
  public LogPosition head() {
    requireOpen();
    return new LogPosition(group.head() + staging.versions().size());
  }

  @Override
  public Instant now() {
    return now;
  }

  @Override
  public Optional<CurrentVersion> current(ResourceKey key) {
    requireOpen();
    KeyRow row = row(key);
    return row == null ? Optional.empty() : Optional.ofNullable(row.current());
  }

  @Override
  public Optional<ResourceVersion.Content> read(ResourceKey key) {
    requireOpen();
    KeyRow row = row(key);
    if (row == null || row.current() == null || row.current().isDeleted()) {
      return Optional.empty();
    }
    LogPosition position = row.current().position();
    ResourceVersion version =
        staging.version(position).orElseGet(() -> group.version(key, position));
    return version instanceof ResourceVersion.Content content
        ? Optional.of(content)
        : Optional.empty();
  }

  private @Nullable KeyRow row(ResourceKey key) {
    KeyRow changed = staging.key(key);
    return changed == null ? group.rows(List.of(key)).get(key) : changed;
  }

  @Override
  public Set<ResourceKey> missing(Collection<ResourceKey> keys) {
    requireOpen();
    Map<ResourceKey, KeyRow> rows = group.rows(keys);
    Set<ResourceKey> missing = new HashSet<>();
    for (ResourceKey key : keys) {
      KeyRow changed = staging.key(key);
      KeyRow row = changed == null ? rows.get(key) : changed;
      if (row == null || !row.exists()) {
        missing.add(key);
      }
    }
    return missing;
  }

  @Override
  public List<ResourceKey> findByIdentifier(String type, IdentifierCriterion criterion, int limit) {
    requireOpen();
    List<KeyRow> rows = new ArrayList<>(group.findByIdentifier(type, criterion, limit, staging));
    for (ResourceKey key : staging.findByIdentifier(type, criterion)) {
      KeyRow row = staging.key(key);
      if (row != null) {
        rows.add(row);
      }
    }
    return rows.stream()
        .filter(KeyRow::exists)
        .sorted(Comparator.comparing(UnitSection::created))
        .limit(limit)
        .map(KeyRow::key)
        .toList();
  }

  private static LogPosition created(KeyRow row) {
    return row.current() == null ? LogPosition.START : row.current().created();
  }

  @Override
  public ResourceVersion.Content put(
      ResourceKey key,
      Change change,
      BodyTemplate body,
      Map<String, String> references,
      Collection<BusinessIdentifier> identifiers,
      Collection<ResourceKey> targets,
      @Nullable Object derived) {
    requireOpen();
    if (change == Change.DELETED) {
      throw new IllegalArgumentException("A tombstone has no body: " + key);
    }
    KeyRow row = row(key);
    CurrentVersion current = row == null ? null : row.current();
    VersionId version = current == null ? VersionId.FIRST : current.version().next();
    LogPosition position = head().next();
    byte[] json = body.fill(version, now, references);
    ResourceVersion.Content content =
        new ResourceVersion.Content(key, version, now, position, change, json);
    append(
        row, content, current == null ? position : current.created(), identifiers, json, derived);
    mention(targets);
    return content;
  }

  @Override
  public ResourceVersion.Tombstone delete(ResourceKey key) {
    requireOpen();
    KeyRow row = row(key);
    CurrentVersion current = row == null ? null : row.current();
    if (current == null || current.isDeleted()) {
      throw new IllegalStateException("Nothing to delete: " + key + " doesn't exist");
    }
    ResourceVersion.Tombstone tombstone =
        new ResourceVersion.Tombstone(key, current.version().next(), now, head().next());
    append(row, tombstone, current.created(), List.of(), null, null);
    return tombstone;
  }

  @Override
  public int expunge(Expunging what) {
    requireOpen();
    List<Long> positions = group.expungeable(what);
    staging.expunge(positions);
    return positions.size();
  }

  private void append(
      @Nullable KeyRow row,
      ResourceVersion version,
      LogPosition created,
      Collection<BusinessIdentifier> identifiers,
      byte @Nullable [] json,
      @Nullable Object derived) {
    long keyNumber = row == null ? ++number : row.number();
    CurrentVersion current =
        new CurrentVersion(version.version(), now, version.position(), created, json == null);
    LogEntry entry = new LogEntry(version, keyNumber, created, false, derived);
    staging.append(
        new StagedVersion(entry, json == null ? null : Rows.sha256(json), origin),
        new KeyRow(version.key(), keyNumber, current),
        identifiers);
  }

  private void mention(Collection<ResourceKey> targets) {
    if (targets.isEmpty()) {
      return;
    }
    Map<ResourceKey, KeyRow> rows = group.rows(targets);
    for (ResourceKey target : targets) {
      if (!rows.containsKey(target) && staging.key(target) == null) {
        staging.mention(new KeyRow(target, ++number, null));
      }
    }
  }
}
