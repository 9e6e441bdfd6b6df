package org.rodnan.store;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.Progress;

/**
 * The whole log of truth as one file, from either database and into either: gzip of lines of JSON.
 * The first line tells the format and how many rows follow, each next one is a row of a table, and
 * the last one has the number of lines and the SHA-256 of all before it, so that a file that is cut
 * off or changed is noticed.
 *
 * <pre>
 * {"format":"rodnan-backup","version":1,"head":…,"rows":…}
 * ["resource_version",1,7,"Patient",…]
 * {"lines":…,"sha256":…}
 * </pre>
 *
 * <p>Columns come in the order of the schema; bytes are hexadecimal, but for bodies, which are
 * texts. Neither direction holds more than a row.
 */
public final class StoreBackup {
  /** What a backup has. */
  public record Summary(long head, long rows) {}

  /** A file that is no whole backup; the store is as it was. */
  public static final class BadBackup extends Exception {
    private static final long serialVersionUID = 1L;

    BadBackup(String message) {
      super(message);
    }
  }

  private static final String FORMAT = "rodnan-backup";
  private static final int VERSION = 1;
  private static final int BATCH = 500;
  private static final int FETCH = 500;

  private enum Kind {
    NUMBER,
    TEXT,
    BYTES,
    BODY
  }

  private record Column(String name, Kind kind) {}

  private record Table(String name, String order, List<Column> columns) {
    static Table of(String name, String order, String... columns) {
      List<Column> all = new ArrayList<>();
      for (String column : columns) {
        String[] parts = column.split(" ", 2);
        all.add(new Column(parts[0], Kind.valueOf(parts[1])));
      }
      return new Table(name, order, all);
    }

    private String names() {
      return String.join(", ", columns.stream().map(Column::name).toList());
    }

    String select() {
      return "select " + names() + " from " + name + " order by " + order;
    }

    String insert() {
      return "insert into "
          + name
          + " ("
          + names()
          + ") values ("
          + String.join(", ", columns.stream().map(column -> "?").toList())
          + ")";
    }
  }

  private static final List<Table> TABLES =
      List.of(
          Table.of(
              "resource_version",
              "position",
              "position NUMBER",
              "number NUMBER",
              "type TEXT",
              "id TEXT",
              "version NUMBER",
              "change NUMBER",
              "last_updated NUMBER",
              "created NUMBER",
              "ends_unit NUMBER",
              "hash BYTES",
              "actor TEXT",
              "client TEXT",
              "request_id TEXT",
              "reason TEXT",
              "body BODY"),
          Table.of(
              "resource_key",
              "number",
              "number NUMBER",
              "type TEXT",
              "id TEXT",
              "version NUMBER",
              "position NUMBER",
              "created NUMBER",
              "last_updated NUMBER",
              "deleted NUMBER"),
          Table.of(
              "identifier",
              "number, type, system, value",
              "type TEXT",
              "value BYTES",
              "system BYTES",
              "number NUMBER"));

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
          .disable(StreamReadFeature.AUTO_CLOSE_SOURCE)
          .build();

  private StoreBackup() {}

  /**
   * Writes what the log holds at this moment. A server may go on writing meanwhile.
   *
   * @throws FhirFailure.Fault if the database can't be read, or a body isn't the one written
   * @throws org.rodnan.fhir.StartFailure if there is no database
   */
  public static Summary write(StoreSettings settings, OutputStream file, Progress progress)
      throws IOException {
    try (Database database = ResourceStores.beside(settings);
        Session session = database.snapshot();
        GZIPOutputStream zip = new GZIPOutputStream(file, 1 << 16)) {
      Lines lines = new Lines(zip);
      long all = 0;
      for (Table table : TABLES) {
        all += number(session, "select count(*) from " + table.name());
      }
      Summary summary =
          new Summary(
              number(session, "select coalesce(max(position), 0) from resource_version"), all);
      lines.header(summary);
      long done = 0;
      for (Table table : TABLES) {
        try (PreparedStatement select = session.connection().prepareStatement(table.select())) {
          select.setFetchSize(FETCH);
          try (ResultSet row = select.executeQuery()) {
            while (row.next()) {
              lines.row(table, row);
              done++;
              if (done % 1_000 == 0) {
                progress.at("Backup", done, all);
              }
            }
          }
        }
      }
      lines.end();
      progress.at("Backup", Math.max(1, all), Math.max(1, all));
      return summary;
    } catch (SQLException e) {
      throw new FhirFailure.Fault("The database can't be read: " + e.getMessage(), e);
    }
  }

  private static long number(Session session, String sql) throws SQLException {
    try (ResultSet row = session.prepared(sql).executeQuery()) {
      row.next();
      return row.getLong(1);
    }
  }

