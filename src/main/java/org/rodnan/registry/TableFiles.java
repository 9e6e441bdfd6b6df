package org.rodnan.registry;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.util.List;
import java.util.Optional;
import org.rodnan.mapping.RowException;
import org.rodnan.mapping.SourceFile;

/** Files of tables, known by how they begin. */
final class TableFiles {
  private static final int ZIP = 0x504b;
  private static final int COMPOUND = 0xd0cf;

  private TableFiles() {}

  /**
   * The sheets of a workbook, or the one table of a CSV file.
   *
   * @throws RowException if it can't be read
   */
  static List<Sheet> read(
      SourceFile file, Optional<Charset> encoding, Optional<Character> delimiter, int linesMax) {
    return switch (start(file)) {
      case ZIP -> WorkbookReader.read(file, linesMax);
      case COMPOUND ->
          throw new RowException(
              "The file is a workbook of old Excel (.xls) or has a password; expected .xlsx or"
                  + " CSV");
      default -> List.of(CsvReader.read(file, encoding, delimiter, linesMax));
    };
  }

  private static int start(SourceFile file) {
    try (InputStream in = file.opening().open()) {
      byte[] start = in.readNBytes(2);
      return start.length < 2 ? 0 : (start[0] & 0xff) << 8 | start[1] & 0xff;
    } catch (IOException e) {
      throw new RowException("The file can't be read: " + e.getMessage());
    }
  }
}
