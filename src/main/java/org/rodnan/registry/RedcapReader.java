package org.rodnan.registry;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.hl7.fhir.r4.model.ResearchSubject;
import org.rodnan.mapping.MappedContent;
import org.rodnan.mapping.Refusal;
import org.rodnan.mapping.RowException;
import org.rodnan.mapping.SourceFile;
import org.rodnan.registry.Dictionary.Variable;

/**
 * Reads what REDCap exports: records with raw codes as CSV, a row for each record, event and
 * instance (flat) or a row for each value (EAV), and the data dictionary. Both shapes of the same
 * records give the same resources. Thread safe.
 */
public final class RedcapReader {
  static final String EVENT = "redcap_event_name";
  static final String INSTRUMENT = "redcap_repeat_instrument";
  static final String INSTANCE = "redcap_repeat_instance";

  /** The number of the arm, which REDCap puts at the end of an event's name. */
  static final String ARM = "redcap_arm";

  private static final Pattern ARM_OF = Pattern.compile(".*_arm_(\\d{1,3})[a-z]?");
  private static final Set<String> OWN =
      Set.of(EVENT, INSTRUMENT, INSTANCE, "redcap_data_access_group", "redcap_survey_identifier");

  private final RegistryReader tables;

  /**
   * @param linesMax lines of all files together
   */
  public RedcapReader(int linesMax) {
    this.tables = new RegistryReader(linesMax);
  }

  /** What tells the values of a record apart from those of another event or instance. */
  private record Place(String record, String event, String instrument, String instance) {}

  /** The values of one place by their columns. */
  private record Values(long line, Map<String, Cell> cells) {}

  /** Without the data dictionary all is refused. */
  public MappedContent read(
      List<SourceFile> files,
      RegistryMapping mapping,
      Function<String, Optional<ResearchSubject>> stored) {
    List<Refusal> refused = new ArrayList<>();
    List<Refusal> leftOut = new ArrayList<>();
    List<Sheet> data = new ArrayList<>();
    Optional<Dictionary> dictionary = Optional.empty();
    for (Sheet sheet : tables.sheets(files, mapping, refused)) {
      try {
        Sheet.Header header = sheet.header(1);
        if (!Dictionary.is(header)) {
          data.add(sheet);
        } else if (dictionary.isPresent()) {
          throw new RowException("It is a second data dictionary; expected one");
        } else {
          dictionary = Optional.of(Dictionary.read(sheet, header));
        }
      } catch (RowException e) {
        refused.add(new Refusal(sheet.file(), 0, String.valueOf(e.getMessage())));
      }
    }
    if (dictionary.isEmpty()) {
      refused.add(
          new Refusal(
              "",
              0,
              "There is no data dictionary that can be read; expected a CSV file with the columns"
                  + " Variable / Field Name, Form Name, Field Type and so on beside the records"));
      return new MappedContent(List.of(), refused, leftOut);
    }
    List<Sheet> plain = new ArrayList<>();
    for (Sheet sheet : data) {
      try {
        plain.add(plain(sheet, dictionary.get(), refused, leftOut));
      } catch (RowException e) {
        refused.add(new Refusal(sheet.file(), 0, String.valueOf(e.getMessage())));
      }
    }
    return new TablesReader(mapping, stored, refused, leftOut).read(plain);
  }

