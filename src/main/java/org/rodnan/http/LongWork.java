package org.rodnan.http;

import org.rodnan.fhir.Progress;

/** Work that is answered later, between those who do it and those who ask for it. Thread safe. */
final class LongWork implements Progress {
  private final boolean mayStop;
  private volatile String said = "";
  private volatile boolean isStopped;

  /**
   * @param mayStop whether it asks if it is to end early
   */
  LongWork(boolean mayStop) {
    this.mayStop = mayStop;
  }

  @Override
  public void at(String step, long done, long all) {
    said = "%d %% (%s, %d of %d)".formatted(Math.min(100, 100 * done / all), step, done, all);
  }

  /** How far it is; empty if nothing is known. */
  String said() {
    return said;
  }

  boolean mayStop() {
    return mayStop;
  }

  void stop() {
    isStopped = true;
  }

  @Override
  public boolean isStopped() {
    return isStopped;
  }
}
