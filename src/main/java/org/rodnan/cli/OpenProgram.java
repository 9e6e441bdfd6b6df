package org.rodnan.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** The program on a data directory, without a port, until it is closed. */
public final class OpenProgram implements AutoCloseable {
  private final Parts parts;
  private final Runnable closing;

  /** Finds the one part of a type. */
  public interface Parts {
    <T> T part(Class<T> type);
  }

  public OpenProgram(Parts parts, Runnable closing) {
    this.parts = parts;
    this.closing = closing;
  }

  /** Opens the store that the options name, without the seed trials. */
  static OpenProgram with(
      Function<List<String>, OpenProgram> program, StoreOptions store, String... settings) {
    List<String> all = new ArrayList<>(store.arguments());
    all.add("--rodnan.trials.load=false");
    all.addAll(List.of(settings));
    return program.apply(all);
  }

  /** The one part of a type. */
  public <T> T part(Class<T> type) {
    return parts.part(type);
  }

  @Override
  public void close() {
    closing.run();
  }
}
