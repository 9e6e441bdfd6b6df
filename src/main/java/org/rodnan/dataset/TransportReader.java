package org.rodnan.dataset;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * SAS transport files of version 5 and 6, "XPT v5" (SAS Institute, TS-140): a library of one or
 * more members.
 *
 * <p>The standard has text in ASCII. Text is read in the character set that the caller names, UTF-8
 * unless told otherwise, and bytes that are none of its characters are refused with their row and
 * variable: nothing is guessed, nothing replaced.
 *
 * <p>A member doesn't say how many rows it has. Rows that are all blanks and lie within the last
 * record are taken for its padding, as SAS does.
 */
final class TransportReader implements DatasetReader {
  static final String LIBRARY = "HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!";
  static final String MEMBER = "HEADER RECORD*******MEMBER  HEADER RECORD!!!!!!!";
  static final String DESCRIPTOR = "HEADER RECORD*******DSCRPTR HEADER RECORD!!!!!!!";
  static final String NAMESTR = "HEADER RECORD*******NAMESTR HEADER RECORD!!!!!!!";
  static final String OBSERVATIONS = "HEADER RECORD*******OBS     HEADER RECORD!!!!!!!";

  /** The longest text of version 5 in the format's own field. */
  private static final int TEXT_MAX = 32_767;

  private static final int ROW_MAX = 4 << 20;

  private final InputStream in;
  private final Records records;
  private final Charset charset;
  private boolean isStarted;
  private List<Column> columns = List.of();
  private int rowSize;
  private boolean isInRows;
  private long row;

  /** What of the records read is not yet used. */
  private byte[] rest = new byte[0];

  /** Rows of blanks before {@link #pending}. */
  private long blankRows;

  private byte @Nullable [] pending;
  private boolean isAtEnd;

  private record Column(Variable variable, int position, int length) {}

  /**
   * @param in closed with the reader
   * @param charset of text in labels and values
   */
  TransportReader(InputStream in, Charset charset) {
    this.in = in;
    this.records = new Records(new BufferedInputStream(in, 1 << 16));
    this.charset = charset;
  }

  @Override
  public Optional<Table> nextTable() throws IOException {
    if (!isStarted) {
      readLibrary();
      isStarted = true;
    }
    while (isInRows) {
      nextRow();
    }
    byte[] header = records.next();
    return header == null ? Optional.empty() : Optional.of(readMember(header));
  }

  private void readLibrary() throws IOException {
    byte[] first = records.require("its first header; it is empty");
    String text = Records.text(first, 0, Records.SIZE);
    if (text.startsWith("HEADER RECORD*******LIBV8")) {
      throw new DatasetFormatException(
          "This is a transport file of version 8; expected version 5 (SAS libname engine XPORT)");
    }
    if (text.startsWith("**COMPRESSED**")) {
      throw new DatasetFormatException(
          "This is a file of PROC CPORT; expected a transport file of version 5 (SAS libname engine"
              + " XPORT)");
    }
    if (!text.startsWith(LIBRARY)) {
      throw new DatasetFormatException(
          "The file begins with '"
              + printable(text.substring(0, 24))
              + "'; expected '"
              + LIBRARY
              + "'");
    }
    records.require("the second header of the library");
    records.require("the third header of the library");
  }

  private Table readMember(byte[] header) throws IOException {
    requireHeader(header, MEMBER);
    int namestrSize = digits(header, 74, "the size of a variable's description");
    if (namestrSize != 140 && namestrSize != 136) {
      throw new DatasetFormatException(
          "A variable's description has "
              + namestrSize
              + " bytes; expected 140, or 136 of VAX/VMS");
    }
    requireHeader(records.require("the descriptor header"), DESCRIPTOR);
    String name =
        Records.text(records.require("the first member header"), 8, 8).strip().replace("\0", "");
    byte[] second = records.require("the second member header");
    String label = decode(second, 32, 40, "the label of the member");
    byte[] namestr = records.require("the header of the variables");
    requireHeader(namestr, NAMESTR);
    readColumns(digits(namestr, 54, "the number of variables"), namestrSize);
    requireHeader(records.require("the header of the observations"), OBSERVATIONS);
    isInRows = true;
    row = 0;
    blankRows = 0;
    rest = new byte[0];
    pending = null;
    isAtEnd = false;
    if (name.isEmpty()) {
      throw new DatasetFormatException("A member has no name");
    }
    return new Table(name, label, columns.stream().map(Column::variable).toList());
  }

