package org.rodnan.registry;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.dhatim.fastexcel.reader.CellType;
import org.dhatim.fastexcel.reader.ReadableWorkbook;
import org.dhatim.fastexcel.reader.ReadingOptions;
import org.rodnan.mapping.RowException;
import org.rodnan.mapping.SourceFile;

/** Excel's workbooks (.xlsx, .xlsm). Formulas have the value that they had when it was saved. */
final class WorkbookReader {
  /** As many digits as Excel keeps; more of them are noise of binary fractions. */
  private static final MathContext DIGITS = new MathContext(15);

  /** The library doesn't tell the error of a formula from its text. */
  private static final Pattern ERROR = Pattern.compile("#[A-Z][A-Z0-9_/]*[!?]?");

  private static final int PACKED_MAX = 64 << 20;
  private static final int TEXT_MAX = 32_767;

  private WorkbookReader() {}

  /**
   * All sheets that are not empty, also hidden ones.
   *
   * @param linesMax more in all sheets together are refused
   * @throws RowException if it is broken
   */
  static List<Sheet> read(SourceFile file, int linesMax) {
    byte[] content;
    boolean hasStyles;
    try (InputStream in = file.opening().open()) {
      content = in.readNBytes(PACKED_MAX + 1);
      if (content.length > PACKED_MAX) {
        throw new RowException(
            "The workbook has more than " + PACKED_MAX + " bytes; expected CSV then");
      }
      hasStyles = WorkbookGuard.check(content);
    } catch (IOException | IllegalArgumentException e) {
      throw new RowException("The workbook can't be read: " + reason(e));
    }
    List<Sheet> sheets = new ArrayList<>();
    int left = linesMax;
    try (ReadableWorkbook workbook =
        new ReadableWorkbook(
            new ByteArrayInputStream(content), new ReadingOptions(hasStyles, true))) {
      for (org.dhatim.fastexcel.reader.Sheet each : workbook.getSheets().toList()) {
        List<Sheet.Line> lines = lines(each, left);
        left -= lines.size();
        if (!lines.isEmpty()) {
          sheets.add(new Sheet(file.name(), each.getName().strip(), true, lines));
        }
      }
    } catch (RowException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw new RowException("The workbook is broken: " + reason(e));
    }
    return sheets;
  }

  private static String reason(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause.getMessage() == null ? "a part of it makes no sense" : cause.getMessage();
  }

  private static List<Sheet.Line> lines(org.dhatim.fastexcel.reader.Sheet sheet, int linesMax)
      throws IOException {
    List<Sheet.Line> lines = new ArrayList<>();
    try (Stream<org.dhatim.fastexcel.reader.Row> rows = sheet.openStream()) {
      for (Iterator<org.dhatim.fastexcel.reader.Row> each = rows.iterator(); each.hasNext(); ) {
        org.dhatim.fastexcel.reader.Row row = each.next();
        List<Cell> cells = new ArrayList<>();
        boolean isEmpty = true;
        for (int place = 0; place < row.getCellCount(); place++) {
          Optional<org.dhatim.fastexcel.reader.Cell> found = row.getOptionalCell(place);
          Cell cell =
              found.isPresent()
                  ? cell(found.get(), row.getRowNum())
                  : new Cell("", false, row.getRowNum());
          isEmpty &= cell.isEmpty();
          cells.add(cell);
        }
        if (!isEmpty) {
          if (lines.size() >= linesMax) {
            throw new RowException("The files have more lines than are read at once");
          }
          lines.add(new Sheet.Line(row.getRowNum(), cells));
        }
      }
    }
    return lines;
  }

  private static Cell cell(org.dhatim.fastexcel.reader.Cell cell, long line) {
    String raw = cell.getRawValue() == null ? "" : cell.getRawValue().strip();
    if (raw.length() > TEXT_MAX) {
      throw new RowException(
          "Line " + line + " has a cell of more than " + TEXT_MAX + " characters");
    }
    boolean isNumber =
        cell.getType() == CellType.NUMBER
            || cell.getType() == CellType.FORMULA && cell.getValue() instanceof BigDecimal;
    if (isNumber && !raw.isEmpty()) {
      return new Cell(isDate(cell) ? date(cell) : number(raw), true, line);
    }
    if (cell.getType() == CellType.BOOLEAN || cell.getValue() instanceof Boolean) {
      return new Cell(raw.equals("1") ? "true" : "false", true, line);
    }
    boolean isError =
        cell.getType() == CellType.ERROR
            || cell.getType() == CellType.FORMULA && ERROR.matcher(raw).matches();
    return new Cell(raw, isError, line);
  }

  private static String number(String raw) {
    BigDecimal number = new BigDecimal(raw);
    if (Math.abs((long) number.scale()) > 400 || number.precision() > 400) {
      throw new RowException("There is a number that Excel can't hold: " + Sheet.shown(raw));
    }
    BigDecimal rounded = number.round(DIGITS).stripTrailingZeros();
    return rounded.setScale(Math.max(0, rounded.scale())).toPlainString();
  }

  private static String date(org.dhatim.fastexcel.reader.Cell cell) {
    LocalDateTime at = cell.asDate();
    return at.toLocalTime().equals(LocalTime.MIDNIGHT)
        ? at.toLocalDate().toString()
        : at.withNano(0).toString();
  }

  /** By the format of the cell: the number alone doesn't tell. */
  private static boolean isDate(org.dhatim.fastexcel.reader.Cell cell) {
    Integer id = cell.getDataFormatId();
    if (id == null) {
      return false;
    }
    if (id >= 14 && id <= 17 || id == 22 || id >= 27 && id <= 36 || id >= 50 && id <= 58) {
      return true;
    }
    String format = cell.getDataFormatString();
    return format != null
        && format.replaceAll("\"[^\"]*\"|\\[[^]]*]|\\\\.|_.|\\*.", "").matches("(?is).*[dy].*");
  }
}
