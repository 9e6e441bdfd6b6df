package org.rodnan.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.Random;
import org.rodnan.fhir.Limits;
import org.rodnan.fhir.ResourceKey;

/**
 * A program that writes to an SQLite store until it is killed. Each unit is some resources of one
 * number; the number is noted in a file once the unit is acknowledged.
 */
final class CrashingWriter {
  static final int THREADS = 6;

  private CrashingWriter() {}

  static int entries(int unit) {
    return 1 + new Random(unit).nextInt(40);
  }

  static ResourceKey key(int unit, int entry) {
    return new ResourceKey("Patient", "u" + unit + "e" + entry);
  }

  /** Arguments: the data directory, the file of notes, the first unit's number. */
  public static void main(String[] args) throws IOException {
    ResourceStore store =
        ResourceStores.open(
            StoreSettings.sqliteIn(Path.of(args[0])), Limits.DEFAULTS, Clock.systemUTC());
    FileChannel notes =
        FileChannel.open(Path.of(args[1]), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    int first = Integer.parseInt(args[2]);
    for (int t = 0; t < THREADS; t++) {
      int begin = first + t;
      Thread.ofPlatform().start(() -> write(store, notes, begin));
    }
  }

  private static void write(ResourceStore store, FileChannel notes, int first) {
    for (int unit = first; ; unit += THREADS) {
      int number = unit;
      store.submit(TestUnit.of(section -> putAll(section, number))).join();
      try {
        notes.write(ByteBuffer.wrap((unit + "\n").getBytes(StandardCharsets.US_ASCII)));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static int putAll(WriterSection section, int unit) {
    String text = "x".repeat(new Random(unit).nextInt(3_000));
    for (int entry = 0; entry < entries(unit); entry++) {
      TestUnit.put(section, key(unit, entry), text);
    }
    return unit;
  }
}
