package org.rodnan.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool.PoolInitializationException;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.fhir.StartFailure;

/**
 * A PostgreSQL database, shared by equal nodes. The writer section is an advisory lock that a
 * transaction takes before anything else and that ends with it, so that positions are in commit
 * order; READ COMMITTED lets the statements after it see what the holder before it has committed.
 */
final class PostgresDatabase implements Database {
  /** The key of the advisory lock, one for a database. */
  private static final long SECTION = 0x526F646E616EL;

  private static final int CONNECT_MS = 10_000;

  /**
   * Acknowledged means on disk, whatever the server's own setting. A node that vanishes without a
   * word loses the section within seconds, one that hangs inside it within two minutes.
   */
  private static final String SESSION_SETTINGS =
      "set synchronous_commit = on; set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5;"
          + " set tcp_keepalives_count = 3; set idle_in_transaction_session_timeout = 120000";

  private static final String LOCK = "select pg_advisory_xact_lock(" + SECTION + ")";
  private static final String HEAD =
      "select coalesce((select max(position) from resource_version), 0),"
          + " coalesce((select last_updated from resource_version"
          + " order by position desc limit 1), 0),"
          + " coalesce((select max(number) from resource_key), 0), pg_current_xact_id()::text";
  private static final String FIND_KEYS =
      "select "
          + Rows.KEY_COLUMNS
          + " from unnest(?::text[], ?::text[]) as asked (type, id)"
          + " join resource_key k on k.type = asked.type and k.id = asked.id";
  private static final String FIND_KEY =
      "select " + Rows.KEY_COLUMNS + " from resource_key k where k.type = ? and k.id = ?";
  private static final String OUTCOME = "select pg_xact_status(?::xid8)";

  private final HikariDataSource readers;
  private final HikariDataSource writers;

  private PostgresDatabase(HikariDataSource readers, HikariDataSource writers) {
    this.readers = readers;
    this.writers = writers;
  }

  static PostgresDatabase open(String url, StoreSettings.DatabaseSettings settings) {
    try {
      // Flyway holds a lock of its own while it migrates: nodes may start together.
      Flyway.configure()
          .dataSource(url, settings.user(), settings.password())
          .locations("classpath:db/migration/postgresql")
          .load()
          .migrate();
      HikariDataSource readers = pool(url, settings, "rodnan-readers", settings.poolSize(), true);
      try {
        return new PostgresDatabase(readers, pool(url, settings, "rodnan-writer", 1, false));
      } catch (PoolInitializationException e) {
        readers.close();
        throw e;
      }
    } catch (FlywayException | PoolInitializationException e) {
      throw new StartFailure(
          // Parameters may hold a password.
          "The PostgreSQL database "
              + url.replaceFirst("[?].*", "")
              + " can't be opened: "
              + root(e).getMessage(),
          "See that it runs and lets this machine in, and that rodnan.store.url, .user and"
              + " .password are right.",
          e);
    }
  }

  private static Throwable root(Throwable thrown) {
    Throwable cause = thrown.getCause();
    return cause == null || thrown instanceof SQLException ? thrown : root(cause);
  }

  private static HikariDataSource pool(
      String url, StoreSettings.DatabaseSettings settings, String name, int size, boolean reading) {
    HikariConfig config = new HikariConfig();
    config.setPoolName(name);
    config.setJdbcUrl(url);
    config.setUsername(settings.user());
    config.setPassword(settings.password());
    config.setMaximumPoolSize(size);
    config.setMinimumIdle(1);
    config.setConnectionTimeout(CONNECT_MS);
    config.setAutoCommit(reading);
    config.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
    config.setConnectionInitSql(SESSION_SETTINGS);
    config.addDataSourceProperty("reWriteBatchedInserts", "true");
    // Otherwise the driver's messages, and so the log, show what patients' resources hold.
    config.addDataSourceProperty("logServerErrorDetail", "false");
    config.addDataSourceProperty("tcpKeepAlive", "true");
    config.addDataSourceProperty("ApplicationName", name);
    return new HikariDataSource(config);
  }

  @Override
  public Session reader() throws SQLException {
    try {
      return new Session(readers.getConnection(), session -> giveBack(session, readers));
    } catch (SQLTransientConnectionException e) {
      if (readers.getHikariPoolMXBean().getActiveConnections() >= readers.getMaximumPoolSize()) {
        throw new FhirFailure.Busy(
            "All connections for reading are in use (rodnan.store.pool-size); try again later",
            Duration.ofSeconds(1));
      }
      throw e;
    }
  }

  @Override
  public Session snapshot() throws SQLException {
    Connection connection = readers.getConnection();
    try {
      // The pool sets both back.
      connection.setAutoCommit(false);
      connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      connection.setReadOnly(true);
      return new Session(connection, session -> giveBack(session, readers));
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  @Override
  public Session beginWriting() throws SQLException {
    Session session = new Session(writers.getConnection(), writing -> giveBack(writing, writers));
    try {
      lock(session);
      return session;
    } catch (SQLException e) {
      session.markBroken();
      session.close();
      throw e;
    }
  }

  private static void lock(Session session) throws SQLException {
    session.prepared(LOCK).execute();
  }

  private static void giveBack(Session session, HikariDataSource pool) {
    Connection connection = session.connection();
    if (session.isBroken()) {
      pool.evictConnection(connection);
    }
    session.disconnect();
  }

  @Override
  public Head head(Session writing) throws SQLException {
    try (ResultSet row = writing.prepared(HEAD).executeQuery()) {
      row.next();
      return new Head(row.getLong(1), row.getLong(2), row.getLong(3), row.getString(4));
    }
  }

  @Override
  public Map<ResourceKey, KeyRow> findKeys(Session session, Collection<ResourceKey> keys)
      throws SQLException {
    if (keys.isEmpty()) {
      return Map.of();
    }
    Map<ResourceKey, KeyRow> found = HashMap.newHashMap(keys.size());
    if (keys.size() == 1) {
      ResourceKey key = keys.iterator().next();
      PreparedStatement statement = session.prepared(FIND_KEY);
      statement.setString(1, key.type());
      statement.setString(2, key.id());
      collect(statement, found);
      return found;
    }
    Array types = texts(session, keys.stream().map(ResourceKey::type).toArray(String[]::new));
    Array ids = texts(session, keys.stream().map(ResourceKey::id).toArray(String[]::new));
    PreparedStatement statement = session.prepared(FIND_KEYS);
    statement.setArray(1, types);
    statement.setArray(2, ids);
    collect(statement, found);
    return found;
  }

  private static Array texts(Session session, String[] texts) throws SQLException {
    return session.connection().createArrayOf("text", texts);
  }

  private static void collect(PreparedStatement statement, Map<ResourceKey, KeyRow> found)
      throws SQLException {
    try (ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        KeyRow row = Rows.key(rows);
        found.put(row.key(), row);
      }
    }
  }

  /** The lost transaction holds the section until it is over, so having the section is to know. */
  @Override
  public boolean isCommitted(Head before) throws SQLException {
    try (Session session = beginWriting()) {
      PreparedStatement statement = session.prepared(OUTCOME);
      statement.setString(1, before.transaction());
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return "committed".equals(row.getString(1));
      }
    }
  }

  /** By rows, for else the planner, without knowing the parameters, takes the primary key. */
  @Override
  public String ofTypeBetween() {
    return "(v.type, v.position) >= (?, ?) and (v.type, v.position) <= (?, ?)";
  }

  @Override
  public boolean isShared() {
    return true;
  }

  @Override
  public void close() {
    writers.close();
    readers.close();
  }
}
