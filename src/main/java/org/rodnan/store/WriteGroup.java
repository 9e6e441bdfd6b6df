package org.rodnan.store;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.LogPosition;
import org.rodnan.fhir.ResourceKey;

/**
 * Units that share one transaction. What they write is staged in memory, where later units see it,
 * and goes to the database in one batch for each table at the end: a unit that throws leaves
 * nothing behind without any savepoint in the database, and a group costs as many round trips as a
 * single unit. One thread, inside the writer section.
 */
final class WriteGroup {
  private static final String INSERT_KEY =
      "insert into resource_key"
          + " (number, type, id, version, position, created, last_updated, deleted)"
          + " values (?, ?, ?, ?, ?, ?, ?, ?)";
  private static final String UPDATE_KEY =
      "update resource_key"
          + " set version = ?, position = ?, created = ?, last_updated = ?, deleted = ?"
          + " where number = ?";
  private static final String INSERT_VERSION =
      "insert into resource_version (position, number, type, id, version, change, last_updated,"
          + " created, ends_unit, hash, actor, client, request_id, reason, body)"
          + " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
  private static final String DELETE_IDENTIFIERS = "delete from identifier where number = ?";
  private static final String INSERT_IDENTIFIER =
      "insert into identifier (type, value, system, number) values (?, ?, ?, ?)";
  private static final String READ =
      "select " + Rows.VERSION_COLUMNS + " from resource_version v where v.position = ?";
  private static final String FIND_BY_VALUE =
      "select distinct k.number, k.type, k.id, k.version, k.position, k.created, k.last_updated,"
          + " k.deleted from identifier i join resource_key k on k.number = i.number"
          + " where i.type = ? and i.value = ? order by k.created limit ?";
  private static final String FIND_BY_SYSTEM_AND_VALUE =
      "select "
          + Rows.KEY_COLUMNS
          + " from identifier i join resource_key k on k.number = i.number"
          + " where i.type = ? and i.value = ? and i.system = ? order by k.created limit ?";

  private static final String EXPUNGEABLE =
      "select v.position from resource_version v join resource_key k on k.number = v.number"
          + " where v.change < 3 and v.position <> k.position and k.deleted in (?, ?)%s"
          + " order by v.position limit ?";
  private static final String EXPUNGE =
      "update resource_version set body = null, change = change + "
          + Rows.EXPUNGED
          + " where position = ? and change < 3";

  /** Rows that are handed to the driver at once. */
  private static final int BATCH_ROWS = 1_000;

  private final Session session;
  private final Database database;
  private final long nowMillis;
  private final Staging staged = new Staging();

  /** What the tables held at the group's beginning, as far as it was asked; null is absent. */
  private final Map<ResourceKey, @Nullable KeyRow> stored = new HashMap<>();

  private long head;
  private long lastUpdated;
  private long number;
  private @Nullable SQLException broken;

  WriteGroup(Session session, Database database, Head before, long nowMillis) {
    this.session = session;
    this.database = database;
    this.head = before.position();
    this.lastUpdated = before.lastUpdated();
    this.number = before.number();
    this.nowMillis = nowMillis;
  }

  long head() {
    return head;
  }

  /** The highest permanent integer given so far. */
  long number() {
    return number;
  }

  /** Reads the rows of the keys in one go. */
  void prefetch(Collection<ResourceKey> keys) throws SQLException {
    Set<ResourceKey> unknown = new HashSet<>();
    for (ResourceKey key : keys) {
      if (!stored.containsKey(key)) {
        unknown.add(key);
      }
    }
    if (!unknown.isEmpty()) {
      Map<ResourceKey, KeyRow> found = database.findKeys(session, unknown);
      unknown.forEach(key -> stored.put(key, found.get(key)));
    }
  }

  /** The section in which the next unit runs. */
  UnitSection section(Origin origin) {
    return new UnitSection(this, origin, Math.max(nowMillis, lastUpdated));
  }

  /** Makes what the unit has staged part of the group. */
  void accept(UnitSection section) {
    Staging unit = section.staging();
    staged.accept(unit);
    number = section.number();
    if (!unit.versions().isEmpty()) {
      head += unit.versions().size();
      lastUpdated = section.now().toEpochMilli();
    }
  }

  /** The rows of keys as the units before have left them; absent ones were never mentioned. */
  Map<ResourceKey, KeyRow> rows(Collection<ResourceKey> keys) {
    List<ResourceKey> unchanged = new ArrayList<>();
    Map<ResourceKey, KeyRow> rows = HashMap.newHashMap(keys.size());
    for (ResourceKey key : keys) {
      KeyRow changed = staged.key(key);
      if (changed == null) {
        unchanged.add(key);
      } else {
        rows.put(key, changed);
      }
    }
    try {
      prefetch(unchanged);
    } catch (SQLException e) {
      throw fault("look up keys", e);
    }
    for (ResourceKey key : unchanged) {
      KeyRow row = stored.get(key);
      if (row != null) {
        rows.put(key, row);
      }
    }
    return rows;
  }

