package org.rodnan.cql;

import java.time.Duration;
import org.rodnan.fhir.FhirFailure;

/**
 * The time that one evaluation may take, while there is memory. One thread spends it, another may
 * end it.
 */
final class Budget {
  private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

  /** How often memory is looked at. */
  private static final int EVERY = 256;

  /** The part of the heap that stays for everybody else. */
  private static final double RESERVE = 0.1;

  private final Duration max;
  private final long end;
  private volatile boolean ended;
  private int asked;

  Budget(Duration max) {
    this.max = max;
    this.end = System.nanoTime() + max.toNanos();
  }

  /** Nobody waits for the evaluation any more. */
  void end() {
    ended = true;
  }

  /**
   * @throws FhirFailure.Busy if the time is used up, or nearly all memory
   */
  void require() {
    if (++asked % EVERY == 0) {
      requireMemory();
    }
    if (ended || System.nanoTime() - end > 0) {
      throw usedUp(max);
    }
  }

  /** What looks used may be garbage, so that it is collected before an evaluation is given up. */
  private static void requireMemory() {
    if (isScarce()) {
      System.gc();
    }
    if (isScarce()) {
      throw new FhirFailure.Busy(
          "The server has too little memory left to go on with the CQL", RETRY_AFTER);
    }
  }

  private static boolean isScarce() {
    Runtime runtime = Runtime.getRuntime();
    long used = runtime.totalMemory() - runtime.freeMemory();
    return runtime.maxMemory() - used < runtime.maxMemory() * RESERVE;
  }

  static FhirFailure.Busy usedUp(Duration max) {
    return new FhirFailure.Busy(
        "The CQL took longer than rodnan.cql.time-max allows, " + max.toMillis() + " ms",
        RETRY_AFTER);
  }
}
