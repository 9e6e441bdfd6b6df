package org.rodnan.store;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;

/** One PostgreSQL server for all tests of this run, which ends with it. */
public final class PostgresServer {
  private static final EmbeddedPostgres SERVER = start();
  private static final AtomicInteger DATABASES = new AtomicInteger();

  private PostgresServer() {}

  private static EmbeddedPostgres start() {
    try {
      return EmbeddedPostgres.builder()
          .setServerConfig("listen_addresses", "127.0.0.1")
          .setServerConfig("max_connections", "200")
          .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The URL, user inside, of a new and empty database. */
  public static String newDatabase() throws SQLException {
    String name = "test_" + DATABASES.incrementAndGet();
    try (Connection connection = DriverManager.getConnection(url("postgres"));
        Statement statement = connection.createStatement()) {
      statement.execute("create database " + name);
    }
    return url(name);
  }

  /** The settings of a store in a new and empty database. */
  public static StoreSettings newStore() throws SQLException {
    return store(newDatabase());
  }

  static StoreSettings store(String url) {
    return new StoreSettings(
        "unused", new StoreSettings.DatabaseSettings(url, "postgres", "postgres", 4));
  }

  private static String url(String database) {
    return "jdbc:postgresql://127.0.0.1:" + SERVER.getPort() + "/" + database + "?user=postgres";
  }
}
