package org.rodnan.dataset;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.math.BigDecimal;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * CDISC Dataset-JSON 1.1: one table in JSON, as NDJSON (the metadata on the first line, a row on
 * each other), or either compressed (.dsjc). {@code columns} must come before {@code rows}, so that
 * rows can be streamed.
 *
 * <p>A date, time or datetime whose targetDataType is integer becomes the number that SAS has for
 * it (days or seconds from 1960), as in the transport file beside it.
 */
final class DatasetJsonReader implements DatasetReader {
  private static final int STRING_MAX = 1 << 20;
  private static final int COLUMNS_MAX = 9_999;
  private static final LocalDate SAS_EPOCH = LocalDate.of(1960, 1, 1);
  private static final Set<String> REQUIRED =
      Set.of(
          "datasetJSONCreationDateTime",
          "datasetJSONVersion",
          "itemGroupOID",
          "records",
          "name",
          "label",
          "columns");

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(8)
                  .maxNumberLength(100)
                  .maxNameLength(200)
                  .maxStringLength(STRING_MAX)
                  .build())
          .build();

  private final InputStream in;
  private final JsonParser json;
  private final Set<String> members = new HashSet<>();
  private final List<Column> columns = new ArrayList<>();
  private String name = "";
  private String label = "";
  private long records;
  private long row;
  private boolean isStarted;
  private boolean isNdjson;
  private boolean isDone;

  private record Column(Variable variable, boolean isNumber, boolean isTarget) {}

  private DatasetJsonReader(InputStream in, JsonParser json) {
    this.in = in;
    this.json = json;
  }

  /**
   * @param in closed with the reader
   * @param isCompressed whether it is a .dsjc
   * @throws DatasetFormatException if it is compressed and not by zlib
   */
  static DatasetJsonReader of(InputStream in, boolean isCompressed) throws IOException {
    InputStream plain = isCompressed ? new InflaterInputStream(in) : in;
    Reader text =
        new BufferedReader(
            new InputStreamReader(
                plain,
                StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)),
            1 << 16);
    return new DatasetJsonReader(in, FACTORY.createParser(skipMark(text)));
  }

  private static Reader skipMark(Reader text) throws IOException {
    return guard(() -> {
      text.mark(1);
      if (text.read() != '\uFEFF') {
        text.reset();
      }
      return text;
    });
  }

  @Override
  public Optional<Table> nextTable() throws IOException {
    if (isStarted) {
      while (nextRow().isPresent()) {
        // To the end: what is wrong further on is wrong with the file.
      }
      return Optional.empty();
    }
    isStarted = true;
    return guard(() -> {
      expect(json.nextToken(), JsonToken.START_OBJECT, "the file");
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String member = json.currentName();
        json.nextToken();
        if (member.equals("rows")) {
          expect(json.currentToken(), JsonToken.START_ARRAY, "rows");
          members.add(member);
          if (columns.isEmpty() || name.isEmpty()) {
            throw new DatasetFormatException(
                "'rows' come before 'name' and 'columns'; expected them in the order of the"
                    + " standard, rows last");
          }
          return Optional.of(table());
        }
        member(member);
      }
      requireMembers();
      isNdjson = true;
      return Optional.of(table());
    });
  }

  private Table table() {
    return new Table(name, label, columns.stream().map(Column::variable).toList());
  }

  private void member(String member) throws IOException {
    members.add(member);
    switch (member) {
      case "name" -> {
        name = string("name");
        if (!name.matches("[A-Za-z_][A-Za-z0-9_]{0,31}")) {
          throw new DatasetFormatException(
              "'name' is '" + cut(name) + "'; expected a dataset's name such as DM");
        }
      }
      case "label" -> label = string("label");
      case "records" -> {
        expect(json.currentToken(), JsonToken.VALUE_NUMBER_INT, "'records'");
        records = json.getLongValue();
      }
      case "datasetJSONVersion" -> {
        String version = string(member);
        if (!version.matches("1\\.1(\\.\\d{1,9})?")) {
          throw new DatasetFormatException(
              "'datasetJSONVersion' is '" + cut(version) + "'; expected 1.1");
        }
      }
      case "columns" -> readColumns();
      default -> json.skipChildren();
    }
  }

  private void readColumns() throws IOException {
    expect(json.currentToken(), JsonToken.START_ARRAY, "'columns'");
    Set<String> names = new HashSet<>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      expect(json.currentToken(), JsonToken.START_OBJECT, "a column");
      Column column = column();
      if (!names.add(column.variable().name())) {
        throw new DatasetFormatException("Two columns are named " + column.variable().name());
      }
      if (columns.size() == COLUMNS_MAX) {
        throw new DatasetFormatException("There are more than " + COLUMNS_MAX + " columns");
      }
      columns.add(column);
    }
    if (columns.isEmpty()) {
      throw new DatasetFormatException("'columns' is empty; expected one at least");
    }
  }

  private Column column() throws IOException {
    String columnName = "";
    String columnLabel = "";
    String type = "";
    String target = "";
    int length = 0;
    int key = 0;
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String member = json.currentName();
      json.nextToken();
      switch (member) {
        case "name" -> columnName = string("the name of a column");
        case "label" -> columnLabel = string("the label of a column");
        case "dataType" -> type = string("the dataType of a column");
        case "targetDataType" ->
            target = json.currentToken() == JsonToken.VALUE_NULL ? "" : string("targetDataType");
        case "length" -> length = integer("the length of a column");
        case "keySequence" -> key = integer("the keySequence of a column");
        default -> json.skipChildren();
      }
    }
    if (!columnName.matches("[A-Za-z_][A-Za-z0-9_]{0,31}")) {
      throw new DatasetFormatException(
          "A column is named '"
              + cut(columnName)
              + "'; expected a variable's name such as USUBJID");
    }
    String found = type;
    String named = columnName;
    DataType dataType =
        DataType.of(type)
            .orElseThrow(() ->
                new DatasetFormatException(
                    "The dataType of "
                        + named
                        + " is '"
                        + cut(found)
                        + "'; expected string, integer, decimal, float, double, boolean, datetime,"
                        + " date, time or URI"));
    boolean isTarget =
        target.equals("integer")
            && (dataType == DataType.DATE
                || dataType == DataType.TIME
                || dataType == DataType.DATETIME);
    DataType kept = isTarget ? DataType.INTEGER : dataType;
    return new Column(
        new Variable(columnName, columnLabel, kept, length, key), kept.isNumeric(), isTarget);
  }

  private void requireMembers() throws IOException {
    for (String required : REQUIRED) {
      if (!members.contains(required)) {
        throw new DatasetFormatException("There is no '" + required + "'");
      }
    }
  }

  @Override
  public Optional<List<Value>> nextRow() throws IOException {
    if (!isStarted || isDone) {
      return Optional.empty();
    }
    return guard(() -> {
      JsonToken token = json.nextToken();
      if (token == (isNdjson ? null : JsonToken.END_ARRAY)) {
        finish();
        return Optional.empty();
      }
      row++;
      expect(token, JsonToken.START_ARRAY, "row " + row);
      return Optional.of(values());
    });
  }

  private void finish() throws IOException {
    isDone = true;
    if (!isNdjson) {
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String member = json.currentName();
        json.nextToken();
        if (member.equals("columns")) {
          throw new DatasetFormatException("'columns' come twice");
        }
        member(member);
      }
      if (json.currentToken() != JsonToken.END_OBJECT) {
        throw new DatasetFormatException("The file ends before its last brace");
      }
      requireMembers();
      if (json.nextToken() != null) {
        throw new DatasetFormatException("Something follows the dataset; expected the end");
      }
    }
    if (records != row) {
      throw new DatasetFormatException(
          "'records' is " + records + ", but there are " + row + " rows");
    }
  }

  private List<Value> values() throws IOException {
    List<Value> values = new ArrayList<>(columns.size());
    while (json.nextToken() != JsonToken.END_ARRAY) {
      if (values.size() == columns.size()) {
        throw new DatasetFormatException(
            row, "has more than " + columns.size() + " values, one for each column");
      }
      values.add(value(columns.get(values.size())));
    }
    if (values.size() < columns.size()) {
      throw new DatasetFormatException(
          row, "has " + values.size() + " values; expected " + columns.size());
    }
    return values;
  }

  private Value value(Column column) throws IOException {
    JsonToken token = json.currentToken();
    if (token == JsonToken.VALUE_NULL) {
      return column.isNumber() ? Value.MISSING : Value.BLANK;
    }
    Variable variable = column.variable();
    if (column.isTarget()) {
      return token == JsonToken.VALUE_STRING
          ? sasNumber(json.getText(), variable)
          : fail(variable, "a date or time in a string");
    }
    return switch (variable.type()) {
      case INTEGER ->
          token == JsonToken.VALUE_NUMBER_INT
              ? number(json.getDecimalValue(), variable)
              : fail(variable, "a whole number");
      case FLOAT, DOUBLE ->
          token.isNumeric() ? number(json.getDecimalValue(), variable) : fail(variable, "a number");
      case DECIMAL -> decimal(token, variable);
      case BOOLEAN ->
          token.isBoolean() ? Value.of(json.getText()) : fail(variable, "true or false");
      case STRING, DATETIME, DATE, TIME, URI -> text(token, variable);
    };
  }

  private Value text(JsonToken token, Variable variable) throws IOException {
    if (token != JsonToken.VALUE_STRING) {
      return fail(variable, "a string");
    }
    String text = json.getText();
    if (text.indexOf(0) >= 0) {
      throw new DatasetFormatException(row, variable.name() + " has the character 0000");
    }
    return Value.of(text);
  }

  private Value decimal(JsonToken token, Variable variable) throws IOException {
    if (token.isNumeric()) {
      return number(json.getDecimalValue(), variable);
    }
    String text = token == JsonToken.VALUE_STRING ? json.getText().strip() : "";
    if (!text.matches("[+-]?(\\d{1,60}(\\.\\d{0,60})?|\\.\\d{1,60})([eE][+-]?\\d{1,3})?")) {
      return fail(variable, "a decimal in a string");
    }
    return number(new BigDecimal(text), variable);
  }

  /** Text of a number that no double is exactly, in its shortest form, is refused. */
  private Value number(BigDecimal decimal, Variable variable) throws IOException {
    double number = decimal.doubleValue();
    if (!Double.isFinite(number)
        || new BigDecimal(Double.toString(number)).compareTo(decimal) != 0) {
      throw new DatasetFormatException(
          row,
          variable.name()
              + " is "
              + cut(decimal.toString())
              + ", which has more digits than a number of 8 bytes keeps");
    }
    return Value.of(number);
  }

  private Value sasNumber(String text, Variable variable) throws IOException {
    try {
      return text.contains("T")
          ? Value.of(
              LocalDateTime.parse(text).toEpochSecond(ZoneOffset.UTC)
                  - SAS_EPOCH.toEpochSecond(LocalTime.MIDNIGHT, ZoneOffset.UTC))
          : text.contains(":")
              ? Value.of(LocalTime.parse(text).toSecondOfDay())
              : Value.of(LocalDate.parse(text).toEpochDay() - SAS_EPOCH.toEpochDay());
    } catch (DateTimeException e) {
      throw new DatasetFormatException(
          row, variable.name() + " is '" + cut(text) + "'; expected a whole date or time");
    }
  }

  private Value fail(Variable variable, String expected) throws IOException {
    throw new DatasetFormatException(
        row,
        variable.name() + " is " + cut(json.getText()) + "; expected " + expected + " or null");
  }

  private String string(String what) throws IOException {
    expect(json.currentToken(), JsonToken.VALUE_STRING, what);
    return json.getText();
  }

  private int integer(String what) throws IOException {
    if (json.currentToken() == JsonToken.VALUE_NULL) {
      return 0;
    }
    expect(json.currentToken(), JsonToken.VALUE_NUMBER_INT, what);
    return json.getIntValue();
  }

  private static void expect(@Nullable JsonToken found, JsonToken expected, String what)
      throws DatasetFormatException {
    if (found != expected) {
      throw new DatasetFormatException(
          "Found "
              + (found == null ? "the end" : word(found))
              + " as "
              + what
              + "; expected "
              + word(expected));
    }
  }

  private static String word(JsonToken token) {
    return switch (token) {
      case START_OBJECT -> "an object";
      case END_OBJECT -> "the end of an object";
      case START_ARRAY -> "an array";
      case END_ARRAY -> "the end of an array";
      case VALUE_STRING -> "a string";
      case VALUE_NUMBER_INT -> "a whole number";
      case VALUE_NUMBER_FLOAT -> "a number";
      case VALUE_TRUE, VALUE_FALSE -> "a boolean";
      case VALUE_NULL -> "null";
      default -> "nothing";
    };
  }

  private static String cut(String text) {
    return text.length() <= 40 ? text : text.substring(0, 40) + "...";
  }

  private interface Reading<T> {
    T read() throws IOException;
  }

  /** What the layers below find wrong with the file, in the words of this one. */
  private static <T> T guard(Reading<T> reading) throws IOException {
    try {
      return reading.read();
    } catch (CharacterCodingException e) {
      throw new DatasetFormatException("The file is not in UTF-8");
    } catch (JacksonException e) {
      if (e.getCause() instanceof CharacterCodingException) {
        throw new DatasetFormatException("The file is not in UTF-8");
      }
      throw new DatasetFormatException(
          "The file is not JSON at line "
              + (e.getLocation() == null ? 0 : e.getLocation().getLineNr())
              + ": "
              + e.getOriginalMessage().replaceFirst("(?s)( \\(start marker)? at \\[Source.*", ""));
    } catch (NumberFormatException e) {
      throw new DatasetFormatException("A number has an exponent beyond all numbers");
    } catch (ZipException | EOFException e) {
      throw new DatasetFormatException("The compressed file can't be unpacked: " + e.getMessage());
    }
  }

  @Override
  public void close() throws IOException {
    json.close();
    in.close();
  }
}
