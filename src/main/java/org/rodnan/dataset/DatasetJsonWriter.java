package org.rodnan.dataset;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.zip.DeflaterOutputStream;

/**
 * Writes one table as CDISC Dataset-JSON 1.1, streaming. Not thread safe.
 *
 * <p>Refused are special missing values ({@code .A}), for which the format has nothing.
 */
public final class DatasetJsonWriter implements Closeable {
  /** The forms of the standard. */
  public enum Form {
    JSON,
    NDJSON,
    COMPRESSED
  }

  private final JsonGenerator json;
  private final OutputStream out;
  private final boolean isLines;
  private final List<Variable> variables;
  private long row;

  /**
   * What the metadata says besides the table itself.
   *
   * @param studyOid of the study in the Define-XML file beside it
   * @param metaDataVersionOid of its metadata
   * @param originator who made it
   */
  public record Origin(
      String studyOid, String metaDataVersionOid, String originator, Instant created) {}

  /**
   * @param out closed with the writer
   * @param records how many rows will be written
   */
  public DatasetJsonWriter(OutputStream out, Form form, Table table, long records, Origin origin)
      throws IOException {
    this.isLines = form != Form.JSON;
    this.out = form == Form.COMPRESSED ? new DeflaterOutputStream(out) : out;
    this.variables = table.variables();
    this.json = new JsonFactory().createGenerator(this.out);
    json.setRootValueSeparator(null);
    json.writeStartObject();
    json.writeStringField(
        "datasetJSONCreationDateTime", origin.created().truncatedTo(ChronoUnit.SECONDS).toString());
    json.writeStringField("datasetJSONVersion", "1.1.0");
    json.writeStringField("originator", origin.originator());
    json.writeStringField("studyOID", origin.studyOid());
    json.writeStringField("metaDataVersionOID", origin.metaDataVersionOid());
    json.writeStringField("itemGroupOID", "IG." + table.name());
    json.writeNumberField("records", records);
    json.writeStringField("name", table.name());
    json.writeStringField("label", table.label());
    json.writeArrayFieldStart("columns");
    for (Variable variable : variables) {
      column(table, variable);
    }
    json.writeEndArray();
    if (isLines) {
      json.writeEndObject();
      json.writeRaw('\n');
    } else {
      json.writeArrayFieldStart("rows");
    }
  }

  private void column(Table table, Variable variable) throws IOException {
    json.writeStartObject();
    json.writeStringField("itemOID", "IT." + table.name() + "." + variable.name());
    json.writeStringField("name", variable.name());
    json.writeStringField("label", variable.label());
    json.writeStringField("dataType", variable.type().code());
    if (variable.length() > 0) {
      json.writeNumberField("length", variable.length());
    }
    if (variable.keySequence() > 0) {
      json.writeNumberField("keySequence", variable.keySequence());
    }
    json.writeEndObject();
  }

  /**
   * @param values one for each variable, of its type
   * @throws DatasetFormatException if there is a special missing value
   */
  public void row(List<Value> values) throws IOException {
    row++;
    if (values.size() != variables.size()) {
      throw new IllegalArgumentException(values.size() + " values of " + variables.size());
    }
    json.writeStartArray();
    for (int i = 0; i < variables.size(); i++) {
      write(values.get(i), variables.get(i));
    }
    json.writeEndArray();
    if (isLines) {
      json.writeRaw('\n');
    }
  }

  private void write(Value value, Variable variable) throws IOException {
    switch (value) {
      case Value.Text text -> {
        if (variable.type() == DataType.BOOLEAN) {
          json.writeBoolean(Boolean.parseBoolean(text.text()));
        } else {
          json.writeString(text.text());
        }
      }
      case Value.Number number -> {
        if (variable.type() == DataType.DECIMAL) {
          json.writeString(Value.decimal(number.number()).toPlainString());
        } else {
          json.writeNumber(Value.decimal(number.number()));
        }
      }
      case Value.Missing missing -> {
        if (missing.code() != '.') {
          throw new DatasetFormatException(
              row,
              variable.name()
                  + " is the special missing value ."
                  + missing.code()
                  + ", which Dataset-JSON has no form for");
        }
        json.writeNull();
      }
    }
  }

  @Override
  public void close() throws IOException {
    if (!isLines) {
      json.writeEndArray();
      json.writeEndObject();
    }
    json.close();
    out.close();
  }
}
