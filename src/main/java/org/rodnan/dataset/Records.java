package org.rodnan.dataset;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The 80-byte records of a transport file. */
final class Records {
  static final int SIZE = 80;

  private final InputStream in;
  private long count;
  private byte @Nullable [] ahead;

  Records(InputStream in) {
    this.in = in;
  }

  /** The next record, which stays; null at the end. */
  byte @Nullable [] peek() throws IOException {
    if (ahead == null) {
      byte[] record = in.readNBytes(SIZE);
      if (record.length == 0) {
        return null;
      }
      if (record.length < SIZE) {
        throw new DatasetFormatException(
            "The file ends within record "
                + (count + 1)
                + ", after "
                + record.length
                + " bytes of it; expected records of 80 bytes");
      }
      ahead = record;
    }
    return ahead;
  }

  /** The next record; null at the end. */
  byte @Nullable [] next() throws IOException {
    byte[] record = peek();
    if (record != null) {
      ahead = null;
      count++;
    }
    return record;
  }

  /**
   * @throws DatasetFormatException at the end
   */
  byte[] require(String what) throws IOException {
    byte[] record = next();
    if (record == null) {
      throw new DatasetFormatException("The file ends before " + what);
    }
    return record;
  }

  /** How many were taken. */
  long count() {
    return count;
  }

  /** Latin-1, for headers: what is not ASCII in them stays visible. */
  static String text(byte[] record, int from, int length) {
    return new String(record, from, length, StandardCharsets.ISO_8859_1);
  }
}
