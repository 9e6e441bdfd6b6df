package org.rodnan.fhir;

/** Hears how far long work is. */
public interface Progress {
  /** For those who don't ask. */
  Progress NONE = (step, done, all) -> {};

  /**
   * @param step what is being done
   * @param done of {@code all}, in pieces of any size
   */
  void at(String step, long done, long all);
}
