package org.rodnan.ingest;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.rodnan.fhir.FhirFailure;

/**
 * Records that have to wait for others, on disk: first all are added, then they are read in the
 * order in which they can be written, however far apart in the files they are; if there are very
 * many, in the order in which they came. For one thread.
 */
final class WaitingRecords implements Closeable {
  /** Whose order is known; some 100 bytes of memory each. */
  static final int ORDERED_MAX = 1_000_000;

  private final int orderedMax;
  private final Path file;
  private final Counted counted;
  private final DataOutputStream out;
  private final WaitingOrder order = new WaitingOrder();
  private long[] places = new long[1024];
  private long count;

  /**
   * Some of the records, to be written together.
   *
   * @param circle how many need each other, if they are more than are written at once; else 0
   */
  record Part(List<FhirRecord> records, int circle) {}

  WaitingRecords(Path folder) {
    this(folder, ORDERED_MAX);
  }

  /**
   * @param orderedMax records whose order is known
   */
  WaitingRecords(Path folder, int orderedMax) {
    this.orderedMax = orderedMax;
    try {
      Files.createDirectories(folder);
      file = Files.createTempFile(folder, "waiting-", ".records");
      counted = new Counted(new BufferedOutputStream(Files.newOutputStream(file), 65_536));
      out = new DataOutputStream(counted);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  void add(RecordItem item) {
    FhirRecord waiting = item.source();
    try {
      if (count < orderedMax) {
        if (count == places.length) {
          places = Arrays.copyOf(places, places.length * 2);
        }
        places[(int) count] = counted.bytes;
        order.add(item.key(), item.references());
      }
      out.writeLong(waiting.number());
      out.writeUTF(waiting.file());
      out.writeLong(waiting.line());
      out.writeUTF(waiting.place());
      out.writeUTF(waiting.ifMatch());
      out.writeInt(waiting.json().length);
      out.write(waiting.json());
      count++;
    } catch (IOException e) {
      throw failed(e);
    }
  }

  long count() {
    return count;
  }

  /** Whether it is told in the order in which it can be written. */
  boolean isOrdered() {
    return count <= orderedMax;
  }

  /**
   * Ends the adding and tells all records, in parts of as many as the limits allow but at least
   * one. A circle is in one part, unless it is larger than {@code recordsMax}.
   */
  void forEachPart(int recordsMax, long bytesMax, Consumer<Part> parts) {
    try {
      out.close();
      if (isOrdered()) {
        ordered(recordsMax, bytesMax, parts);
      } else {
        asTheyCame(recordsMax, bytesMax, parts);
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private void asTheyCame(int recordsMax, long bytesMax, Consumer<Part> parts) throws IOException {
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 65_536))) {
      List<FhirRecord> part = new ArrayList<>();
      long bytes = 0;
      for (long i = 0; i < count; i++) {
        FhirRecord next = read(in);
        part.add(next);
        bytes += next.json().length;
        if (part.size() >= recordsMax || bytes >= bytesMax || i == count - 1) {
          parts.accept(new Part(List.copyOf(part), 0));
          part.clear();
          bytes = 0;
        }
      }
    }
  }

  private void ordered(int recordsMax, long bytesMax, Consumer<Part> parts) throws IOException {
    List<FhirRecord> part = new ArrayList<>();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long[] bytes = {0};
      order.forEachGroup(group -> {
        boolean isLarge = group.length > recordsMax;
        if (isLarge || part.size() + group.length > recordsMax || bytes[0] >= bytesMax) {
          flush(part, 0, parts);
          bytes[0] = 0;
        }
        for (int record : group) {
          FhirRecord next = at(channel, places[record]);
          part.add(next);
          bytes[0] += next.json().length;
          if (isLarge && (part.size() >= recordsMax || bytes[0] >= bytesMax)) {
            flush(part, group.length, parts);
            bytes[0] = 0;
          }
        }
        if (isLarge) {
          flush(part, group.length, parts);
          bytes[0] = 0;
        }
      });
      flush(part, 0, parts);
    }
  }

  private static void flush(List<FhirRecord> part, int circle, Consumer<Part> parts) {
    if (!part.isEmpty()) {
      parts.accept(new Part(List.copyOf(part), circle));
      part.clear();
    }
  }

  private static FhirRecord at(FileChannel channel, long place) {
    try {
      channel.position(place);
      return read(
          new DataInputStream(new BufferedInputStream(Channels.newInputStream(channel), 4_096)));
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private static FhirRecord read(DataInputStream in) throws IOException {
    long number = in.readLong();
    String name = in.readUTF();
    long line = in.readLong();
    String place = in.readUTF();
    String ifMatch = in.readUTF();
    byte[] json = new byte[in.readInt()];
    in.readFully(json);
    return new FhirRecord(number, name, line, place, json, ifMatch);
  }

  private static FhirFailure.Fault failed(IOException e) {
    return new FhirFailure.Fault("Records that wait can't be spooled", e);
  }

  @Override
  public void close() {
    try {
      out.close();
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** Where in the file the next record begins. */
  private static final class Counted extends FilterOutputStream {
    private long bytes;

    Counted(OutputStream out) {
      super(out);
    }

    @Override
    public void write(int one) throws IOException {
      out.write(one);
      bytes++;
    }

    @Override
    public void write(byte[] some, int from, int length) throws IOException {
      out.write(some, from, length);
      bytes += length;
    }
  }
}
