package org.rodnan.registry;

import java.io.BufferedReader;
import java.io.FilterReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PushbackInputStream;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.rodnan.mapping.RowException;
import org.rodnan.mapping.SourceFile;

/**
 * CSV by RFC 4180, also with semicolons or tabs. A byte order mark says the encoding, else the
 * mapping does, else it is UTF-8; nothing is guessed and nothing replaced.
 */
final class CsvReader {
  static final int COLUMNS_MAX = 10_000;
  static final int RECORD_CHARS_MAX = 1_000_000;
  private static final int BUFFER = 8_192;
  private static final char[] DELIMITERS = {',', ';', '\t'};

  private CsvReader() {}

  /**
   * @param encoding of files without a byte order mark
   * @param delimiter empty for the one that the first line has most often
   * @param linesMax more are refused
   * @throws RowException if it is broken, naming the line
   */
  static Sheet read(
      SourceFile file, Optional<Charset> encoding, Optional<Character> delimiter, int linesMax) {
    long at = 0;
    try (PushbackInputStream in = new PushbackInputStream(file.opening().open(), 4)) {
      Charset charset = marked(in).orElse(encoding.orElse(StandardCharsets.UTF_8));
      Reader decoded =
          new InputStreamReader(
              in,
              charset
                  .newDecoder()
                  .onMalformedInput(CodingErrorAction.REPORT)
                  .onUnmappableCharacter(CodingErrorAction.REPORT));
      RecordBudget budget = new RecordBudget(new BufferedReader(decoded, BUFFER));
      PushedBack text = first(budget);
      char separator = delimiter.orElseGet(() -> delimiter(text.first()));
      List<Sheet.Line> lines = new ArrayList<>();
      try (CSVParser parser =
          CSVParser.parse(
              text.all(),
              CSVFormat.RFC4180
                  .builder()
                  .setDelimiter(separator)
                  .setIgnoreEmptyLines(true)
                  .get())) {
        var records = parser.iterator();
        while (true) {
          budget.renew();
          at = parser.getCurrentLineNumber() + 1;
          if (!records.hasNext()) {
            break;
          }
          if (lines.size() >= linesMax) {
            throw new RowException("The files have more than " + linesMax + " lines");
          }
          CSVRecord each = records.next();
          line(each, parser.getCurrentLineNumber()).ifPresent(lines::add);
        }
      }
      return new Sheet(file.name(), name(file.name()), false, lines);
    } catch (UncheckedIOException e) {
      throw broken(e.getCause() instanceof IOException cause ? cause : new IOException(e), at);
    } catch (IOException e) {
      throw broken(e, at);
    }
  }

  /** Of a quoted text that has several lines, the last line is told by the parser. */
  private static Optional<Sheet.Line> line(CSVRecord each, long last) {
    if (each.size() > COLUMNS_MAX) {
      throw new RowException("Line " + last + " has more than " + COLUMNS_MAX + " columns");
    }
    long breaks = 0;
    for (String value : each) {
      breaks += value.replace("\r\n", "\n").chars().filter(c -> c == '\n' || c == '\r').count();
    }
    long number = Math.max(1, last - breaks);
    List<Cell> cells = new ArrayList<>(each.size());
    boolean isEmpty = true;
    for (String value : each) {
      String text = value.strip();
      isEmpty &= text.isEmpty();
      cells.add(new Cell(text, false, number));
    }
    return isEmpty ? Optional.empty() : Optional.of(new Sheet.Line(number, cells));
  }

  private static RowException broken(IOException failure, long line) {
    if (failure instanceof CharacterCodingException) {
      return new RowException(
          "The text is in another encoding, as bytes near line "
              + line
              + " or after it show; expected UTF-8, a byte order mark, or the encoding that the"
              + " mapping names, such as encoding: windows-1252");
    }
    return new RowException(
        "The file is broken in the record that begins in line "
            + line
            + ": "
            + failure.getMessage());
  }

  /** Takes the byte order mark away. */
  private static Optional<Charset> marked(PushbackInputStream in) throws IOException {
    byte[] start = in.readNBytes(3);
    int first = start.length > 0 ? start[0] & 0xff : -1;
    int second = start.length > 1 ? start[1] & 0xff : -1;
    int third = start.length > 2 ? start[2] & 0xff : -1;
    if (first == 0xef && second == 0xbb && third == 0xbf) {
      return Optional.of(StandardCharsets.UTF_8);
    }
    boolean isLittle = first == 0xff && second == 0xfe;
    boolean isBig = first == 0xfe && second == 0xff;
    int taken = isLittle || isBig ? 2 : 0;
    if (start.length > taken) {
      in.unread(start, taken, start.length - taken);
    }
    return isLittle
        ? Optional.of(StandardCharsets.UTF_16LE)
        : isBig ? Optional.of(StandardCharsets.UTF_16BE) : Optional.empty();
  }

  /** A first line, and all of the text with it. */
  private record PushedBack(String first, Reader all) {}

  private static PushedBack first(Reader text) throws IOException {
    StringBuilder start = new StringBuilder();
    boolean isQuoted = false;
    int next;
    do {
      next = text.read();
      if (next >= 0) {
        start.append((char) next);
      }
      isQuoted ^= next == '"';
    } while (next >= 0 && (isQuoted || next != '\n' && next != '\r'));
    if (start.indexOf("\0") >= 0) {
      throw new IOException(
          "There are NUL characters, as in UTF-16 without a byte order mark; expected encoding:"
              + " utf-16le in the mapping then");
    }
    java.io.PushbackReader all = new java.io.PushbackReader(text, start.length() + 1);
    all.unread(start.toString().toCharArray());
    return new PushedBack(start.toString(), all);
  }

  private static char delimiter(String header) {
    int[] counts = new int[DELIMITERS.length];
    boolean isQuoted = false;
    for (int i = 0; i < header.length(); i++) {
      char next = header.charAt(i);
      isQuoted ^= next == '"';
      for (int each = 0; each < counts.length && !isQuoted; each++) {
        counts[each] += next == DELIMITERS[each] ? 1 : 0;
      }
    }
    int most = 0;
    for (int each = 1; each < counts.length; each++) {
      most = counts[each] > counts[most] ? each : most;
    }
    int highest = counts[most];
    if (highest > 0 && Arrays.stream(counts).filter(count -> count == highest).count() > 1) {
      throw new RowException(
          "The first line has as many of one delimiter as of another; expected the mapping to name"
              + " it, such as delimiter: ';'");
    }
    return DELIMITERS[most];
  }

  /** Of a file without folder and ending. */
  static String name(String file) {
    String base = file.substring(file.lastIndexOf('/') + 1);
    int dot = base.lastIndexOf('.');
    return dot > 0 ? base.substring(0, dot) : base;
  }

  /** Lets no record take all memory, such as one with a quote that is never closed. */
  private static final class RecordBudget extends FilterReader {
    private long left = RECORD_CHARS_MAX;

    RecordBudget(Reader in) {
      super(in);
    }

    void renew() {
      left = RECORD_CHARS_MAX;
    }

    private int taken(int read) throws IOException {
      left -= Math.max(0, read);
      if (left < 0) {
        throw new IOException(
            "it has more than "
                + RECORD_CHARS_MAX
                + " characters; a quote (\") that isn't closed does that");
      }
      return read;
    }

    @Override
    public int read() throws IOException {
      int read = super.read();
      taken(read < 0 ? 0 : 1);
      return read;
    }

    @Override
    public int read(char[] buffer, int offset, int length) throws IOException {
      return taken(super.read(buffer, offset, length));
    }
  }
}
