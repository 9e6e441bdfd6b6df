package org.rodnan.store;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicInteger;

/** A clock that is set by hand, and counts how often it is read: once for each transaction. */
final class TestClock extends Clock {
  private volatile Instant now;
  private final AtomicInteger readings = new AtomicInteger();

  TestClock(Instant now) {
    this.now = now;
  }

  void set(Instant instant) {
    now = instant;
  }

  void advance(Duration step) {
    now = now.plus(step);
  }

  int readings() {
    return readings.get();
  }

  @Override
  public Instant instant() {
    readings.incrementAndGet();
    return now;
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    return this;
  }
}
