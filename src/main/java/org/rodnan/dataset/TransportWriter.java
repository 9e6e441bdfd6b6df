package org.rodnan.dataset;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Writes SAS transport files of version 5 (SAS Institute, TS-140), streaming. Numbers have 8 bytes.
 * Not thread safe.
 *
 * <p>What the format can't hold is refused, never cut: names and labels that are too long, text
 * longer than its variable, characters outside of the character set, numbers outside of 16^-65 to
 * 16^63.
 */
public final class TransportWriter implements Closeable {
  private static final DateTimeFormatter TIMESTAMP =
      DateTimeFormatter.ofPattern("ddMMMyy:HH:mm:ss", Locale.ENGLISH);

  private static final int NAMESTR_SIZE = 140;
  private static final int NUMBER_SIZE = 8;
  private static final int VARIABLES_MAX = 9_999;

  private final OutputStream out;
  private final Charset charset;
  private final String timestamp;
  private Table table = new Table("", "", List.of());
  private int[] lengths = {};
  private int filled;
  private long row;

  /**
   * @param out closed with the writer
   * @param charset of text; the standard's is US-ASCII
   * @param created goes into the headers, of its year two digits
   */
  public TransportWriter(OutputStream out, Charset charset, LocalDateTime created)
      throws IOException {
    this.out = new BufferedOutputStream(out, 1 << 16);
    this.charset = charset;
    this.timestamp = created.format(TIMESTAMP).toUpperCase(Locale.ENGLISH);
    header(TransportReader.LIBRARY, "000000000000000000000000000000  ");
    record("SAS     SAS     SASLIB  9.4     rodnan  " + " ".repeat(24) + timestamp);
    record(timestamp);
  }

  /**
   * Begins a table.
   *
   * @param table each text variable with its length in bytes
   * @throws DatasetFormatException if the format can't hold its name, a label, a variable
   */
  public void table(Table table) throws IOException {
    pad();
    if (table.variables().isEmpty() || table.variables().size() > VARIABLES_MAX) {
      throw new DatasetFormatException(
          table.name()
              + " has "
              + table.variables().size()
              + " variables; expected 1 to "
              + VARIABLES_MAX);
    }
    this.table = table;
    this.lengths = new int[table.variables().size()];
    this.row = 0;
    header(TransportReader.MEMBER, "000000000000000001600000000140  ");
    header(TransportReader.DESCRIPTOR, "000000000000000000000000000000  ");
    record(
        "SAS     " + name(table.name()) + "SASDATA 9.4     rodnan  " + " ".repeat(24) + timestamp);
    write(fixed(timestamp, 32, StandardCharsets.US_ASCII, "the time"));
    write(fixed(table.label(), 40, charset, "the label of " + table.name()));
    write(fixed("", 8, charset, ""));
    header(
        TransportReader.NAMESTR,
        "000000" + String.format(Locale.ROOT, "%04d", lengths.length) + "00000000000000000000  ");
    int position = 0;
    for (int i = 0; i < lengths.length; i++) {
      Variable variable = table.variables().get(i);
      lengths[i] = variable.type().isNumeric() ? NUMBER_SIZE : Math.max(1, variable.length());
      write(namestr(variable, i, position));
      position += lengths[i];
    }
    pad();
    header(TransportReader.OBSERVATIONS, "000000000000000000000000000000  ");
  }

  private byte[] namestr(Variable variable, int index, int position) throws IOException {
    boolean isNumber = variable.type().isNumeric();
    ByteBuffer field = ByteBuffer.allocate(NAMESTR_SIZE);
    field.putShort((short) (isNumber ? 1 : 2));
    field.putShort((short) 0);
    if (lengths[index] > Short.MAX_VALUE) {
      throw new DatasetFormatException(
          variable.name() + " has " + lengths[index] + " bytes; expected at most 32767");
    }
    field.putShort((short) lengths[index]);
    field.putShort((short) (index + 1));
    field.put(name(variable.name()).getBytes(StandardCharsets.US_ASCII));
    field.put(fixed(variable.label(), 40, charset, "the label of " + variable.name()));
    field.put(fixed("", 8, charset, ""));
    field.putShort((short) 0).putShort((short) 0).putShort((short) 0).putShort((short) 0);
    field.put(fixed("", 8, charset, ""));
    field.putShort((short) 0).putShort((short) 0);
    field.putInt(position);
    return field.array();
  }

  /**
   * @param values one for each variable, of its type
   * @throws DatasetFormatException if the format can't hold one of them
   */
  public void row(List<Value> values) throws IOException {
    row++;
    if (values.size() != lengths.length) {
      throw new IllegalArgumentException(values.size() + " values of " + lengths.length);
    }
    for (int i = 0; i < lengths.length; i++) {
      Variable variable = table.variables().get(i);
      write(
          switch (values.get(i)) {
            case Value.Text text ->
                fixed(text.text(), lengths[i], charset, variable.name() + " of row " + row);
            case Value.Number number -> number(number.number(), variable);
            case Value.Missing missing ->
                ByteBuffer.allocate(NUMBER_SIZE).put((byte) missing.code()).array();
          });
    }
  }

  private byte[] number(double number, Variable variable) throws IOException {
    if (!IbmDouble.canHold(number)) {
      throw new DatasetFormatException(
          row,
          variable.name()
              + " is "
              + number
              + "; the transport format holds numbers from 16^-65 to 16^63");
    }
    return ByteBuffer.allocate(NUMBER_SIZE).putLong(IbmDouble.encode(number)).array();
  }

  /** Bytes that the text takes in the character set. */
  public static int size(String text, Charset charset) {
    return text.getBytes(charset).length;
  }

  private String name(String name) throws IOException {
    if (!name.matches("[A-Za-z_][A-Za-z0-9_]{0,7}")) {
      throw new DatasetFormatException(
          "The name is '" + name + "'; expected 1 to 8 letters, digits and underscores");
    }
    return name + " ".repeat(8 - name.length());
  }

  private static byte[] fixed(String text, int size, Charset charset, String what)
      throws IOException {
    ByteBuffer encoded;
    try {
      encoded = charset.newEncoder().encode(CharBuffer.wrap(text));
    } catch (CharacterCodingException e) {
      throw new DatasetFormatException(
          what + " can't be written in " + charset.name() + ": '" + text + "'");
    }
    if (encoded.remaining() > size) {
      throw new DatasetFormatException(
          what
              + " takes "
              + encoded.remaining()
              + " bytes; the transport format has "
              + size
              + ": '"
              + text
              + "'");
    }
    byte[] bytes = new byte[size];
    Arrays.fill(bytes, (byte) ' ');
    int length = encoded.remaining();
    encoded.get(bytes, 0, length);
    return bytes;
  }

  private void header(String name, String numbers) throws IOException {
    record(name + numbers);
  }

  private void record(String text) throws IOException {
    pad();
    write(fixed(text, Records.SIZE, StandardCharsets.US_ASCII, "a header"));
  }

  private void write(byte[] bytes) throws IOException {
    out.write(bytes);
    filled = (filled + bytes.length) % Records.SIZE;
  }

  private void pad() throws IOException {
    while (filled > 0) {
      write(new byte[] {' '});
    }
  }

  @Override
  public void close() throws IOException {
    pad();
    out.close();
  }
}
