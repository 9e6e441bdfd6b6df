package org.rodnan.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.rodnan.fhir.Progress;
import org.rodnan.index.ResourceIndex;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes the index anew. */
@Command(
    name = "rebuild-index",
    description = {
      "Deletes the index and makes it anew from the log. The server must not run.",
      "Nothing that is stored is lost by it."
    })
final class RebuildIndexCommand implements Callable<Integer> {
  /** Opens store and index as the server would, and waits until the index holds the log. */
  interface Rebuild {
    /**
     * @param settings of the server, as on its command line
     * @return how many entries of the log it holds
     */
    long run(List<String> settings, Progress progress);
  }

  private final Rebuild rebuild;

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec spec;

  @Mixin private final StoreOptions store = new StoreOptions();

  @Parameters(
      paramLabel = "SETTING",
      arity = "0..*",
      description = "Other settings of the server, such as -- --rodnan.store.url=….")
  private final List<String> settings = new ArrayList<>();

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Says this.")
  private boolean isHelpWanted;

  RebuildIndexCommand(Rebuild rebuild) {
    this.rebuild = rebuild;
  }

  @Override
  public Integer call() throws IOException {
    ProgressLine progress =
        new ProgressLine(spec.commandLine().getErr(), ProgressLine.isTerminal());
    ResourceIndex.delete(store.dataDir());
    List<String> all = new ArrayList<>(settings);
    all.addAll(store.arguments());
    long position;
    try {
      position = rebuild.run(all, progress);
    } finally {
      progress.end();
    }
    spec.commandLine().getOut().println("The index holds the log up to position " + position);
    return 0;
  }
}
