package org.rodnan.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.fhir.StartFailure;
import org.sqlite.SQLiteConfig;

/**
 * An SQLite file for one process: write-ahead log, every commit on disk before it is acknowledged,
 * one connection that writes and a bounded pool that reads. A lock on a file beside the database
 * keeps a second process away.
 */
final class SqliteDatabase implements Database {
  private static final int BUSY_TIMEOUT_MS = 10_000;
  private static final int READER_WAIT_MS = 10_000;

  /** Pages of memory for each connection, as SQLite counts: negative means KiB. */
  private static final int CACHE_KIB = -16 * 1024;

  /** Pages of the write-ahead log after which a commit moves them to the database: 16 MB. */
  private static final int CHECKPOINT_PAGES = 4_000;

  private static final String HEAD =
      "select coalesce((select max(position) from resource_version), 0),"
          + " coalesce((select last_updated from resource_version"
          + " order by position desc limit 1), 0),"
          + " coalesce((select max(number) from resource_key), 0)";
  private static final String FIND_KEY =
      "select " + Rows.KEY_COLUMNS + " from resource_key k where k.type = ? and k.id = ?";

  private final String url;
  private final @Nullable FileChannel lockFile;
  private final Semaphore permits;
  private final ConcurrentLinkedDeque<Session> idle = new ConcurrentLinkedDeque<>();
  private volatile boolean closed;

  /** Only for the writer's thread, and for whoever closes after it has ended. */
  private @Nullable Session writer;

  private SqliteDatabase(String url, @Nullable FileChannel lockFile, int poolSize) {
    this.url = url;
    this.lockFile = lockFile;
    this.permits = new Semaphore(poolSize);
  }

  static SqliteDatabase open(Path file, int poolSize) {
    Path path = file.toAbsolutePath();
    FileChannel lockFile = lock(path);
    SqliteDatabase database = new SqliteDatabase("jdbc:sqlite:" + path, lockFile, poolSize);
    try {
      // The first connection makes the file a WAL database, which it then stays.
      database.connect(writing()).close();
      Flyway.configure()
          .dataSource(database.url, null, null)
          .locations("classpath:db/migration/sqlite")
          .load()
          .migrate();
      return database;
    } catch (SQLException | FlywayException e) {
      database.close();
      throw new StartFailure(
          "The SQLite database " + path + " can't be opened: " + e.getMessage(),
          "See that the file is whole, that it and its folder may be written to, and that the disk"
              + " has space left; or set rodnan.data-dir to another folder.",
          e);
    }
  }

  /** For reading only, beside the process that the file belongs to. */
  static SqliteDatabase openBeside(Path file) {
    requireThere(file);
    return new SqliteDatabase("jdbc:sqlite:" + file.toAbsolutePath(), null, 2);
  }

