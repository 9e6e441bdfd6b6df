package org.rodnan.sdtm;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.Charset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.rodnan.dataset.DatasetFiles;
import org.rodnan.dataset.DatasetReader;
import org.rodnan.dataset.Table;
import org.rodnan.dataset.Value;
import org.rodnan.mapping.SourceFile;

/** The rows of the tables of one file, one after the other. */
final class TableRows implements Closeable {
  private final String file;
  private final DatasetReader reader;
  private String table = "";
  private Map<String, Integer> positions = Map.of();
  private long number;

  TableRows(SourceFile source, Charset encoding) throws IOException {
    this.file = source.name();
    this.reader = DatasetFiles.open(source.opening().open(), encoding);
  }

  /** Goes to the next table; false after the last one. */
  boolean nextTable() throws IOException {
    Optional<Table> next = reader.nextTable();
    if (next.isEmpty()) {
      return false;
    }
    table = next.get().name().toUpperCase(Locale.ROOT);
    number = 0;
    Map<String, Integer> named = new LinkedHashMap<>();
    next.get().positions().forEach((name, at) -> named.put(name.toUpperCase(Locale.ROOT), at));
    positions = named;
    return true;
  }

  /** The name of the table. */
  String table() {
    return table;
  }

  /** The next row of the table; empty after the last one. */
  Optional<Row> nextRow() throws IOException {
    Optional<List<Value>> values = reader.nextRow();
    if (values.isEmpty()) {
      return Optional.empty();
    }
    number++;
    Row row = new Row(file, table, number, positions, values.get());
    // Split datasets such as QSPH and QSSL are of the domain that they name.
    String domain = row.text("DOMAIN");
    return Optional.of(
        domain.isEmpty() || Attachment.isMeant(table)
            ? row
            : new Row(file, domain, number, positions, values.get()));
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