  /** Writes lines, and remembers what was written. */
  private static final class Lines {
    private final OutputStream out;
    private final MessageDigest hash = sha256();
    private long count;

    Lines(OutputStream out) {
      this.out = out;
    }

    /** Writes one line of JSON. */
    private interface Content {
      void write(JsonGenerator json) throws IOException, SQLException;
    }

    private void line(Content content) throws IOException, SQLException {
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      try (JsonGenerator json = JSON.createGenerator(line)) {
        content.write(json);
      }
      line.write('\n');
      byte[] bytes = line.toByteArray();
      hash.update(bytes);
      count++;
      out.write(bytes);
    }

    void header(Summary summary) throws IOException, SQLException {
      line(json -> {
        json.writeStartObject();
        json.writeStringField("format", FORMAT);
        json.writeNumberField("version", VERSION);
        json.writeNumberField("head", summary.head());
        json.writeNumberField("rows", summary.rows());
        json.writeEndObject();
      });
    }

    void row(Table table, ResultSet row) throws IOException, SQLException {
      line(json -> {
        json.writeStartArray();
        json.writeString(table.name());
        byte[] expected = null;
        for (int i = 0; i < table.columns().size(); i++) {
          Column column = table.columns().get(i);
          switch (column.kind()) {
            case NUMBER -> {
              long number = row.getLong(i + 1);
              if (row.wasNull()) {
                json.writeNull();
              } else {
                json.writeNumber(number);
              }
            }
            case TEXT -> json.writeString(row.getString(i + 1));
            case BYTES -> {
              byte[] bytes = row.getBytes(i + 1);
              expected = bytes;
              json.writeString(bytes == null ? null : HexFormat.of().formatHex(bytes));
            }
            case BODY -> json.writeString(body(row.getBytes(i + 1), expected, row));
          }
        }
        json.writeEndArray();
      });
    }

    private static @Nullable String body(
        byte @Nullable [] body, byte @Nullable [] hash, ResultSet row) throws SQLException {
      if (body == null) {
        return null;
      }
      if (!MessageDigest.isEqual(hash, Rows.sha256(body))) {
        throw new FhirFailure.Fault(
            "The body at log position "
                + row.getLong("position")
                + " is damaged: its SHA-256 is not the one that was written with it");
      }
      try {
        return StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .decode(java.nio.ByteBuffer.wrap(body))
            .toString();
      } catch (CharacterCodingException e) {
        throw new FhirFailure.Fault(
            "The body at log position " + row.getLong("position") + " is not UTF-8", e);
      }
    }

    void end() throws IOException, SQLException {
      String sum = HexFormat.of().formatHex(hash.digest());
      long lines = count;
      line(json -> {
        json.writeStartObject();
        json.writeNumberField("lines", lines);
        json.writeStringField("sha256", sum);
        json.writeEndObject();
      });
    }
  }

  /**
   * Fills an empty store from a backup: all of it, or nothing.
   *
   * @throws BadBackup if the file is no whole backup, or the store isn't empty
   * @throws FhirFailure.Fault if the database refuses
   * @throws org.rodnan.fhir.StartFailure if the database can't be opened, or a server has it open
   */
  public static Summary restore(StoreSettings settings, InputStream file, Progress progress)
      throws IOException, BadBackup {
    try (Database database = ResourceStores.database(settings);
        Session session = database.beginWriting()) {
      for (Table table : TABLES) {
        if (number(session, "select count(*) from " + table.name()) > 0) {
          throw new BadBackup(
              "The store holds data already; expected an empty one, so that nothing is mixed up");
        }
      }
      Summary summary = read(session, file, progress);
      session.connection().commit();
      return summary;
    } catch (SQLException e) {
      throw new FhirFailure.Fault("The database can't be written: " + e.getMessage(), e);
    } catch (ZipException | EOFException | CharacterCodingException | JsonProcessingException e) {
      throw new BadBackup("The file is no whole backup: " + e.getMessage());
    }
  }