  /** The version at the position, which is there. */
  ResourceVersion version(ResourceKey key, LogPosition position) {
    return staged.version(position).orElseGet(() -> readVersion(key, position));
  }

  private ResourceVersion readVersion(ResourceKey key, LogPosition position) {
    try {
      PreparedStatement statement = session.prepared(READ);
      statement.setLong(1, position.value());
      try (ResultSet row = statement.executeQuery()) {
        if (!row.next()) {
          throw new FhirFailure.Fault("Resource " + key + " is lost at position " + position);
        }
        return Rows.version(row);
      }
    } catch (SQLException e) {
      throw fault("read " + key, e);
    }
  }

  /**
   * The rows of current resources that carry the identifier, as the units before have left them.
   *
   * @param unit what the asking unit has changed: its keys are left out
   */
  List<KeyRow> findByIdentifier(
      String type, IdentifierCriterion criterion, int limit, Staging unit) {
    List<KeyRow> found = new ArrayList<>();
    for (ResourceKey key : staged.findByIdentifier(type, criterion)) {
      KeyRow row = staged.key(key);
      if (row != null && !unit.identifiers().containsKey(key)) {
        found.add(row);
      }
    }
    Set<ResourceKey> replaced = staged.identifiers().keySet();
    int atMost =
        Math.clamp(
            (long) limit + replaced.size() + unit.identifiers().size(), 0, Integer.MAX_VALUE);
    try {
      for (KeyRow row : readByIdentifier(type, criterion, atMost)) {
        if (!replaced.contains(row.key()) && !unit.identifiers().containsKey(row.key())) {
          found.add(row);
        }
      }
    } catch (SQLException e) {
      throw fault("look up an identifier", e);
    }
    return found;
  }