  /** As a table of which all lines have the same columns, whatever its shape was. */
  private static Sheet plain(
      Sheet sheet, Dictionary dictionary, List<Refusal> refused, List<Refusal> leftOut) {
    Sheet.Header header = sheet.header(1);
    boolean isEav = header.has("record") && header.has("field_name") && header.has("value");
    if (!isEav && !header.has(dictionary.recordId())) {
      throw new RowException(
          "There is no column '"
              + dictionary.recordId()
              + "', the first field of the data dictionary, nor are there record, field_name and"
              + " value; expected an export of records with raw data");
    }
    Set<String> columns = new LinkedHashSet<>();
    columns.add(dictionary.recordId());
    Stream.of(EVENT, INSTRUMENT, INSTANCE).filter(header::has).forEach(columns::add);
    if (header.has(EVENT)) {
      columns.add(ARM);
    }
    Map<Place, Values> places =
        isEav
            ? byValue(sheet, header, dictionary, columns, refused)
            : byRow(sheet, header, dictionary, columns, refused, leftOut);
    List<Sheet.Line> lines = new ArrayList<>();
    lines.add(
        new Sheet.Line(1, columns.stream().map(column -> new Cell(column, false, 1)).toList()));
    places.forEach((place, values) -> {
      boxes(values, dictionary, isEav);
      values.cells().put(dictionary.recordId(), new Cell(place.record(), false, values.line()));
      values.cells().put(EVENT, new Cell(place.event(), false, values.line()));
      values.cells().put(INSTRUMENT, new Cell(place.instrument(), false, values.line()));
      values.cells().put(INSTANCE, new Cell(place.instance(), false, values.line()));
      Matcher arm = ARM_OF.matcher(place.event());
      values.cells().put(ARM, new Cell(arm.matches() ? arm.group(1) : "", false, values.line()));
      lines.add(
          new Sheet.Line(
              values.line(),
              columns.stream()
                  .map(column ->
                      values.cells().getOrDefault(column, new Cell("", false, values.line())))
                  .toList()));
    });
    return new Sheet(sheet.file(), sheet.name(), sheet.isWorkbook(), lines, dictionary);
  }

  private static String text(Row row, String column) {
    return row.header().has(column) ? row.cell(column).text() : "";
  }

  private static Place place(Row row, String record) {
    return new Place(
        row.cell(record).text(), text(row, EVENT), text(row, INSTRUMENT), text(row, INSTANCE));
  }

  private static Map<Place, Values> byRow(
      Sheet sheet,
      Sheet.Header header,
      Dictionary dictionary,
      Set<String> columns,
      List<Refusal> refused,
      List<Refusal> leftOut) {
    List<String> unknown = new ArrayList<>();
    for (String name : header.names()) {
      String column = name.toLowerCase(Locale.ROOT);
      if (isField(column, dictionary)) {
        columns.add(column);
      } else if (!name.isEmpty()
          && !OWN.contains(column)
          && !column.endsWith("_complete")
          && !column.endsWith("_timestamp")) {
        unknown.add(Sheet.shown(name));
      }
    }
    if (!unknown.isEmpty()) {
      leftOut.add(
          new Refusal(
              sheet.file(),
              0,
              unknown.size()
                  + " columns are not in the data dictionary: "
                  + String.join(", ", unknown.subList(0, Math.min(40, unknown.size())))));
    }
    Map<Place, Values> places = new LinkedHashMap<>();
    for (Sheet.Line line : sheet.lines().subList(header.line() + 1, sheet.lines().size())) {
      if (isCut(sheet, header, line, refused)) {
        continue;
      }
      Row row = new Row(sheet, header, line);
      Map<String, Cell> cells = new LinkedHashMap<>();
      for (String name : header.names()) {
        String column = name.toLowerCase(Locale.ROOT);
        if (isField(column, dictionary) || column.endsWith("_complete")) {
          cells.put(column, typed(row.cell(name), dictionary.fields().get(column)));
        }
      }
      Place place = place(row, dictionary.recordId());
      if (places.putIfAbsent(place, new Values(line.number(), cells)) != null) {
        refused.add(
            new Refusal(
                sheet.file(),
                line.number(),
                "The record '"
                    + Sheet.shown(place.record())
                    + "' has a row of this event and instance already"));
      }
    }
    return places;
  }

  private static boolean isField(String column, Dictionary dictionary) {
    Variable variable = dictionary.fields().get(column);
    return variable != null && !variable.isCheckbox() && variable.hasData()
        || dictionary.checkbox(column).isPresent();
  }

  private static boolean isCut(
      Sheet sheet, Sheet.Header header, Sheet.Line line, List<Refusal> refused) {
    if (sheet.isWorkbook() || line.cells().size() == header.names().size()) {
      return false;
    }
    refused.add(
        new Refusal(
            sheet.file(),
            line.number(),
            "the line has " + line.cells().size() + " cells, the header " + header.names().size()));
    return true;
  }

