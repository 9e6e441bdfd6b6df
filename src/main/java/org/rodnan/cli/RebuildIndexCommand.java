package org.rodnan.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.rodnan.fhir.Progress;
import org.rodnan.index.ResourceIndex;
import org.rodnan.store.ResourceStores;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

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

  @Mixin private final CommandOutput output = new CommandOutput();

  @Mixin private final StoreOptions store = new StoreOptions();

  @Parameters(
      paramLabel = "SETTING",
      arity = "0..*",
      description = "Other settings of the server, such as -- --rodnan.store.url=….")
  private final List<String> settings = new ArrayList<>();

  RebuildIndexCommand(Rebuild rebuild) {
    this.rebuild = rebuild;
  }

  @Override
  public Integer call() throws IOException {
    if (settings.isEmpty()) {
      ResourceStores.requireThere(store.settings());
    }
    ProgressLine progress = output.progress();
    ResourceIndex.delete(store.dataDir());
    List<String> all = new ArrayList<>(settings);
    all.addAll(store.arguments());
    long position;
    try {
      position = rebuild.run(all, progress);
    } finally {
      progress.end();
    }
    output.tell(Map.of("position", position), "The index holds the log up to position " + position);
    return 0;
  }
}