  private void readColumns(int count, int size) throws IOException {
    if (count == 0) {
      throw new DatasetFormatException("A member has no variables");
    }
    byte[] all = new byte[(count * size + Records.SIZE - 1) / Records.SIZE * Records.SIZE];
    for (int at = 0; at < all.length; at += Records.SIZE) {
      System.arraycopy(
          records.require("the descriptions of " + count + " variables"), 0, all, at, Records.SIZE);
    }
    List<Column> found = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      found.add(column(ByteBuffer.wrap(all, i * size, size).slice()));
    }
    found.sort(Comparator.comparingInt(Column::position));
    Set<String> names = new HashSet<>();
    int end = 0;
    for (Column column : found) {
      if (!names.add(column.variable().name())) {
        throw new DatasetFormatException("Two variables are named " + column.variable().name());
      }
      if (column.position() < end) {
        throw new DatasetFormatException(
            "The variable "
                + column.variable().name()
                + " begins at byte "
                + column.position()
                + " of a row, within another; expected "
                + end);
      }
      end = column.position() + column.length();
    }
    if (end > ROW_MAX) {
      throw new DatasetFormatException("A row has " + end + " bytes; expected at most " + ROW_MAX);
    }
    columns = found;
    rowSize = end;
  }

  private Column column(ByteBuffer field) throws IOException {
    int type = field.getShort(0);
    int length = field.getShort(4);
    byte[] bytes = new byte[field.capacity()];
    field.get(0, bytes);
    String name = Records.text(bytes, 8, 8).replace("\0", "").strip();
    if (!name.matches("[A-Za-z_][A-Za-z0-9_]{0,7}")) {
      throw new DatasetFormatException(
          "A variable is named '"
              + printable(name)
              + "'; expected 1 to 8 letters, digits and underscores");
    }
    boolean isNumber = type == 1;
    if (!isNumber && type != 2) {
      throw new DatasetFormatException(
          "The variable " + name + " is of type " + type + "; expected 1 (number) or 2 (text)");
    }
    if (isNumber ? length < 2 || length > 8 : length < 1) {
      throw new DatasetFormatException(
          "The variable "
              + name
              + " has "
              + length
              + " bytes; expected "
              + (isNumber ? "2 to 8" : "1 to " + TEXT_MAX));
    }
    int position = field.getInt(84);
    if (position < 0 || position > ROW_MAX) {
      throw new DatasetFormatException(
          "The variable " + name + " begins at byte " + position + " of a row");
    }
    String label = decode(bytes, 16, 40, "the label of " + name);
    DataType dataType = isNumber ? DataType.DOUBLE : DataType.STRING;
    return new Column(new Variable(name, label, dataType, length, 0), position, length);
  }

  @Override
  public Optional<List<Value>> nextRow() throws IOException {
    if (!isInRows) {
      return Optional.empty();
    }
    if (blankRows == 0 && pending == null && !isAtEnd) {
      readAhead();
    }
    byte[] bytes = pending;
    if (blankRows > 0) {
      blankRows--;
      bytes = blank(rowSize);
    } else {
      pending = null;
    }
    if (bytes == null) {
      isInRows = false;
      return Optional.empty();
    }
    row++;
    return Optional.of(values(bytes));
  }

  /** Up to a row that isn't blank, or the end: only then is known which blanks are rows. */
  private void readAhead() throws IOException {
    while (pending == null && !isAtEnd) {
      Optional<byte[]> next = nextBytes();
      if (next.isEmpty()) {
        isAtEnd = true;
      } else if (isBlank(next.get(), rowSize)) {
        blankRows++;
      } else {
        pending = next.get();
      }
    }
  }

  /** Empty at the end of the member; blanks of its padding may come before that as rows. */
  private Optional<byte[]> nextBytes() throws IOException {
    if (rest.length >= rowSize) {
      return Optional.of(take(rowSize));
    }
    byte[] bytes = new byte[rowSize];
    int filled = rest.length;
    System.arraycopy(rest, 0, bytes, 0, filled);
    rest = new byte[0];
    while (filled < rowSize) {
      byte[] ahead = records.peek();
      if (ahead == null || startsWith(ahead, MEMBER)) {
        if (!isBlank(bytes, filled)) {
          throw new DatasetFormatException(
              row + blankRows + 1, "The file ends within this row, after " + filled + " bytes");
        }
        dropPadding(filled);
        return Optional.empty();
      }
      byte[] record = records.require("a row");
      int wanted = Math.min(Records.SIZE, rowSize - filled);
      System.arraycopy(record, 0, bytes, filled, wanted);
      filled += wanted;
      if (wanted < Records.SIZE) {
        rest = Arrays.copyOfRange(record, wanted, Records.SIZE);
      }
    }
    return Optional.of(bytes);
  }

  /** Whole rows of blanks that lie before the incomplete one, in the same record, are padding. */
  private void dropPadding(int incomplete) throws IOException {
    if (incomplete >= Records.SIZE) {
      throw new DatasetFormatException(
          row + blankRows + 1, "The file ends within this row, after " + incomplete + " bytes");
    }
    blankRows -= Math.min((Records.SIZE - 1 - incomplete) / rowSize, blankRows);
  }

  private byte[] take(int size) {
    byte[] taken = Arrays.copyOf(rest, size);
    rest = Arrays.copyOfRange(rest, size, rest.length);
    return taken;
  }

  private List<Value> values(byte[] bytes) throws IOException {
    List<Value> values = new ArrayList<>(columns.size());
    for (Column column : columns) {
      values.add(
          column.variable().type().isNumeric()
              ? number(bytes, column)
              : Value.of(
                  decode(bytes, column.position(), column.length(), column.variable().name())));
    }
    return values;
  }

  /** The bytes that were cut off are zero; a missing value has its letter and else zeros. */
  private Value number(byte[] bytes, Column column) throws IOException {
    long bits = 0;
    for (int i = 0; i < 8; i++) {
      bits = bits << 8 | (i < column.length() ? bytes[column.position() + i] & 0xff : 0);
    }
    int first = (int) (bits >>> 56);
    if (bits << 8 == 0 && Value.Missing.isCode(first)) {
      return first == '.' ? Value.MISSING : new Value.Missing((char) first);
    }
    return Value.of(IbmDouble.decode(bits));
  }

  private String decode(byte[] bytes, int from, int length, String what) throws IOException {
    int end = from + length;
    while (end > from && (bytes[end - 1] == ' ' || bytes[end - 1] == 0)) {
      end--;
    }
    boolean isAscii = true;
    for (int i = from; i < end; i++) {
      isAscii &= bytes[i] > 0;
    }
    if (isAscii) {
      return new String(bytes, from, end - from, StandardCharsets.US_ASCII);
    }
    CharsetDecoder decoder =
        charset
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    try {
      String text = decoder.decode(ByteBuffer.wrap(bytes, from, end - from)).toString();
      if (text.indexOf(0) >= 0) {
        throw new DatasetFormatException(isInRows ? row : 0, what + " has a byte 00 in its text");
      }
      return text;
    } catch (CharacterCodingException e) {
      throw new DatasetFormatException(
          isInRows ? row : 0,
          what
              + " is not in "
              + charset.name()
              + ": found the bytes "
              + HexFormat.ofDelimiter(" ").formatHex(bytes, from, Math.min(end, from + 24))
              + "; say which character set the file is in, such as windows-1252");
    }
  }

  private static byte[] blank(int size) {
    byte[] bytes = new byte[size];
    Arrays.fill(bytes, (byte) ' ');
    return bytes;
  }

  private static boolean isBlank(byte[] bytes, int length) {
    for (int i = 0; i < length; i++) {
      if (bytes[i] != ' ') {
        return false;
      }
    }
    return true;
  }

  private static boolean startsWith(byte[] record, String text) {
    return Records.text(record, 0, text.length()).equals(text);
  }

  private static void requireHeader(byte[] record, String expected) throws IOException {
    if (!startsWith(record, expected)) {
      throw new DatasetFormatException(
          "Found '"
              + printable(Records.text(record, 0, expected.length()))
              + "'; expected '"
              + expected
              + "'");
    }
  }

  /** Four digits. */
  private static int digits(byte[] record, int from, String what) throws IOException {
    String text = Records.text(record, from, 4);
    if (!text.matches("\\d{4}")) {
      throw new DatasetFormatException(
          "Found '" + printable(text) + "'; expected four digits, " + what);
    }
    return Integer.parseInt(text);
  }

  private static String printable(String text) {
    return text.replaceAll("[^\\x20-\\x7e]", "?");
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
