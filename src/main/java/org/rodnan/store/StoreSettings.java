package org.rodnan.store;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Where the log of truth lies.
 *
 * @param dataDir {@code rodnan.data-dir}: the folder of everything that this node keeps on disk,
 *     made if it is missing
 * @param store {@code rodnan.store.*}
 */
@ConfigurationProperties(prefix = "rodnan")
public record StoreSettings(
    @DefaultValue("./data") String dataDir, @DefaultValue DatabaseSettings store) {

  /**
   * Which database, and as whom.
   *
   * @param url {@code jdbc:sqlite:<file>} or {@code jdbc:postgresql:…} (version 14 or later);
   *     without it an SQLite file in the data directory
   * @param user of PostgreSQL
   * @param password of PostgreSQL
   * @param poolSize connections for reading, at least 2; the writer has one more of its own
   */
  public record DatabaseSettings(
      @Nullable String url,
      @Nullable String user,
      @Nullable String password,
      @DefaultValue("8") int poolSize) {

    /**
     * @throws IllegalArgumentException if the pool is too small
     */
    public DatabaseSettings {
      if (poolSize < 2) {
        throw new IllegalArgumentException(
            "rodnan.store.pool-size is " + poolSize + "; expected 2 or more");
      }
    }

    /** Without the password and the URL, which may hold one. */
    @Override
    public String toString() {
      return "DatabaseSettings[user=" + user + ", poolSize=" + poolSize + "]";
    }
  }

  /**
   * The data directory. Bound as a text, for Spring would look for a path on the class path too.
   */
  public Path folder() {
    return Path.of(dataDir);
  }

  /** An SQLite file in the folder, for tests and tools. */
  public static StoreSettings sqliteIn(Path dataDir) {
    return new StoreSettings(dataDir.toString(), new DatabaseSettings(null, null, null, 8));
  }
}