  private static Map<Place, Values> byValue(
      Sheet sheet,
      Sheet.Header header,
      Dictionary dictionary,
      Set<String> columns,
      List<Refusal> refused) {
    for (Variable variable : dictionary.fields().values()) {
      if (variable.isCheckbox()) {
        variable.choices().keySet().forEach(code -> columns.add(variable.column(code)));
      } else if (variable.hasData()) {
        columns.add(variable.name());
      }
    }
    Map<Place, Values> places = new LinkedHashMap<>();
    for (Sheet.Line line : sheet.lines().subList(header.line() + 1, sheet.lines().size())) {
      if (isCut(sheet, header, line, refused)) {
        continue;
      }
      Row row = new Row(sheet, header, line);
      String name = row.cell("field_name").text().toLowerCase(Locale.ROOT);
      Cell value = row.cell("value");
      Variable variable = dictionary.fields().get(name);
      String column = name;
      Cell cell = typed(value, variable);
      if (variable != null && variable.isCheckbox()) {
        column = variable.column(value.text());
        cell = new Cell("1", false, value.line());
      }
      if (!isField(column, dictionary) && !column.endsWith("_complete")) {
        refused.add(
            new Refusal(
                sheet.file(),
                line.number(),
                variable == null
                    ? "column field_name: '" + Sheet.shown(name) + "' is not in the data dictionary"
                    : "column value: '"
                        + Sheet.shown(value.text())
                        + "' is no choice of "
                        + name
                        + "; expected one of "
                        + variable.choices().keySet()));
        continue;
      }
      Values values =
          places.computeIfAbsent(
              place(row, "record"), key -> new Values(line.number(), new LinkedHashMap<>()));
      Cell before = values.cells().put(column, cell);
      if (before != null && !before.text().equals(cell.text())) {
        refused.add(
            new Refusal(
                sheet.file(),
                line.number(),
                "column value: "
                    + column
                    + " has another value in line "
                    + before.line()
                    + " of the same record, event and instance"));
      }
    }
    return places;
  }

  /**
   * A box that isn't ticked says something only if its form was filled in: REDCap's flat export has
   * 0 for all, EAV has nothing.
   */
  private static void boxes(Values values, Dictionary dictionary, boolean isEav) {
    Set<String> filled = new LinkedHashSet<>();
    values
        .cells()
        .forEach((column, cell) -> {
          Variable variable = dictionary.fields().get(column);
          if (variable != null) {
            if (!cell.isEmpty() && !column.equals(dictionary.recordId())) {
              filled.add(variable.form());
            }
          } else if (cell.text().equals("1") || cell.text().equals("2")) {
            filled.add(
                dictionary
                    .checkbox(column)
                    .map(Variable::form)
                    .orElse(column.replaceFirst("_complete$", "")));
          }
        });
    for (Variable variable : dictionary.fields().values()) {
      if (!variable.isCheckbox()) {
        continue;
      }
      for (String code : variable.choices().keySet()) {
        String column = variable.column(code);
        if (!filled.contains(variable.form())) {
          values.cells().remove(column);
        } else if (isEav) {
          values.cells().putIfAbsent(column, new Cell("0", false, values.line()));
        }
      }
    }
  }

  /** As the validation of the field says: REDCap exports dates as ISO 8601, people change that. */
  private static Cell typed(Cell cell, @org.jspecify.annotations.Nullable Variable variable) {
    if (variable == null || cell.isTyped() || cell.isEmpty()) {
      return cell;
    }
    String validation = variable.validation();
    if (validation.startsWith("number") || validation.equals("integer")) {
      String text =
          validation.contains("comma_decimal") ? cell.text().replace(',', '.') : cell.text();
      return text.matches("[+-]?\\d+(\\.\\d+)?") ? new Cell(text, true, cell.line()) : cell;
    }
    if (validation.startsWith("date")) {
      if (cell.text().matches("\\d{4}-\\d{2}-\\d{2}([T ].*)?")) {
        return new Cell(cell.text(), true, cell.line());
      }
      String order = validation.endsWith("_mdy") ? "MM-dd-yyyy" : "dd-MM-yyyy";
      return DateForm.of(validation.endsWith("_ymd") ? "yyyy-MM-dd" : order)
          .parsed(cell.text().replaceFirst("[T ].*", "").replaceAll("[/.]", "-"))
          .map(iso -> new Cell(iso, true, cell.line()))
          .orElse(cell);
    }
    return cell;
  }
}
