package org.rodnan.store;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.Limits;
import org.rodnan.fhir.LogPosition;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.fhir.VersionId;

/** The store over either database: reading is here, writing is {@link LogWriter}'s. */
final class SqlResourceStore implements ResourceStore {
  private static final String READ =
      "select "
          + Rows.VERSION_COLUMNS
          + " from resource_key k join resource_version v on v.position = k.position"
          + " where k.type = ? and k.id = ?";
  private static final String VREAD =
      "select "
          + Rows.VERSION_COLUMNS
          + " from resource_version v"
          + " where v.number = (select number from resource_key where type = ? and id = ?)"
          + " and v.version = ?";
  private static final String HISTORY =
      "select "
          + Rows.VERSION_COLUMNS
          + " from resource_version v where %s order by %s v.position desc limit ?";
  private static final String COUNT = "select count(*) from resource_version v where %s";

  /** Or there is no next version; written so, each is looked up in the index of versions. */
  private static final String CURRENT_AFTER =
      " and coalesce((select n.last_updated from resource_version n"
          + " where n.number = v.number and n.version = v.version + 1), "
          + Long.MAX_VALUE
          + ") > ?";

  private static final String OF_INSTANCE =
      "v.position between ? and ?"
          + " and v.number = (select number from resource_key where type = ? and id = ?)";
  private static final String OF_SYSTEM = "v.position between ? and ?";

  /** All are of one type; but only so is the order that of the index on type and position. */
  private static final String TYPE_FIRST = "v.type desc,";

  private static final String FIRST_SINCE =
      "select (select position from resource_version where last_updated >= ?"
          + " order by last_updated, position limit 1)";
  private static final String LAST_UNTIL =
      "select (select position from resource_version where last_updated <= ?"
          + " order by last_updated desc, position desc limit 1)";
  private static final String HEAD = "select coalesce(max(position), 0) from resource_version";
  private static final String LOG_SIZES =
      "select position, coalesce(octet_length(body), 0) from resource_version"
          + " where position > ? and position < ? order by position limit ?";
  private static final String LOG =
      "select "
          + Rows.VERSION_COLUMNS
          + " from resource_version v where v.position > ? and v.position <= ? order by v.position";

  private static final String REPLACED =
      "select "
          + Rows.VERSION_COLUMNS
          + " from (select distinct number from resource_version"
          + " where position > ? and position <= ? and created <= ?) n"
          + " join resource_version v on v.number = n.number and v.position ="
          + " (select max(o.position) from resource_version o"
          + " where o.number = n.number and o.position <= ?) limit ?";

  /** Bytes of bodies after which a reading of the log ends; the rest comes with the next one. */
  private static final long LOG_BYTES_MAX = 16L * 1024 * 1024;

  private final Database database;
  private final LogTail tail = new LogTail();
  private final LogWriter writer;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final String ofType;

  SqlResourceStore(Database database, Limits limits, Clock clock) {
    this.database = database;
    this.writer = new LogWriter(database, tail, limits, clock);
    this.ofType = database.ofTypeBetween();
    tail.noteHead(readHead());
    writer.start();
  }

  /**
   * Everything that is asked of the database while reading; each is to be one range of an index.
   */
  static List<String> questions(Database database) {
    List<String> questions = new ArrayList<>();
    questions.addAll(List.of(READ, VREAD, FIRST_SINCE, LAST_UNTIL, HEAD, LOG_SIZES, LOG));
    for (String scope : List.of(OF_INSTANCE, database.ofTypeBetween(), OF_SYSTEM)) {
      String order = scope.equals(database.ofTypeBetween()) ? TYPE_FIRST : "";
      questions.add(HISTORY.formatted(scope, order));
      questions.add(COUNT.formatted(scope));
      questions.add(COUNT.formatted(scope + CURRENT_AFTER));
    }
    return questions;
  }

  /** What is asked of a reading session. */
  @FunctionalInterface
  private interface Question<T> {
    T ask(Session session) throws SQLException;
  }

