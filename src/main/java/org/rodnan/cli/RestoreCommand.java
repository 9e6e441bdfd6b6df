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
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Fills an empty store from a backup. */
@Command(
    name = "restore",
    description = {
      "Fills an empty store with a backup: all of it, or nothing if the file is not whole.",
      "The server must not run. At its next start it makes the index."
    })
final class RestoreCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec spec;

  @Mixin private final StoreOptions store = new StoreOptions();

  @Parameters(paramLabel = "FILE", description = "What the command backup wrote.")
  @SuppressWarnings("NullAway.Init")
  private Path file;

  @Option(names = "--json", description = "Says the outcome as JSON.")
  private boolean isJson;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Says this.")
  private boolean isHelpWanted;

  @Override
  public Integer call() throws IOException, StoreBackup.BadBackup {
    ProgressLine progress =
        new ProgressLine(spec.commandLine().getErr(), ProgressLine.isTerminal());
    StoreBackup.Summary summary;
    try (InputStream in = Files.newInputStream(file)) {
      summary = StoreBackup.restore(store.settings(), in, progress);
    } finally {
      progress.end();
    }
    if (isJson) {
      Map<String, Object> told = new LinkedHashMap<>();
      told.put("file", file);
      told.put("head", summary.head());
      told.put("rows", summary.rows());
      Told.json(spec.commandLine().getOut(), told);
    } else {
      spec.commandLine()
          .getOut()
          .printf("Restored %s: log position %d, %d rows%n", file, summary.head(), summary.rows());
    }
    return 0;
  }
}
