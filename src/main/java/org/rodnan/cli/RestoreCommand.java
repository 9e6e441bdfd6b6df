package org.rodnan.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.rodnan.store.StoreBackup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Fills an empty store from a backup. */
@Command(
    name = "restore",
    description = {
      "Fills an empty store with a backup: all of it, or nothing if the file is not whole.",
      "The server must not run. At its next start it makes the index."
    })
final class RestoreCommand implements Callable<Integer> {
  @Mixin private final CommandOutput output = new CommandOutput();

  @Mixin private final StoreOptions store = new StoreOptions();

  @Parameters(paramLabel = "FILE", description = "What the command backup wrote.")
  @SuppressWarnings("NullAway.Init")
  private Path file;

  @Override
  public Integer call() throws IOException, StoreBackup.BadBackup {
    ProgressLine progress = output.progress();
    StoreBackup.Summary summary;
    try (InputStream in = Files.newInputStream(file)) {
      summary = StoreBackup.restore(store.settings(), in, progress);
    } finally {
      progress.end();
    }
    Map<String, Object> told = new LinkedHashMap<>();
    told.put("file", file);
    told.put("head", summary.head());
    told.put("rows", summary.rows());
    output.tell(
        told,
        "Restored %s: log position %d, %d rows".formatted(file, summary.head(), summary.rows()));
    return 0;
  }
}