  static void requireThere(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new StartFailure(
          "There is no SQLite database " + file.toAbsolutePath() + ".",
          "Set --data-dir, or --rodnan.store.url, to where the server keeps its data.",
          null);
    }
  }

  private static FileChannel lock(Path database) {
    Path file = database.resolveSibling(database.getFileName() + ".lock");
    try {
      Files.createDirectories(file.getParent());
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (!isLocked(channel)) {
        channel.close();
        throw new StartFailure(
            "The SQLite database "
                + database
                + " is open in another Rodnan process; it is for one process.",
            "Stop the other, give this one another rodnan.data-dir, or use PostgreSQL"
                + " (rodnan.store.url), which several may open.",
            null);
      }
      return channel;
    } catch (IOException e) {
      throw new StartFailure(
          "The folder " + file.getParent() + " can't hold the SQLite database: " + e,
          "Make it a folder to which the user of the program may write, or set rodnan.data-dir to"
              + " another.",
          e);
    }
  }

  private static boolean isLocked(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  private static SQLiteConfig writing() {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.setBusyTimeout(BUSY_TIMEOUT_MS);
    config.setCacheSize(CACHE_KIB);
    return config;
  }

  private static SQLiteConfig reading() {
    SQLiteConfig config = new SQLiteConfig();
    config.setReadOnly(true);
    config.setBusyTimeout(BUSY_TIMEOUT_MS);
    config.setCacheSize(CACHE_KIB);
    return config;
  }

  private Connection connect(SQLiteConfig config) throws SQLException {
    return config.createConnection(url);
  }

  @Override
  public Session reader() throws SQLException {
    if (closed) {
      throw new SQLException("The store is closed");
    }
    try {
      if (!permits.tryAcquire() && !permits.tryAcquire(READER_WAIT_MS, TimeUnit.MILLISECONDS)) {
        throw poolExhausted();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SQLException("Interrupted while waiting for a connection", e);
    }
    Session session = idle.pollFirst();
    if (session != null) {
      return session;
    }
    try {
      return new Session(connect(reading()), this::giveBack);
    } catch (SQLException e) {
      permits.release();
      throw e;
    }
  }

  private static FhirFailure.Busy poolExhausted() {
    return new FhirFailure.Busy(
        "All connections for reading are in use (rodnan.store.pool-size); try again later",
        Duration.ofSeconds(1));
  }

  private void giveBack(Session session) {
    if (session.isBroken() || closed) {
      session.disconnect();
    } else {
      idle.addFirst(session);
    }
    permits.release();
  }

  @Override
  public Session snapshot() throws SQLException {
    Connection connection = connect(reading());
    connection.setAutoCommit(false);
    return new Session(connection, Session::disconnect);
  }

  @Override
  public Session beginWriting() throws SQLException {
    Session session = writer;
    if (session == null) {
      Connection connection = connect(writing());
      try (Statement statement = connection.createStatement()) {
        statement.execute("pragma wal_autocheckpoint = " + CHECKPOINT_PAGES);
      }
      connection.setAutoCommit(false);
      session = new Session(connection, this::endWriting);
      writer = session;
    }
    return session;
  }

  private void endWriting(Session session) {
    if (!session.isBroken()) {
      try {
        session.connection().rollback();
      } catch (SQLException e) {
        session.markBroken();
      }
    }
    if (session.isBroken()) {
      session.disconnect();
      writer = null;
    }
  }

  @Override
  public Head head(Session writing) throws SQLException {
    try (ResultSet row = writing.prepared(HEAD).executeQuery()) {
      row.next();
      return new Head(row.getLong(1), row.getLong(2), row.getLong(3), "");
    }
  }

  @Override
  public Map<ResourceKey, KeyRow> findKeys(Session session, Collection<ResourceKey> keys)
      throws SQLException {
    Map<ResourceKey, KeyRow> found = HashMap.newHashMap(keys.size());
    PreparedStatement statement = session.prepared(FIND_KEY);
    for (ResourceKey key : keys) {
      statement.setString(1, key.type());
      statement.setString(2, key.id());
      try (ResultSet row = statement.executeQuery()) {
        if (row.next()) {
          found.put(key, Rows.key(row));
        }
      }
    }
    return found;
  }

  @Override
  public boolean isCommitted(Head before) throws SQLException {
    try (Session session = beginWriting()) {
      return head(session).position() > before.position();
    }
  }

  @Override
  public String ofTypeBetween() {
    return "v.type = ? and v.position >= ? and v.type = ? and v.position <= ?";
  }

  @Override
  public boolean isShared() {
    return false;
  }

  @Override
  public void close() {
    closed = true;
    for (Session session = idle.pollFirst(); session != null; session = idle.pollFirst()) {
      session.disconnect();
    }
    if (writer != null) {
      writer.disconnect();
      writer = null;
    }
    if (lockFile == null) {
      return;
    }
    try {
      lockFile.close();
    } catch (IOException e) {
      throw new FhirFailure.Fault("The lock of " + url + " can't be let go", e);
    }
  }
}
