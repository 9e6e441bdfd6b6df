package org.rodnan.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.rodnan.fhir.LogPosition;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.fhir.VersionId;

class LogTailTest {
  private final LogTail tail = new LogTail();

  @Test
  void givesTheRunAfterAPosition() {
    tail.append(entries(1, 5));
    assertThat(positions(tail.after(2, 10))).containsExactly(3L, 4L, 5L);
    assertThat(positions(tail.after(2, 2))).containsExactly(3L, 4L);
  }

  @Test
  void letsGoOfWhatWasReadPast() {
    tail.append(entries(1, 5));
    tail.after(3, 10);
    LogTail.Recent earlier = tail.after(1, 10);
    assertThat(earlier.run()).isEmpty();
    assertThat(earlier.next()).isEqualTo(4);
    assertThat(tail.head()).isEqualTo(5);
  }

  private static List<Long> positions(LogTail.Recent recent) {
    return recent.run().stream().map(entry -> entry.position().value()).toList();
  }

  private static List<LogEntry> entries(long from, long to) {
    return LongStream.rangeClosed(from, to).mapToObj(LogTailTest::entry).toList();
  }

  private static LogEntry entry(long position) {
    ResourceVersion version =
        new ResourceVersion.Tombstone(
            new ResourceKey("Patient", "p" + position),
            VersionId.FIRST,
            Instant.EPOCH,
            new LogPosition(position));
    return new LogEntry(version, position, new LogPosition(position), true, null);
  }
}
