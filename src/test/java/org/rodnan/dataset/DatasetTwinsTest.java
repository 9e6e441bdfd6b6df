package org.rodnan.dataset;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.rodnan.dataset.DatasetJsonWriter.Form;

class DatasetTwinsTest {
  private static final long SEED = 20_261_126;

  record Content(String name, String label, List<String> variables, List<List<Value>> rows) {}

  private static final Table TABLE =
      new Table(
          "VS",
          "Vital Signs",
          List.of(
              new Variable("USUBJID", "Unique Subject Identifier", DataType.STRING, 40, 1),
              new Variable("VSSEQ", "Sequence Number", DataType.INTEGER, 8, 2),
              new Variable("VSSTRESN", "Result", DataType.FLOAT, 8, 0),
              new Variable("VSDEC", "Decimal", DataType.DECIMAL, 8, 0),
              new Variable("VSDTC", "Date/Time", DataType.DATETIME, 20, 0)));

  @ParameterizedTest
  @EnumSource(Form.class)
  void twinsAreTheSameTable(Form form) throws IOException {
    List<List<Value>> rows = random(new Random(SEED), 500);
    Content transport = read(transport(rows));
    Content json = read(json(rows, form));
    assertThat(json).as("seed %s", SEED).isEqualTo(transport);
    assertThat(json.rows()).isEqualTo(rows);
  }

