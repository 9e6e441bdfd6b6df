package org.rodnan.cli;

import java.io.Console;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.Progress;

/** Shows how far something is: a bar that moves on a terminal, otherwise a line for each tenth. */
final class ProgressLine implements Progress {
  private static final int WIDTH = 40;

  private final PrintWriter out;
  private final boolean isTerminal;
  private @Nullable String step;
  private long tenth;

  ProgressLine(PrintWriter out, boolean isTerminal) {
    this.out = out;
    this.isTerminal = isTerminal;
  }

  static boolean isTerminal() {
    Console console = System.console();
    return console != null && console.isTerminal();
  }

  @Override
  public void at(String now, long done, long all) {
    if (isTerminal) {
      int filled = (int) (WIDTH * done / all);
      out.printf(
          "\r%-12s [%s%s] %3d %%",
          now, "#".repeat(filled), " ".repeat(WIDTH - filled), 100 * done / all);
      out.flush();
    } else if (!now.equals(step) || 10 * done / all > tenth) {
      out.println(now + (done == 0 ? "" : " " + 100 * done / all + " %"));
      out.flush();
    }
    step = now;
    tenth = 10 * done / all;
  }

  /** Leaves the line of the bar. */
  void end() {
    if (isTerminal && step != null) {
      out.println();
    }
    out.flush();
  }
}
