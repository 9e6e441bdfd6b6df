package org.rodnan.ingest;

/** Is told how far an ingest is. Called by one thread, often: it has to be quick. */
public interface Progress {
  /** For those who don't ask. */
  Progress NONE = (step, done, all) -> {};

  /**
   * @param step what is being done, a word or two
   * @param done of {@code all}, at least 0 and at most that
   * @param all at least 1
   */
  void at(String step, long done, long all);
}
