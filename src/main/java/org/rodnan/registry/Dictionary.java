package org.rodnan.registry;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.rodnan.mapping.RowException;

/**
 * What a REDCap project says of its fields: its data dictionary, as it is downloaded or as the API
 * gives it.
 *
 * @param fields by their names; the first is that of the record's id
 */
record Dictionary(Map<String, Variable> fields) {
  /** Of tables that have none. */
  static final Dictionary NONE = new Dictionary(Map.of());

  /**
   * A field.
   *
   * @param form that it is on
   * @param type such as {@code radio}
   * @param validation such as {@code date_dmy}; empty for none
   * @param choices from a code in upper case to its label; empty if any value may be
   */
  record Variable(
      String name, String form, String type, String validation, Map<String, String> choices) {
    boolean isCheckbox() {
      return type.equals("checkbox");
    }

    boolean hasData() {
      return !type.equals("descriptive");
    }

    /** The column of a choice of a checkbox, as REDCap names it. */
    String column(String code) {
      return name + "___" + code.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "_");
    }
  }

  private static final Map<String, List<String>> COLUMNS =
      Map.of(
          "name", List.of("Variable / Field Name", "field_name"),
          "form", List.of("Form Name", "form_name"),
          "type", List.of("Field Type", "field_type"),
          "choices",
              List.of("Choices, Calculations, OR Slider Labels", "select_choices_or_calculations"),
          "validation",
              List.of(
                  "Text Validation Type OR Show Slider Number",
                  "text_validation_type_or_show_slider_number"));

  /** Whether the sheet is one, by the names of its columns. */
  static boolean is(Sheet.Header header) {
    return COLUMNS.values().stream().allMatch(names -> names.stream().anyMatch(header::has));
  }

  /**
   * @throws RowException if a line of it makes no sense
   */
  static Dictionary read(Sheet sheet, Sheet.Header header) {
    Map<String, Variable> fields = new LinkedHashMap<>();
    for (Sheet.Line line : sheet.lines().subList(header.line() + 1, sheet.lines().size())) {
      Row row = new Row(sheet, header, line);
      String name = text(row, "name");
      if (!name.matches("[a-z][a-z0-9_]{0,99}")) {
        throw new RowException(
            "Line "
                + line.number()
                + " of the data dictionary has the field '"
                + Sheet.shown(name)
                + "'; expected a name of small letters, digits and _");
      }
      String type = text(row, "type").toLowerCase(Locale.ROOT);
      Variable variable =
          new Variable(
              name,
              text(row, "form"),
              type,
              text(row, "validation").toLowerCase(Locale.ROOT),
              choices(type, text(row, "choices"), line.number()));
      if (fields.put(name, variable) != null) {
        throw new RowException("The data dictionary has the field '" + name + "' twice");
      }
    }
    if (fields.isEmpty()) {
      throw new RowException("The data dictionary has no fields");
    }
    return new Dictionary(fields);
  }

  private static String text(Row row, String what) {
    return COLUMNS.getOrDefault(what, List.of()).stream()
        .filter(row.header()::has)
        .findFirst()
        .map(column -> row.cell(column).text())
        .orElse("");
  }

  /** {@code 1, Female | 2, Male}. */
  private static Map<String, String> choices(String type, String text, long line) {
    Map<String, String> choices = new LinkedHashMap<>();
    switch (type) {
      case "yesno" -> {
        choices.put("1", "Yes");
        choices.put("0", "No");
      }
      case "truefalse" -> {
        choices.put("1", "True");
        choices.put("0", "False");
      }
      case "radio", "dropdown", "checkbox" -> {
        for (String choice : text.split("\\|")) {
          int comma = choice.indexOf(',');
          String code = comma < 0 ? "" : choice.substring(0, comma).strip();
          if (code.isEmpty()
              || choices.put(code.toUpperCase(Locale.ROOT), choice.substring(comma + 1).strip())
                  != null) {
            throw new RowException(
                "Line "
                    + line
                    + " of the data dictionary has the choice '"
                    + Sheet.shown(choice.strip())
                    + "'; expected codes and labels such as 1, Female | 2, Male");
          }
        }
      }
      default -> {
        // Calculations and labels of sliders stand in the same column.
      }
    }
    return choices;
  }

  String recordId() {
    return fields.keySet().iterator().next();
  }

  /** The choices of a column that has some, also of a checkbox's: whether it is ticked. */
  Map<String, String> choices(String column) {
    String name = column.toLowerCase(Locale.ROOT);
    Variable variable = fields.get(name);
    if (variable != null) {
      return variable.choices();
    }
    return checkbox(name).isPresent() ? Map.of("1", "Yes", "0", "No") : Map.of();
  }

  /** The field of a checkbox's column. */
  Optional<Variable> checkbox(String column) {
    int cut = column.indexOf("___");
    return cut <= 0
        ? Optional.empty()
        : Optional.ofNullable(fields.get(column.substring(0, cut)))
            .filter(Variable::isCheckbox)
            .filter(each ->
                each.choices().keySet().stream()
                    .anyMatch(code -> each.column(code).equals(column)));
  }
}
