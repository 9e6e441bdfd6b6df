package org.rodnan.cli;

import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.rodnan.terminology.Releases;
import org.rodnan.terminology.concepts.CodeSystemOutline;
import org.rodnan.terminology.loading.BadRelease;
import org.rodnan.terminology.loading.ReleaseKind;
import org.rodnan.terminology.loading.ReleaseLoader;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Loads releases of code systems, and lists those that are loaded. */
@Command(name = "terminology", description = "Loads releases of code systems, and lists them.")
final class TerminologyCommand implements Runnable {
  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec spec;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Says this.")
  private boolean isHelpWanted;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Expected load or list");
  }

  @Command(
      name = "load",
      description = {
        "Loads a release that you have a licence for. A running server notices it.",
        "If it can't be loaded, or is interrupted, what was loaded before stays."
      })
  int load(
      @Parameters(
              paramLabel = "KIND",
              description = "Which code system: ${COMPLETION-CANDIDATES}, in any case.")
          ReleaseKind kind,
      @Parameters(paramLabel = "FILES", description = "The release: a file, a folder or a zip.")
          Path files,
      @Option(
              names = "--version",
              paramLabel = "VERSION",
              description = "Its version, if the files don't say it.")
          @Nullable String version,
      @Option(
              names = {"--data-dir", "--rodnan.data-dir"},
              paramLabel = "FOLDER",
              defaultValue = "${env:RODNAN_DATA_DIR:-./data}",
              description = "The server's rodnan.data-dir; otherwise ${DEFAULT-VALUE}.")
          Path dataDir,
      @Mixin CommandOutput output) {
    PrintWriter err = output.err();
    ProgressLine progress = output.progress();
    try {
      ReleaseLoader.Loaded loaded =
          ReleaseLoader.load(
              kind, files, Optional.ofNullable(version), new Releases(dataDir), progress);
      progress.end();
      String canonical = loaded.outline().canonical();
      Map<String, Object> told = new LinkedHashMap<>();
      told.put("loaded", canonical);
      told.put("concepts", (long) loaded.concepts());
      output.tell(told, "Loaded " + canonical + ": " + loaded.concepts() + " concepts");
      return 0;
    } catch (BadRelease e) {
      progress.end();
      err.println("Not loaded. " + e.getMessage());
      return 1;
    } catch (IllegalStateException e) {
      progress.end();
      err.println("Not loaded. " + e.getMessage());
      return 1;
    } catch (UncheckedIOException e) {
      progress.end();
      err.println("Not loaded. " + e.getMessage() + ": " + e.getCause());
      return 1;
    }
  }

  @Command(name = "list", description = "Lists the releases that are loaded.")
  int list(
      @Option(
              names = {"--data-dir", "--rodnan.data-dir"},
              paramLabel = "FOLDER",
              defaultValue = "${env:RODNAN_DATA_DIR:-./data}",
              description = "The server's rodnan.data-dir; otherwise ${DEFAULT-VALUE}.")
          Path dataDir,
      @Mixin CommandOutput output) {
    List<String> loaded =
        new Releases(dataDir).outlines().stream().map(CodeSystemOutline::canonical).toList();
    output.tell(
        Map.of("loaded", loaded),
        loaded.isEmpty()
            ? "None is loaded in " + dataDir
            : String.join(System.lineSeparator(), loaded));
    return 0;
  }
}
