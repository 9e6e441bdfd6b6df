package org.rodnan.cli;

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

  /** The one part of a type. */
  public <T> T part(Class<T> type) {
    return parts.part(type);
  }

  @Override
  public void close() {
    closing.run();
  }
}