  private static Summary read(Session session, InputStream file, Progress progress)
      throws IOException, SQLException, BadBackup {
    BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(file, 1 << 16),
                StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)));
    MessageDigest hash = sha256();
    Summary summary = header(line(reader, hash));
    long lines = 1;
    Table open = null;
    PreparedStatement insert = null;
    int batch = 0;
    for (String line = reader.readLine(); line != null; line = reader.readLine()) {
      if (line.startsWith("{")) {
        requireEnd(line, lines, HexFormat.of().formatHex(hash.digest()));
        if (lines - 1 != summary.rows() || reader.readLine() != null) {
          throw new BadBackup("The file doesn't have the rows that its first line announces");
        }
        if (insert != null) {
          insert.executeBatch();
        }
        progress.at("Restore", Math.max(1, summary.rows()), Math.max(1, summary.rows()));
        return summary;
      }
      hash.update((line + "\n").getBytes(StandardCharsets.UTF_8));
      lines++;
      try (JsonParser json = JSON.createParser(line)) {
        Table table = table(json);
        if (insert == null || table != open) {
          if (insert != null) {
            insert.executeBatch();
          }
          batch = 0;
          open = table;
          insert = session.prepared(table.insert());
        }
        set(insert, table, json);
        insert.addBatch();
      }
      batch++;
      if (batch % BATCH == 0) {
        insert.executeBatch();
      }
      if (lines % 1_000 == 0) {
        progress.at("Restore", Math.min(lines, summary.rows()), summary.rows());
      }
    }
    throw new BadBackup("The file ends before its last line; it was cut off");
  }

  private static String line(BufferedReader reader, MessageDigest hash)
      throws IOException, BadBackup {
    String line = reader.readLine();
    if (line == null) {
      throw new BadBackup("The file is empty");
    }
    hash.update((line + "\n").getBytes(StandardCharsets.UTF_8));
    return line;
  }

  private static Summary header(String line) throws IOException, BadBackup {
    long head = -1;
    long rows = -1;
    boolean isFormat = false;
    try (JsonParser json = JSON.createParser(line)) {
      json.nextToken();
      for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
        json.nextToken();
        switch (name) {
          case "format" -> isFormat = FORMAT.equals(json.getText());
          case "version" -> {
            if (json.getLongValue() != VERSION) {
              throw new BadBackup(
                  "The backup is of version "
                      + json.getLongValue()
                      + "; this program reads "
                      + VERSION);
            }
          }
          case "head" -> head = json.getLongValue();
          case "rows" -> rows = json.getLongValue();
          default -> json.skipChildren();
        }
      }
    }
    if (!isFormat || head < 0 || rows < 0) {
      throw new BadBackup("The file doesn't begin as a backup does");
    }
    return new Summary(head, rows);
  }

  private static void requireEnd(String line, long lines, String sum)
      throws IOException, BadBackup {
    try (JsonParser json = JSON.createParser(line)) {
      json.nextToken();
      for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
        json.nextToken();
        boolean isRight =
            switch (name) {
              case "lines" -> json.getLongValue() == lines;
              case "sha256" -> sum.equals(json.getText());
              default -> true;
            };
        if (!isRight) {
          throw new BadBackup("The file was changed or cut off: its " + name + " is another");
        }
      }
    }
  }

  private static Table table(JsonParser json) throws IOException, BadBackup {
    String name = json.nextToken() == JsonToken.START_ARRAY ? json.nextTextValue() : null;
    for (Table table : TABLES) {
      if (table.name().equals(name)) {
        return table;
      }
    }
    throw new BadBackup("A line is of '" + name + "', which is no table");
  }

  private static void set(PreparedStatement insert, Table table, JsonParser json)
      throws IOException, SQLException, BadBackup {
    byte[] hash = null;
    for (int i = 0; i < table.columns().size(); i++) {
      Column column = table.columns().get(i);
      JsonToken token = json.nextToken();
      boolean isNull = token == JsonToken.VALUE_NULL;
      if (!isNull
          && (column.kind() == Kind.NUMBER
              ? token != JsonToken.VALUE_NUMBER_INT
              : token != JsonToken.VALUE_STRING)) {
        throw new BadBackup("A line of " + table.name() + " has no " + column.name());
      }
      switch (column.kind()) {
        case NUMBER -> {
          if (isNull) {
            insert.setNull(i + 1, Types.BIGINT);
          } else {
            insert.setLong(i + 1, json.getLongValue());
          }
        }
        case TEXT -> Rows.setText(insert, i + 1, isNull ? null : json.getText());
        case BYTES -> {
          hash = isNull ? null : bytes(json.getText());
          insert.setBytes(i + 1, hash);
        }
        case BODY -> {
          byte[] body = isNull ? null : json.getText().getBytes(StandardCharsets.UTF_8);
          if (body != null && !MessageDigest.isEqual(hash, Rows.sha256(body))) {
            throw new BadBackup("A body is not the one that its hash is of");
          }
          insert.setBytes(i + 1, body);
        }
      }
    }
  }

  private static byte[] bytes(String hexadecimal) throws BadBackup {
    try {
      return HexFormat.of().parseHex(hexadecimal);
    } catch (IllegalArgumentException e) {
      throw new BadBackup("A line has '" + hexadecimal + "'; expected hexadecimal");
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JDK has SHA-256", e);
    }
  }
}