  private <T> T reading(String what, Question<T> question) {
    try (Session session = database.reader()) {
      try {
        return question.ask(session);
      } catch (SQLException e) {
        session.markBroken();
        throw e;
      }
    } catch (SQLException e) {
      throw new FhirFailure.Fault("The database failed to read " + what, e);
    }
  }

  @Override
  public Optional<ResourceVersion> read(ResourceKey key) {
    return reading(
        key.toString(),
        session -> {
          PreparedStatement statement = session.prepared(READ);
          statement.setString(1, key.type());
          statement.setString(2, key.id());
          return one(statement);
        });
  }

  @Override
  public Optional<ResourceVersion> vread(ResourceKey key, VersionId version) {
    return reading(
        key + " version " + version,
        session -> {
          PreparedStatement statement = session.prepared(VREAD);
          statement.setString(1, key.type());
          statement.setString(2, key.id());
          statement.setLong(3, version.value());
          return one(statement);
        });
  }

  private static Optional<ResourceVersion> one(PreparedStatement statement) throws SQLException {
    try (ResultSet row = statement.executeQuery()) {
      return row.next() ? Optional.of(Rows.version(row)) : Optional.empty();
    }
  }

  /** Positions, both included. */
  private record Range(long first, long last) {
    boolean isEmpty() {
      return first > last;
    }
  }

