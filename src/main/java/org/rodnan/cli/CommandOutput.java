package org.rodnan.cli;

import java.io.PrintWriter;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * What commands have in common: help, how far they are, and what came of them in words for people
 * or as JSON for scripts.
 */
final class CommandOutput {
  @Spec(Spec.Target.MIXEE)
  @SuppressWarnings("NullAway.Init")
  private CommandSpec spec;

  @Option(names = "--json", description = "Says the outcome as JSON.")
  private boolean isJson;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Says this.")
  private boolean isHelpWanted;

  boolean isJson() {
    return isJson;
  }

  PrintWriter out() {
    return spec.commandLine().getOut();
  }

  PrintWriter err() {
    return spec.commandLine().getErr();
  }

  ProgressLine progress() {
    return new ProgressLine(err(), ProgressLine.isTerminal());
  }

  /**
   * What came of it.
   *
   * @param values numbers, texts, booleans and lists of texts, in their order
   * @param words the same for people
   */
  void tell(Map<String, Object> values, String words) {
    if (isJson) {
      Told.json(out(), values);
    } else {
      out().println(words);
    }
  }
}
