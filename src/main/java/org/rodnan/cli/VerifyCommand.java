package org.rodnan.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.rodnan.index.IndexCheck;
import org.rodnan.store.StoreCheck;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Looks whether log and index are whole. */
@Command(
    name = "verify",
    description = {
      "Looks whether all that is stored is whole: each version against its hash, the histories,"
          + " and the index against the log. Changes nothing; the server may run meanwhile.",
      "Ends with 0 if all is well, with 1 if something is wrong."
    })
final class VerifyCommand implements Callable<Integer> {
  @Mixin private final CommandOutput output = new CommandOutput();

  @Mixin private final StoreOptions store = new StoreOptions();

  @Override
  public Integer call() throws IOException {
    try (Opened opened = open()) {
      ProgressLine progress = output.progress();
      StoreCheck.Result log =
          StoreCheck.check(
              store.settings(),
              progress,
              current -> opened.index().ifPresent(i -> i.compare(current)));
      Optional<IndexCheck.Result> compared = opened.result();
      progress.end();
      tell(log, compared);
      return log.found() + compared.map(IndexCheck.Result::found).orElse(0L) == 0 ? 0 : 1;
    }
  }

  /**
   * @param failure why an index that is there can't be opened
   */
  private record Opened(Optional<IndexCheck> index, Optional<String> failure)
      implements AutoCloseable {
    /** Empty if there is no index. */
    Optional<IndexCheck.Result> result() throws IOException {
      if (failure.isPresent()) {
        return Optional.of(new IndexCheck.Result(List.of(failure.get()), 1, 0));
      }
      return index.isEmpty() ? Optional.empty() : Optional.of(index.get().result());
    }

    @Override
    public void close() throws IOException {
      if (index.isPresent()) {
        index.get().close();
      }
    }
  }

  private Opened open() {
    try {
      return new Opened(IndexCheck.open(store.dataDir()), Optional.empty());
    } catch (IOException e) {
      return new Opened(
          Optional.empty(),
          Optional.of("The index can't be opened, rebuild-index makes it anew: " + e.getMessage()));
    }
  }

  private void tell(StoreCheck.Result log, Optional<IndexCheck.Result> index) {
    List<String> findings = new ArrayList<>(log.findings());
    index.ifPresent(result -> findings.addAll(result.findings()));
    long found = log.found() + index.map(IndexCheck.Result::found).orElse(0L);
    PrintWriter out = output.out();
    if (output.isJson()) {
      Map<String, Object> told = new LinkedHashMap<>();
      told.put("head", log.head().value());
      told.put("versions", log.versions());
      told.put("resources", log.resources());
      told.put("index", index.isPresent());
      told.put("notYetIndexed", index.map(IndexCheck.Result::later).orElse(0L));
      told.put("found", found);
      told.put("findings", findings);
      Told.json(out, told);
      return;
    }
    findings.forEach(out::println);
    if (found > findings.size()) {
      out.println((found - findings.size()) + " more are not shown");
    }
    out.printf(
        "Log: %d versions of %d resources, position %d. Index: %s. %s%n",
        log.versions(),
        log.resources(),
        log.head().value(),
        index.map(VerifyCommand::state).orElse("there is none, the server makes it at its start"),
        found == 0 ? "Nothing is wrong" : found + " things are wrong");
  }

  private static String state(IndexCheck.Result index) {
    if (index.found() > 0) {
      return "not whole";
    }
    return index.later() == 0
        ? "holds all of it"
        : "compared but for %d resources that changed since its last commit"
            .formatted(index.later());
  }
}
