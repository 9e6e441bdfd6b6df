package org.rodnan.fhir;

/** Hears how far long work is, and may end it early. */
public interface Progress {
  /** For those who don't ask. */
  Progress NONE = (step, done, all) -> {};

  /**
   * @param step what is being done
   * @param done of {@code all}, in pieces of any size
   */
  void at(String step, long done, long all);

  /** Whether the work is to end; it asks between steps of its own. */
  default boolean isStopped() {
    return false;
  }
}
