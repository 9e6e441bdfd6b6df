package org.rodnan.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.rodnan.store.StoreSettings;
import org.rodnan.store.StoreSettings.DatabaseSettings;
import picocli.CommandLine.Option;

/** Where the data are that a command works on, named as the server's settings are. */
final class StoreOptions {
  private static final int CONNECTIONS = 2;

  @Option(
      names = {"--data-dir", "--rodnan.data-dir"},
      paramLabel = "FOLDER",
      defaultValue = "${env:RODNAN_DATA_DIR:-./data}",
      description = "The server's rodnan.data-dir; otherwise ${DEFAULT-VALUE}.")
  @SuppressWarnings("NullAway.Init")
  private Path dataDir;

  @Option(
      names = "--rodnan.store.url",
      paramLabel = "URL",
      defaultValue = "${env:RODNAN_STORE_URL}",
      description = "The server's rodnan.store.url, if it has one: jdbc:postgresql:…")
  private @Nullable String url;

  @Option(
      names = "--rodnan.store.user",
      paramLabel = "USER",
      defaultValue = "${env:RODNAN_STORE_USER}",
      description = "Of PostgreSQL.")
  private @Nullable String user;

  @Option(
      names = "--rodnan.store.password",
      paramLabel = "PASSWORD",
      defaultValue = "${env:RODNAN_STORE_PASSWORD}",
      description = "Of PostgreSQL; better given by the environment, RODNAN_STORE_PASSWORD.")
  private @Nullable String password;

  Path dataDir() {
    return dataDir;
  }

  StoreSettings settings() {
    return new StoreSettings(
        dataDir.toString(), new DatabaseSettings(url, user, password, CONNECTIONS));
  }

  /** The same as settings of the server. */
  List<String> arguments() {
    List<String> arguments = new ArrayList<>();
    arguments.add("--rodnan.data-dir=" + dataDir);
    add(arguments, "url", url);
    add(arguments, "user", user);
    add(arguments, "password", password);
    return arguments;
  }

  private static void add(List<String> arguments, String name, @Nullable String value) {
    if (value != null) {
      arguments.add("--rodnan.store." + name + "=" + value);
    }
  }
}
