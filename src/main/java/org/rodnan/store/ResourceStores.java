package org.rodnan.store;

import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.Limits;

/** The way to a store. */
public final class ResourceStores {
  private static final String SQLITE = "jdbc:sqlite:";
  private static final String POSTGRESQL = "jdbc:postgresql:";
  private static final String DEFAULT_FILE = "rodnan.sqlite";

  private ResourceStores() {}

  /**
   * Opens the database that the settings name, brings its schema up to date, and starts the writer.
   * Several nodes may open the same PostgreSQL database, at the same time too; an SQLite file is
   * for one process.
   *
   * @throws IllegalArgumentException if the URL is of another kind
   * @throws org.rodnan.fhir.StartFailure if the database can't be opened, or it is an SQLite file
   *     that another process has open
   */
  public static ResourceStore open(StoreSettings settings, Limits limits, Clock clock) {
    Database database = database(settings);
    try {
      return new SqlResourceStore(database, limits, clock);
    } catch (RuntimeException e) {
      database.close();
      throw e;
    }
  }

  /**
   * For tools that make nothing where nothing is.
   *
   * @throws IllegalArgumentException if the URL is of another kind
   * @throws org.rodnan.fhir.StartFailure if the database is an SQLite file that isn't there
   */
  public static void requireThere(StoreSettings settings) {
    sqliteFile(settings).ifPresent(SqliteDatabase::requireThere);
  }

  /**
   * For tools that only read: an SQLite file may belong to a running server meanwhile.
   *
   * @throws IllegalArgumentException if the URL is of another kind
   * @throws org.rodnan.fhir.StartFailure if the database isn't there or can't be opened
   */
  static Database beside(StoreSettings settings) {
    return sqliteFile(settings)
        .<Database>map(SqliteDatabase::openBeside)
        .orElseGet(() -> database(settings));
  }

  /** Empty if the database is no SQLite file. */
  private static Optional<Path> sqliteFile(StoreSettings settings) {
    @Nullable String url = settings.store().url();
    if (url == null || url.isBlank()) {
      return Optional.of(settings.folder().resolve(DEFAULT_FILE));
    }
    if (!url.startsWith(SQLITE)) {
      return Optional.empty();
    }
    String file = url.substring(SQLITE.length());
    if (file.isBlank() || file.startsWith(":") || file.startsWith("file:")) {
      throw new IllegalArgumentException(
          "rodnan.store.url is '" + url + "'; expected a file after " + SQLITE);
    }
    return Optional.of(Path.of(file));
  }

  static Database database(StoreSettings settings) {
    Optional<Path> file = sqliteFile(settings);
    if (file.isPresent()) {
      return SqliteDatabase.open(file.get(), settings.store().poolSize());
    }
    String url = String.valueOf(settings.store().url());
    if (url.startsWith(POSTGRESQL)) {
      return PostgresDatabase.open(url, settings.store());
    }
    throw new IllegalArgumentException(
        "rodnan.store.url begins with '"
            + url.substring(0, Math.min(url.length(), 16))
            + "'; expected "
            + SQLITE
            + "<file> or "
            + POSTGRESQL
            + "//host/database");
  }
}
