package org.rodnan.validation;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;

/**
 * The processor time that one resource may take, and the length of all texts that are made of it.
 * Not the time of day: a busy machine must not make a resource invalid. Used by one thread at a
 * time.
 */
final class CpuBudget {
  private static final int CHECKS_BETWEEN_LOOKS = 64;
  private static final int CHARACTERS_MAX = 50_000_000;

  private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
  private final long nanosMax;
  private long end;
  private int checks;
  private long characters;
  private boolean isSpent;

  CpuBudget(Duration max) {
    this.nanosMax = max.toNanos();
  }

  void start() {
    end = now() + nanosMax;
    checks = 0;
    characters = 0;
    isSpent = false;
  }

  /**
   * @throws Spent if the thread has used more since {@link #start}
   */
  void check() {
    checks++;
    if (checks % CHECKS_BETWEEN_LOOKS == 0 && now() > end) {
      isSpent = true;
    }
    requireUnspent();
  }

  /**
   * Counts a text that was made.
   *
   * @throws Spent if all of them since {@link #start} would soon take all memory
   */
  void make(int length) {
    characters += length;
    if (characters > CHARACTERS_MAX) {
      spend();
    }
  }

  /**
   * For what would soon take all memory.
   *
   * @throws Spent always
   */
  void spend() {
    isSpent = true;
    requireUnspent();
  }

  /**
   * What was spent stays so, in case that somebody between has kept {@link Spent} to himself.
   *
   * @throws Spent if {@link #check} has thrown it since {@link #start}
   */
  void requireUnspent() {
    if (isSpent) {
      throw new Spent();
    }
  }

  private long now() {
    return threads.isCurrentThreadCpuTimeSupported() ? threads.getCurrentThreadCpuTime() : 0;
  }

  /** The budget is used up. */
  static final class Spent extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private Spent() {
      super(null, null, false, false);
    }
  }
}
