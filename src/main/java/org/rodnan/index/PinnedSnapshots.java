package org.rodnan.index;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.lucene.index.DirectoryReader;
import org.rodnan.fhir.LogPosition;

/** Readers kept for the next links of pages, the oldest dropped first. Thread safe. */
final class PinnedSnapshots implements AutoCloseable {
  private final int countMax;
  private final Duration ageMax;
  private final Clock clock;
  private final Map<LogPosition, Pin> pins = new LinkedHashMap<>();

  private record Pin(IndexView view, Instant since) {}

  PinnedSnapshots(int countMax, Duration ageMax, Clock clock) {
    this.countMax = countMax;
    this.ageMax = ageMax;
    this.clock = clock;
  }

  /**
   * Keeps the view; if one of its position is kept already, the age of that begins anew. Views of
   * one position differ only in what is indexed again, so the newer one stands for both.
   */
  synchronized void pin(IndexView view) {
    Pin old = pins.remove(view.position());
    IndexView kept = view;
    if (old == null) {
      view.reader().incRef();
    } else if (old.view().reader().getVersion() < view.reader().getVersion()) {
      view.reader().incRef();
      release(old.view().reader());
    } else {
      kept = old.view();
    }
    pins.put(view.position(), new Pin(kept, clock.instant()));
    dropOld();
  }

  synchronized Optional<IndexSnapshot> find(LogPosition position) {
    dropOld();
    Pin pin = pins.get(position);
    return pin == null ? Optional.empty() : IndexSnapshot.of(pin.view());
  }

  synchronized void dropOld() {
    Instant oldest = clock.instant().minus(ageMax);
    Iterator<Pin> inOrder = pins.values().iterator();
    while (inOrder.hasNext()) {
      Pin pin = inOrder.next();
      if (pins.size() <= countMax && !pin.since().isBefore(oldest)) {
        return;
      }
      inOrder.remove();
      release(pin.view().reader());
    }
  }

  synchronized int size() {
    return pins.size();
  }

  @Override
  public synchronized void close() {
    pins.values().forEach(pin -> release(pin.view().reader()));
    pins.clear();
  }

  private static void release(DirectoryReader reader) {
    try {
      reader.decRef();
    } catch (IOException e) {
      throw new UncheckedIOException("An index reader can't be closed", e);
    }
  }
}
