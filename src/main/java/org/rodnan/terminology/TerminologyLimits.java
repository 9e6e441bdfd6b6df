package org.rodnan.terminology;

/**
 * Limits of the work on terminology, each a setting {@code rodnan.terminology.*}.
 *
 * @param expansionMax codes of one expansion, or of one page of it
 * @param stepsMax steps in working out one value set: imports, listed codes, and characters that
 *     regular expressions look at
 * @param ancestorsMax pairs of a concept and one above it, of a code system that clients stored
 * @param closureMax concepts of one closure table
 * @param memoryMax bytes of the code systems that are kept in memory
 */
public record TerminologyLimits(
    int expansionMax, int stepsMax, int ancestorsMax, int closureMax, int memoryMax) {

  /** The values that hold unless a setting says otherwise. */
  public static final TerminologyLimits DEFAULTS =
      new TerminologyLimits(10_000, 5_000_000, 2_000_000, 5_000, 64 * 1024 * 1024);
}