  @Override
  public List<ResourceVersion> history(HistoryQuery query) {
    if (query.count() <= 0) {
      return List.of();
    }
    return reading(
        "a history",
        session -> {
          Range range = range(session, query);
          long last = query.before().map(before -> before.value() - 1).orElse(Long.MAX_VALUE);
          range = new Range(range.first(), Math.min(range.last(), last));
          List<ResourceVersion> versions = new ArrayList<>();
          if (range.isEmpty()) {
            return versions;
          }
          PreparedStatement statement =
              session.prepared(
                  HISTORY.formatted(
                      where(query),
                      query.scope() instanceof HistoryScope.OfType ? TYPE_FIRST : ""));
          int next = bind(statement, range, query);
          statement.setInt(next, query.count());
          try (ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
              versions.add(Rows.version(rows));
            }
          }
          return versions;
        });
  }

  @Override
  public long historyTotal(HistoryQuery query) {
    return reading(
        "the length of a history",
        session -> {
          Range range = range(session, query);
          if (range.isEmpty()) {
            return 0L;
          }
          if (query.scope() instanceof HistoryScope.OfSystem && query.currentAfter().isEmpty()) {
            // Positions have no gaps.
            return range.last() - range.first() + 1;
          }
          PreparedStatement statement = session.prepared(COUNT.formatted(where(query)));
          bind(statement, range, query);
          return number(statement);
        });
  }

  @Override
  public boolean replaced(
      LogPosition position, LogPosition until, int limit, Consumer<LogEntry> use) {
    return reading(
        "what was current at log position " + position,
        session -> {
          PreparedStatement statement = session.prepared(REPLACED);
          statement.setLong(1, position.value());
          statement.setLong(2, until.value());
          statement.setLong(3, position.value());
          statement.setLong(4, position.value());
          statement.setInt(5, limit + 1);
          try (ResultSet rows = statement.executeQuery()) {
            for (int i = 0; i < limit && rows.next(); i++) {
              use.accept(Rows.entry(rows));
            }
            return !rows.next();
          }
        });
  }

  private String where(HistoryQuery query) {
    String scope =
        switch (query.scope()) {
          case HistoryScope.OfInstance instance -> OF_INSTANCE;
          case HistoryScope.OfType type -> ofType;
          case HistoryScope.OfSystem system -> OF_SYSTEM;
        };
    return query.currentAfter().isPresent() ? scope + CURRENT_AFTER : scope;
  }

  /** Gives the index of the next parameter. */
  private static int bind(PreparedStatement statement, Range range, HistoryQuery query)
      throws SQLException {
    int next = 1;
    switch (query.scope()) {
      case HistoryScope.OfType(String type) -> {
        statement.setString(next++, type);
        statement.setLong(next++, range.first());
        statement.setString(next++, type);
        statement.setLong(next++, range.last());
      }
      case HistoryScope.OfInstance(ResourceKey key) -> {
        statement.setLong(next++, range.first());
        statement.setLong(next++, range.last());
        statement.setString(next++, key.type());
        statement.setString(next++, key.id());
      }
      case HistoryScope.OfSystem system -> {
        statement.setLong(next++, range.first());
        statement.setLong(next++, range.last());
      }
    }
    if (query.currentAfter().isPresent()) {
      statement.setLong(next++, query.currentAfter().get().toEpochMilli());
    }
    return next;
  }

  /** The positions between which the query's versions lie, its cursor left out of account. */
  private static Range range(Session session, HistoryQuery query) throws SQLException {
    long first = 1;
    long last = Math.min(query.asOf().value(), number(session.prepared(HEAD)));
    if (query.since().isPresent()) {
      Instant since = query.since().get();
      long millis = since.toEpochMilli();
      boolean whole = since.equals(since.truncatedTo(ChronoUnit.MILLIS));
      PreparedStatement statement = session.prepared(FIRST_SINCE);
      statement.setLong(1, whole ? millis : millis + 1);
      long position = number(statement);
      first = position == 0 ? Long.MAX_VALUE : position;
    }
    if (query.until().isPresent()) {
      PreparedStatement statement = session.prepared(LAST_UNTIL);
      statement.setLong(1, query.until().get().toEpochMilli());
      last = Math.min(last, number(statement));
    }
    return new Range(first, last);
  }

  /** The one number of the answer; 0 for null. */
  private static long number(PreparedStatement statement) throws SQLException {
    try (ResultSet row = statement.executeQuery()) {
      row.next();
      return row.getLong(1);
    }
  }

  @Override
  public LogPosition head() {
    if (!database.isShared()) {
      return new LogPosition(tail.head());
    }
    long head = readHead();
    // Wakes this node's followers for what other nodes have written.
    tail.noteHead(head);
    return new LogPosition(head);
  }

  private long readHead() {
    return reading("the head of the log", session -> number(session.prepared(HEAD)));
  }

  @Override
  public List<LogEntry> read(LogPosition after, int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("Expected a limit of 1 or more, not " + limit);
    }
    if (!database.isShared() && tail.head() <= after.value()) {
      return List.of();
    }
    LogTail.Recent recent = tail.after(after.value(), limit);
    if (!recent.run().isEmpty()) {
      return recent.run();
    }
    return reading("the log", session -> readLog(session, after.value(), recent.next(), limit));
  }

  private List<LogEntry> readLog(Session session, long after, long before, int limit)
      throws SQLException {
    PreparedStatement sizes = session.prepared(LOG_SIZES);
    sizes.setLong(1, after);
    sizes.setLong(2, before);
    sizes.setInt(3, limit);
    long last = after;
    long bytes = 0;
    try (ResultSet rows = sizes.executeQuery()) {
      while (bytes < LOG_BYTES_MAX && rows.next()) {
        last = rows.getLong(1);
        bytes += rows.getLong(2);
      }
    }
    List<LogEntry> entries = new ArrayList<>();
    if (last > after) {
      PreparedStatement statement = session.prepared(LOG);
      statement.setLong(1, after);
      statement.setLong(2, last);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          entries.add(Rows.entry(rows));
        }
      }
      tail.noteHead(last);
    }
    return entries;
  }

  @Override
  public void awaitEntriesAfter(LogPosition position, Duration timeout)
      throws InterruptedException {
    tail.await(position.value(), timeout);
  }

  @Override
  public Map<ResourceKey, Long> numbers(Collection<ResourceKey> keys) {
    if (keys.isEmpty()) {
      return Map.of();
    }
    Map<ResourceKey, KeyRow> rows = reading("keys", session -> database.findKeys(session, keys));
    Map<ResourceKey, Long> numbers = HashMap.newHashMap(rows.size());
    rows.forEach((key, row) -> numbers.put(key, row.number()));
    return numbers;
  }

  @Override
  public <T> CompletableFuture<T> submit(WriteUnit<T> unit) {
    return writer.submit(unit);
  }

  @Override
  public int waiting() {
    return writer.waiting();
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      writer.close();
      database.close();
    }
  }
}
