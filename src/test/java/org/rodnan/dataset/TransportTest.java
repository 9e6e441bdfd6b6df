package org.rodnan.dataset;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TransportTest {
  private static final LocalDateTime CREATED = LocalDateTime.of(2026, 11, 5, 7, 8, 9);
  private static final String ZEROS = "000000000000000000000000000000  ";

  /** A library laid out by hand from TS-140: X (number), C (text of 3), as in its own example. */
  private static byte[] byHand(int namestrSize, int numberLength, byte[]... rows)
      throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    record(out, "HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!" + ZEROS);
    record(out, "SAS     SAS     SASLIB  6.06    bsd4.2                          13APR89:10:20:06");
    record(out, "13APR89:10:20:06");
    record(
        out,
        "HEADER RECORD*******MEMBER  HEADER RECORD!!!!!!!00000000000000000160000000"
            + "0%03d  ".formatted(namestrSize));
    record(out, "HEADER RECORD*******DSCRPTR HEADER RECORD!!!!!!!" + ZEROS);
    record(out, "SAS     ABC     SASDATA 6.06    bsd4.2                          13APR89:10:20:06");
    record(out, "13APR89:10:20:06" + " ".repeat(16) + "A label");
    record(out, "HEADER RECORD*******NAMESTR HEADER RECORD!!!!!!!00000000020000000000000000000000");
    ByteArrayOutputStream names = new ByteArrayOutputStream();
    names.write(namestr(1, numberLength, "X", "The number", 0, namestrSize));
    names.write(namestr(2, 3, "C", "The text", numberLength, namestrSize));
    out.write(padded(names.toByteArray()));
    record(out, "HEADER RECORD*******OBS     HEADER RECORD!!!!!!!" + ZEROS);
    ByteArrayOutputStream observations = new ByteArrayOutputStream();
    for (byte[] row : rows) {
      observations.write(row);
    }
    out.write(padded(observations.toByteArray()));
    return out.toByteArray();
  }

  private static byte[] namestr(
      int type, int length, String name, String label, int position, int size) {
    StringBuilder hex = new StringBuilder();
    hex.append("%04x0000%04x0001".formatted(type, length));
    hex.append(
        HexFormat.of().formatHex("%-8s%-40s%-8s".formatted(name, label, "").getBytes(US_ASCII)));
    hex.append("0000000000000000");
    hex.append(HexFormat.of().formatHex(" ".repeat(8).getBytes(US_ASCII)));
    hex.append("00000000%08x".formatted(position));
    hex.append("00".repeat(size - 88));
    return HexFormat.of().parseHex(hex);
  }

  private static void record(ByteArrayOutputStream out, String text) throws IOException {
    out.write("%-80s".formatted(text).getBytes(US_ASCII));
  }

  private static byte[] padded(byte[] bytes) {
    String text = new String(bytes, ISO_8859_1);
    return (text + " ".repeat((80 - bytes.length % 80) % 80)).getBytes(ISO_8859_1);
  }

  private static byte[] row(String hexNumber, String text) {
    return (new String(HexFormat.of().parseHex(hexNumber), ISO_8859_1) + "%-3s".formatted(text))
        .getBytes(ISO_8859_1);
  }

  @ParameterizedTest
  @ValueSource(ints = {140, 136})
  void readsWhatTheStandardSays(int namestrSize) throws IOException {
    byte[] file =
        byHand(
            namestrSize,
            8,
            row("C276A00000000000", "abc"),
            row("2E00000000000000", ""),
            row("5F00000000000000", "d"),
            row("5A00000000000000", " e"),
            row("0000000000000000", "f"));
    try (DatasetReader reader = reader(file, US_ASCII)) {
      Table table = reader.nextTable().orElseThrow();
      assertThat(table.name()).isEqualTo("ABC");
      assertThat(table.label()).isEqualTo("A label");
      assertThat(table.variables())
          .containsExactly(
              new Variable("X", "The number", DataType.DOUBLE, 8, 0),
              new Variable("C", "The text", DataType.STRING, 3, 0));
      assertThat(rows(reader))
          .containsExactly(
              List.of(Value.of(-118.625), Value.of("abc")),
              List.of(Value.MISSING, Value.BLANK),
              List.of(new Value.Missing('_'), Value.of("d")),
              List.of(new Value.Missing('Z'), Value.of(" e")),
              List.of(Value.of(0), Value.of("f")));
      assertThat(reader.nextTable()).isEmpty();
    }
  }

  @Test
  void readsNumbersThatWereCutShort() throws IOException {
    byte[] file = byHand(140, 3, row("4264FF", "a"), row("410001", "b"), row("410000", "c"));
    try (DatasetReader reader = reader(file, US_ASCII)) {
      reader.nextTable();
      assertThat(rows(reader))
          .extracting(List::getFirst)
          .containsExactly(Value.of(0x64FF / 256.0), Value.of(1 / 4096.0), new Value.Missing('A'));
    }
  }

  @Test
  void tellsRowsOfBlanksFromPadding() throws IOException {
    Table table = new Table("T", "", List.of(new Variable("A", "", DataType.STRING, 50, 0)));
    List<List<Value>> rows = new ArrayList<>();
    rows.add(List.of(Value.BLANK));
    rows.add(List.of(Value.of("x")));
    rows.add(List.of(Value.BLANK));
    rows.add(List.of(Value.BLANK));
    rows.add(List.of(Value.BLANK));
    rows.add(List.of(Value.of("y")));
    assertThat(rows(written(table, rows), US_ASCII)).isEqualTo(rows);
    // Two rows would be padded by 60 bytes: the file of three is the same, byte for byte.
    List<List<Value>> two = List.of(rows.get(1), rows.get(0));
    List<List<Value>> three = List.of(rows.get(1), rows.get(0), rows.get(0));
    assertThat(written(table, three)).isEqualTo(written(table, two));
    assertThat(rows(written(table, three), US_ASCII)).isEqualTo(two);
  }

  @Test
  void readsEveryMemberWithOrWithoutItsRows() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (TransportWriter writer = new TransportWriter(out, US_ASCII, CREATED)) {
      for (String name : List.of("DM", "AE", "EX")) {
        writer.table(
            new Table(
                name, "Label of " + name, List.of(Variable.number("N", "", DataType.DOUBLE))));
        for (int i = 0; i < (name.equals("AE") ? 0 : 100); i++) {
          writer.row(List.of(Value.of(i)));
        }
      }
    }
    assertThat(out.size() % 80).isZero();
    try (DatasetReader reader = reader(out.toByteArray(), US_ASCII)) {
      assertThat(reader.nextTable().orElseThrow().name()).isEqualTo("DM");
      assertThat(reader.nextTable().orElseThrow().label()).isEqualTo("Label of AE");
      assertThat(rows(reader)).isEmpty();
      reader.nextTable();
      assertThat(rows(reader)).hasSize(100);
    }
  }

  @Test
  void readsTextInTheNamedCharacterSetAndRefusesItInAnother() throws IOException {
    Charset windows = Charset.forName("windows-1252");
    Table table = new Table("T", "", List.of(new Variable("A", "", DataType.STRING, 8, 0)));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (TransportWriter writer = new TransportWriter(out, windows, CREATED)) {
      writer.table(table);
      writer.row(List.of(Value.of("plain")));
      writer.row(List.of(Value.of("Ödem 5€")));
    }
    assertThat(rows(out.toByteArray(), windows).getLast()).containsExactly(Value.of("Ödem 5€"));
    assertThatThrownBy(() -> rows(out.toByteArray(), UTF_8))
        .isInstanceOf(DatasetFormatException.class)
        .hasMessageContaining("row 2: A is not in UTF-8: found the bytes d6 64 65 6d")
        .hasMessageContaining("say which character set");
    assertThat(rows(written(table, List.of(List.of(Value.of("Ödem")))), UTF_8))
        .containsExactly(List.of(Value.of("Ödem")));
  }

  @Test
  void refusesToWriteWhatTheFormatCannotHold() throws IOException {
    TransportWriter writer = new TransportWriter(new ByteArrayOutputStream(), US_ASCII, CREATED);
    Variable number = Variable.number("N", "", DataType.DOUBLE);
    assertThatThrownBy(() -> writer.table(new Table("NINELETTER", "", List.of(number))))
        .hasMessageContaining("1 to 8 letters");
    assertThatThrownBy(() -> writer.table(new Table("T", "l".repeat(41), List.of(number))))
        .hasMessageContaining("takes 41 bytes");
    writer.table(new Table("T", "", List.of(new Variable("A", "", DataType.STRING, 2, 0), number)));
    assertThatThrownBy(() -> writer.row(List.of(Value.of("abc"), Value.MISSING)))
        .hasMessageContaining("A of row 1 takes 3 bytes");
    assertThatThrownBy(() -> writer.row(List.of(Value.of("ü"), Value.MISSING)))
        .hasMessageContaining("can't be written in US-ASCII");
    assertThatThrownBy(() -> writer.row(List.of(Value.of("a"), Value.of(1e100))))
        .hasMessageContaining("16^-65 to 16^63");
  }

  @Test
  void namesOtherFormatsOfSas() {
    assertThatThrownBy(() ->
            reader(
                    "%-80s".formatted("HEADER RECORD*******LIBV8   HEADER").getBytes(US_ASCII),
                    UTF_8)
                .nextTable())
        .isInstanceOf(DatasetFormatException.class)
        .hasMessageContaining("version 8");
    assertThatThrownBy(() ->
            reader("%-80s".formatted("**COMPRESSED** **COMPRESSED**").getBytes(US_ASCII), UTF_8)
                .nextTable())
        .hasMessageContaining("CPORT");
  }

  /** Rows are made as they are read; holding them would take some 2 GB. */
  @Test
  void readsInConstantMemory() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (TransportWriter writer = new TransportWriter(out, US_ASCII, CREATED)) {
      writer.table(new Table("T", "", List.of(new Variable("A", "", DataType.STRING, 800, 0))));
    }
    byte[] head = out.toByteArray();
    long records = 3_000_000;
    InputStream endless =
        new InputStream() {
          private long at;

          @Override
          public int read() {
            if (at < head.length) {
              return head[(int) at++];
            }
            return at++ < head.length + records * 80 ? 'x' : -1;
          }

          @Override
          public int read(byte[] bytes, int from, int length) {
            int first = read();
            if (first < 0) {
              return -1;
            }
            bytes[from] = (byte) first;
            int count = 1;
            while (count < length && at < head.length + records * 80) {
              bytes[from + count++] = (byte) read();
            }
            return count;
          }
        };
    long count = 0;
    try (DatasetReader reader = new TransportReader(endless, US_ASCII)) {
      reader.nextTable();
      while (reader.nextRow().isPresent()) {
        count++;
      }
    }
    assertThat(count).isEqualTo(records / 10);
  }

  private static byte[] written(Table table, List<List<Value>> rows) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (TransportWriter writer = new TransportWriter(out, UTF_8, CREATED)) {
      writer.table(table);
      for (List<Value> row : rows) {
        writer.row(row);
      }
    }
    return out.toByteArray();
  }

  private static DatasetReader reader(byte[] file, Charset charset) {
    return new TransportReader(new ByteArrayInputStream(file), charset);
  }

  private static List<List<Value>> rows(byte[] file, Charset charset) throws IOException {
    try (DatasetReader reader = reader(file, charset)) {
      reader.nextTable();
      return rows(reader);
    }
  }

  private static List<List<Value>> rows(DatasetReader reader) throws IOException {
    List<List<Value>> rows = new ArrayList<>();
    for (Optional<List<Value>> row = reader.nextRow(); row.isPresent(); row = reader.nextRow()) {
      rows.add(row.get());
    }
    return rows;
  }
}