  private List<KeyRow> readByIdentifier(String type, IdentifierCriterion criterion, int limit)
      throws SQLException {
    PreparedStatement statement;
    int next = 3;
    switch (criterion) {
      case IdentifierCriterion.AnySystem any -> statement = session.prepared(FIND_BY_VALUE);
      case IdentifierCriterion.NoSystem none -> {
        statement = session.prepared(FIND_BY_SYSTEM_AND_VALUE);
        statement.setBytes(next++, Rows.identifierBytes(null));
      }
      case IdentifierCriterion.InSystem in -> {
        statement = session.prepared(FIND_BY_SYSTEM_AND_VALUE);
        statement.setBytes(next++, Rows.identifierBytes(in.system()));
      }
    }
    statement.setString(1, type);
    statement.setBytes(2, Rows.identifierBytes(criterion.value()));
    statement.setInt(next, limit);
    List<KeyRow> found = new ArrayList<>();
    try (ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        found.add(Rows.key(rows));
      }
    }
    return found;
  }

  /** The group can't be trusted any more once the database has failed under one of its units. */
  private FhirFailure.Fault fault(String what, SQLException e) {
    broken = e;
    return new FhirFailure.Fault("The database failed to " + what, e);
  }

  void requireSound() throws SQLException {
    if (broken != null) {
      throw broken;
    }
  }

  /** Whether there is anything to write. */
  boolean isEmpty() {
    return staged.versions().isEmpty();
  }

  /** The entries that the group writes, in the order of the log. */
  List<LogEntry> entries() {
    return staged.versions().stream().map(StagedVersion::entry).toList();
  }

  /** The positions whose contents can be taken away, as the tables are. */
  List<Long> expungeable(Expunging what) {
    String scope =
        switch (what.scope()) {
          case HistoryScope.OfInstance instance -> " and k.type = ? and k.id = ?";
          case HistoryScope.OfType type -> " and k.type = ?";
          case HistoryScope.OfSystem system -> "";
        };
    try {
      PreparedStatement statement = session.prepared(EXPUNGEABLE.formatted(scope));
      int next = 1;
      statement.setInt(next++, what.previousVersions() ? 0 : -1);
      statement.setInt(next++, what.deletedResources() ? 1 : -1);
      switch (what.scope()) {
        case HistoryScope.OfInstance instance -> {
          statement.setString(next++, instance.key().type());
          statement.setString(next++, instance.key().id());
        }
        case HistoryScope.OfType type -> statement.setString(next++, type.type());
        case HistoryScope.OfSystem system -> {
          // All of them.
        }
      }
      statement.setInt(next, what.limit());
      List<Long> positions = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          positions.add(rows.getLong(1));
        }
      }
      return positions;
    } catch (SQLException e) {
      throw fault("look for what can be expunged", e);
    }
  }

  private void expunge() throws SQLException {
    Batch batch = new Batch(EXPUNGE);
    for (long position : staged.expunged()) {
      batch.row().setLong(1, position);
      batch.add();
    }
    batch.execute();
  }

  /** Writes everything that is staged. */
  void flush() throws SQLException {
    expunge();
    insertKeys();
    updateKeys();
    insertVersions();
    deleteIdentifiers();
    insertIdentifiers();
  }

  private @Nullable KeyRow stored(ResourceKey key) {
    return stored.get(key);
  }

  private void insertKeys() throws SQLException {
    Batch batch = new Batch(INSERT_KEY);
    for (KeyRow row : staged.keys()) {
      if (stored(row.key()) == null) {
        PreparedStatement statement = batch.row();
        statement.setLong(1, row.number());
        statement.setString(2, row.key().type());
        statement.setString(3, row.key().id());
        setCurrent(statement, 4, row.current());
        batch.add();
      }
    }
    batch.execute();
  }

  private void updateKeys() throws SQLException {
    Batch batch = new Batch(UPDATE_KEY);
    for (KeyRow row : staged.keys()) {
      if (stored(row.key()) != null) {
        PreparedStatement statement = batch.row();
        setCurrent(statement, 1, row.current());
        statement.setLong(6, row.number());
        batch.add();
      }
    }
    batch.execute();
  }

  private static void setCurrent(
      PreparedStatement statement, int from, @Nullable CurrentVersion current) throws SQLException {
    Rows.setNumber(statement, from, current == null ? null : current.version().value());
    Rows.setNumber(statement, from + 1, current == null ? null : current.position().value());
    Rows.setNumber(statement, from + 2, current == null ? null : current.created().value());
    Rows.setNumber(
        statement, from + 3, current == null ? null : current.lastUpdated().toEpochMilli());
    statement.setInt(from + 4, current != null && current.isDeleted() ? 1 : 0);
  }

  private void insertVersions() throws SQLException {
    Batch batch = new Batch(INSERT_VERSION);
    for (StagedVersion staged : staged.versions()) {
      LogEntry entry = staged.entry();
      ResourceVersion version = entry.version();
      PreparedStatement statement = batch.row();
      statement.setLong(1, version.position().value());
      statement.setLong(2, entry.number());
      statement.setString(3, version.key().type());
      statement.setString(4, version.key().id());
      statement.setLong(5, version.version().value());
      statement.setInt(6, Rows.code(version.change()));
      statement.setLong(7, version.lastUpdated().toEpochMilli());
      statement.setLong(8, entry.created().value());
      statement.setInt(9, entry.endsUnit() ? 1 : 0);
      statement.setBytes(10, staged.hash());
      Rows.setText(statement, 11, staged.origin().actor());
      Rows.setText(statement, 12, staged.origin().client());
      Rows.setText(statement, 13, staged.origin().requestId());
      Rows.setText(statement, 14, staged.origin().reason());
      statement.setBytes(
          15, version instanceof ResourceVersion.Content content ? content.json() : null);
      batch.add();
    }
    batch.execute();
  }

  private void deleteIdentifiers() throws SQLException {
    Batch batch = new Batch(DELETE_IDENTIFIERS);
    for (ResourceKey key : staged.identifiers().keySet()) {
      KeyRow before = stored(key);
      if (before != null && before.exists()) {
        batch.row().setLong(1, before.number());
        batch.add();
      }
    }
    batch.execute();
  }

  private void insertIdentifiers() throws SQLException {
    Batch batch = new Batch(INSERT_IDENTIFIER);
    for (Map.Entry<ResourceKey, Set<BusinessIdentifier>> entry : staged.identifiers().entrySet()) {
      KeyRow row = staged.key(entry.getKey());
      if (row == null) {
        throw new IllegalStateException("Identifiers of a key without a row: " + entry.getKey());
      }
      // A missing system and an empty one are the same to the table.
      Set<BusinessIdentifier> distinct = new LinkedHashSet<>();
      for (BusinessIdentifier identifier : entry.getValue()) {
        String system = identifier.system() == null ? "" : identifier.system();
        if (distinct.add(new BusinessIdentifier(system, identifier.value()))) {
          PreparedStatement statement = batch.row();
          statement.setString(1, entry.getKey().type());
          statement.setBytes(2, Rows.identifierBytes(identifier.value()));
          statement.setBytes(3, Rows.identifierBytes(system));
          statement.setLong(4, row.number());
          batch.add();
        }
      }
    }
    batch.execute();
  }

  /** Rows for one statement, handed over in slices. */
  private final class Batch {
    private final String sql;
    private @Nullable PreparedStatement statement;
    private int waiting;

    Batch(String sql) {
      this.sql = sql;
    }

    PreparedStatement row() throws SQLException {
      PreparedStatement prepared = statement;
      if (prepared == null) {
        prepared = session.prepared(sql);
        statement = prepared;
      }
      return prepared;
    }

    void add() throws SQLException {
      row().addBatch();
      waiting++;
      if (waiting == BATCH_ROWS) {
        execute();
      }
    }

    void execute() throws SQLException {
      if (waiting > 0) {
        row().executeBatch();
        waiting = 0;
      }
    }
  }
}
