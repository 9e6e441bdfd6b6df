package org.rodnan.ingest;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;
import org.rodnan.fhir.FhirFailure;

/**
 * What became of each record, in the order of reading. The rows lie on disk until it is closed: it
 * takes the same memory for a million. Rows may be added by many threads; it is read by one, when
 * all are there.
 */
public final class IngestReport implements Closeable {
  private static final int REASON_MAX = 2_000;
  private static final int TOLD_MAX = 100;

  private final Path file;
  private final FileChannel rows;
  private final FileChannel places;
  private final Path placesFile;
  private final Map<Action, Long> counts = new EnumMap<>(Action.class);
  private final TreeMap<Long, Row> told = new TreeMap<>();
  private long end;
  private long numbers;

  /**
   * @param folder where its files lie
   */
  IngestReport(Path folder) {
    try {
      Files.createDirectories(folder);
      file = Files.createTempFile(folder, "report-", ".rows");
      placesFile = Files.createTempFile(folder, "report-", ".places");
      rows = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
      places = FileChannel.open(placesFile, StandardOpenOption.READ, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new FhirFailure.Fault("A report can't be begun in " + folder, e);
    }
  }

  /** What was done with a record. */
  public enum Action {
    CREATED,
    UPDATED,
    UNCHANGED,
    REJECTED,
    /** Not for here, such as a domain that isn't mapped. */
    LEFT_OUT;

    /** As it stands in a report. */
    public String code() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    boolean isStored() {
      return this != REJECTED && this != LEFT_OUT;
    }
  }

  /**
   * One record.
   *
   * @param line of the file, or row of the table, from 1; 0 if it is about the whole file
   * @param type of the resource; empty if none could be read
   * @param id of the resource; empty if it has none
   * @param reason why it was rejected or left out; else empty
   */
  public record Row(String file, long line, Action action, String type, String id, String reason) {
    /** File and line in words, as far as there are any. */
    public String place() {
      return (file.isEmpty() ? "all files" : file) + (line > 0 ? ", line " + line : "");
    }
  }

  /**
   * @param number where it stands, from 0; each is given once, and none is left out
   */
  synchronized void add(long number, Row row) {
    counts.merge(row.action(), 1L, Long::sum);
    if (!row.action().isStored()) {
      told.put(number, row);
      if (told.size() > TOLD_MAX) {
        told.pollLastEntry();
      }
    }
    try {
      ByteBuffer bytes = ByteBuffer.wrap(encoded(row));
      ByteBuffer place = ByteBuffer.allocate(Long.BYTES).putLong(0, end);
      end += bytes.remaining();
      write(rows, bytes, end - bytes.remaining());
      write(places, place, number * Long.BYTES);
      numbers = Math.max(numbers, number + 1);
    } catch (IOException e) {
      throw new FhirFailure.Fault("The report can't be written", e);
    }
  }

  private static void write(FileChannel channel, ByteBuffer bytes, long at) throws IOException {
    long place = at;
    while (bytes.hasRemaining()) {
      place += channel.write(bytes, place);
    }
  }

  private static byte[] encoded(Row row) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream(128);
    DataOutputStream data = new DataOutputStream(out);
    data.writeInt(0);
    data.writeUTF(row.file());
    data.writeLong(row.line());
    data.writeByte(row.action().ordinal());
    data.writeUTF(row.type());
    data.writeUTF(cut(row.id()));
    data.writeUTF(cut(row.reason()));
    byte[] bytes = out.toByteArray();
    ByteBuffer.wrap(bytes).putInt(0, bytes.length);
    return bytes;
  }

  private static String cut(String text) {
    return text.length() <= REASON_MAX ? text : text.substring(0, REASON_MAX) + "...";
  }

  /** How many rows of an action there are. */
  public synchronized long count(Action action) {
    return counts.getOrDefault(action, 0L);
  }

  /** The first hundred rows that were rejected or left out. */
  public synchronized List<Row> told() {
    return List.copyOf(told.values());
  }

  /** All rows in order. */
  public synchronized void forEach(Consumer<Row> reader) {
    Window window = new Window();
    try {
      try (DataInputStream order =
          new DataInputStream(new BufferedInputStream(Files.newInputStream(placesFile), 65_536))) {
        for (long number = 0; number < numbers; number++) {
          reader.accept(window.row(order.readLong()));
        }
      }
    } catch (IOException e) {
      throw new FhirFailure.Fault("The report can't be read", e);
    }
  }

  /** RFC 4180 in UTF-8: {@code file,line,action,type,id,reason}. The stream stays open. */
  public void writeCsv(OutputStream out) throws IOException {
    OutputStreamWriter text =
        new OutputStreamWriter(new BufferedOutputStream(out, 65_536), StandardCharsets.UTF_8);
    CSVPrinter printer =
        new CSVPrinter(
            text,
            CSVFormat.RFC4180
                .builder()
                .setHeader("file", "line", "action", "type", "id", "reason")
                .get());
    List<IOException> failures = new ArrayList<>();
    forEach(row -> {
      try {
        printer.printRecord(
            row.file(), row.line(), row.action().code(), row.type(), row.id(), row.reason());
      } catch (IOException e) {
        failures.add(e);
      }
    });
    if (!failures.isEmpty()) {
      throw failures.getFirst();
    }
    printer.flush();
  }

  @Override
  public synchronized void close() {
    try {
      rows.close();
      places.close();
      Files.deleteIfExists(file);
      Files.deleteIfExists(placesFile);
    } catch (IOException e) {
      throw new FhirFailure.Fault("The report can't be closed", e);
    }
  }

  /** A piece of the file in memory: most rows lie one after the other. */
  private final class Window {
    private final ByteBuffer bytes = ByteBuffer.allocate(256 * 1024).limit(0);
    private long start;

    Row row(long at) throws IOException {
      need(at, Integer.BYTES);
      int length = bytes.getInt((int) (at - start));
      need(at, length);
      DataInputStream data =
          new DataInputStream(
              new java.io.ByteArrayInputStream(bytes.array(), (int) (at - start), length));
      data.readInt();
      return new Row(
          data.readUTF(),
          data.readLong(),
          Action.values()[data.readByte()],
          data.readUTF(),
          data.readUTF(),
          data.readUTF());
    }

    private void need(long at, int length) throws IOException {
      if (at < start || at + length > start + bytes.limit()) {
        bytes.clear();
        start = at;
        long place = at;
        for (int read = rows.read(bytes, place);
            read > 0 && bytes.hasRemaining();
            read = rows.read(bytes, place)) {
          place += read;
        }
        bytes.flip();
      }
    }
  }
}