  private static List<List<Value>> random(Random random, int count) {
    List<List<Value>> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      rows.add(
          List.of(
              Value.of("S-" + "äb €\"\\".substring(0, random.nextInt(7)) + random.nextInt(100)),
              Value.of(random.nextInt()),
              random.nextInt(5) == 0
                  ? Value.MISSING
                  : Value.of(random.nextGaussian() * Math.pow(10, random.nextInt(40) - 20)),
              Value.of(random.nextInt(100_000) / 1000.0),
              random.nextBoolean() ? Value.BLANK : Value.of("2008-01-" + random.nextInt(10, 30))));
    }
    return rows;
  }

  @Test
  void readsTheFormsThatTheStandardAllows() throws IOException {
    String json =
        """
        {"datasetJSONCreationDateTime":"2024-06-28T15:38:43","datasetJSONVersion":"1.1.0",
         "fileOID":"x","originator":null,"sourceSystem":{"name":"a","version":"1"},
         "itemGroupOID":"IG.T","records":2,"name":"T","label":"Test","columns":[
          {"itemOID":"I.A","name":"A","label":"","dataType":"date","targetDataType":"integer"},
          {"itemOID":"I.B","name":"B","label":"","dataType":"decimal","targetDataType":"decimal"},
          {"itemOID":"I.C","name":"C","label":"","dataType":"boolean"}],
         "rows":[["1960-01-11","0.10",true],[null,null,null]]}\
        """;
    assertThat(read(json.getBytes(UTF_8)).rows())
        .containsExactly(
            List.of(Value.of(10), Value.of(0.1), Value.of("true")),
            List.of(Value.MISSING, Value.MISSING, Value.BLANK));
  }

  @Test
  void saysWhatIsWrong() {
    assertRefused("\"rows\":[[1,2]]", "row 1: has more than 1 values");
    assertRefused("\"rows\":[[]]", "row 1: has 0 values; expected 1");
    assertRefused("\"rows\":[[\"a\"]]", "row 1: A is a; expected a whole number or null");
    assertRefused("\"rows\":[[1.5]]", "expected a whole number");
    assertRefused("\"rows\":[[1],[2]]", "'records' is 1, but there are 2 rows");
    assertRefused("\"rows\":[[12345678901234567890]]", "more digits than a number of 8 bytes");
    assertRefused("\"rows\":[[1]", "line");
    assertRefused("\"rows\":[[1]],\"label\":\"again\"", "Duplicate field 'label'");
  }

  private static void assertRefused(String rows, String message) {
    String json =
        "{\"datasetJSONCreationDateTime\":\"2024-06-28T15:38:43\",\"datasetJSONVersion\":\"1.1.0\","
            + "\"itemGroupOID\":\"IG.T\",\"records\":1,\"name\":\"T\",\"label\":\"\",\"columns\":"
            + "[{\"itemOID\":\"I\",\"name\":\"A\",\"label\":\"\",\"dataType\":\"integer\"}],"
            + rows
            + "}";
    assertThatThrownBy(() -> read(json.getBytes(UTF_8)))
        .isInstanceOf(DatasetFormatException.class)
        .hasMessageContaining(message);
  }

  @Test
  void refusesNamedMissingValuesThatJsonHasNoFormFor() {
    assertThatThrownBy(() ->
            json(
                List.of(
                    List.of(
                        Value.of("S"),
                        Value.of(1),
                        new Value.Missing('A'),
                        Value.MISSING,
                        Value.BLANK)),
                Form.JSON))
        .isInstanceOf(DatasetFormatException.class)
        .hasMessageContaining("special missing value .A");
  }

  /** Any file is read or refused; nothing else comes out. */
  @Test
  void survivesBrokenFiles() throws IOException {
    Random random = new Random(SEED);
    List<byte[]> seeds = new ArrayList<>();
    List<List<Value>> rows = random(random, 20);
    seeds.add(transport(rows));
    for (Form form : Form.values()) {
      seeds.add(json(rows, form));
    }
    Set<String> reasons = new HashSet<>();
    int refused = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] file = broken(seeds.get(i % seeds.size()), random);
      try {
        read(file);
      } catch (DatasetFormatException e) {
        refused++;
        reasons.add(
            String.valueOf(e.getMessage())
                .replaceAll("[^A-Za-z]", "")
                .concat("............")
                .substring(0, 12));
      } catch (IOException | RuntimeException e) {
        throw new AssertionError("seed " + SEED + ", file " + i, e);
      }
    }
    assertThat(refused).isGreaterThan(10_000);
    assertThat(reasons).hasSizeGreaterThan(10);
  }

  private static byte[] broken(byte[] seed, Random random) {
    byte[] file = seed.clone();
    switch (random.nextInt(4)) {
      case 0 -> file = Arrays.copyOf(file, random.nextInt(file.length));
      case 1 -> {
        for (int i = random.nextInt(1, 6); i > 0; i--) {
          file[random.nextInt(file.length)] = (byte) random.nextInt();
        }
      }
      case 2 -> {
        int at = random.nextInt(Math.min(file.length, 1_200));
        for (int i = at; i < Math.min(file.length, at + random.nextInt(1, 9)); i++) {
          file[i] = (byte) random.nextInt();
        }
      }
      default -> {
        int from = random.nextInt(file.length);
        int length = random.nextInt(file.length - from);
        byte[] doubled = new byte[file.length + length];
        System.arraycopy(file, 0, doubled, 0, from + length);
        System.arraycopy(file, from, doubled, from + length, file.length - from);
        file = doubled;
      }
    }
    return file;
  }

  private static byte[] transport(List<List<Value>> rows) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (TransportWriter writer =
        new TransportWriter(out, UTF_8, LocalDateTime.of(2026, 1, 2, 3, 4))) {
      writer.table(TABLE);
      for (List<Value> row : rows) {
        writer.row(row);
      }
    }
    return out.toByteArray();
  }

  private static byte[] json(List<List<Value>> rows, Form form) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (DatasetJsonWriter writer =
        new DatasetJsonWriter(
            out,
            form,
            TABLE,
            rows.size(),
            new DatasetJsonWriter.Origin("ST", "MDV", "Rodnan", Instant.EPOCH))) {
      for (List<Value> row : rows) {
        writer.row(row);
      }
    }
    return out.toByteArray();
  }

  private static Content read(byte[] file) throws IOException {
    try (DatasetReader reader = DatasetFiles.open(new ByteArrayInputStream(file), UTF_8)) {
      Table table = reader.nextTable().orElseThrow(() -> new DatasetFormatException("no table"));
      List<List<Value>> rows = new ArrayList<>();
      for (Optional<List<Value>> row = reader.nextRow(); row.isPresent(); row = reader.nextRow()) {
        rows.add(row.get());
      }
      while (reader.nextTable().isPresent()) {
        // The rest of the file must be sound too.
      }
      return new Content(
          table.name(),
          table.label(),
          table.variables().stream().map(each -> each.name() + ": " + each.label()).toList(),
          rows);
    }
  }
}
