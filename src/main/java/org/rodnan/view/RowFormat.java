package org.rodnan.view;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;

/** The forms in which rows are written. */
public enum RowFormat {
  /** An array of objects. */
  JSON("json", "application/json"),
  /** An object in each line. */
  NDJSON("ndjson", "application/x-ndjson"),
  /** RFC 4180; lists and what is no primitive are JSON in their cell. */
  CSV("csv", "text/csv"),
  /** Apache Parquet: columns of their types, lists as lists, what is no primitive as JSON. */
  PARQUET("parquet", "application/vnd.apache.parquet");

  private final String code;
  private final String mediaType;

  RowFormat(String code, String mediaType) {
    this.code = code;
    this.mediaType = mediaType;
  }

  /** The name in {@code _format}, and the ending of files. */
  public String code() {
    return code;
  }

  /** Without parameters. */
  public String mediaType() {
    return mediaType;
  }

  /**
   * The format of a name or media type.
   *
   * @param name such as {@code csv} or {@code text/csv}, without parameters, in lower case
   */
  public static Optional<RowFormat> find(String name) {
    return switch (name) {
      case "json", "application/json", "application/fhir+json", "text/json" -> Optional.of(JSON);
      case "ndjson", "application/ndjson", "application/x-ndjson", "application/fhir+ndjson" ->
          Optional.of(NDJSON);
      case "csv", "text/csv" -> Optional.of(CSV);
      case "parquet", "application/vnd.apache.parquet", "application/parquet" ->
          Optional.of(PARQUET);
      default -> Optional.empty();
    };
  }

  /**
   * @param out gets what is written; stays the caller's
   * @param hasHeader whether CSV begins with the names of the columns
   */
  public RowWriter open(OutputStream out, View view, boolean hasHeader) throws IOException {
    List<ViewColumn> columns = view.columns();
    return switch (this) {
      case JSON -> new JsonRows(out, columns, true);
      case NDJSON -> new JsonRows(out, columns, false);
      case CSV -> new CsvRows(out, columns, hasHeader);
      case PARQUET -> new ParquetRows(out, view.name().orElse("view"), columns);
    };
  }
}
