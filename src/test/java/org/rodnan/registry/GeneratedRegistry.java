package org.rodnan.registry;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;
import org.dhatim.fastexcel.Workbook;
import org.dhatim.fastexcel.Worksheet;
import org.rodnan.mapping.Measure;
import org.rodnan.mapping.SourceFile;

/**
 * A registry of synthetic people: the same values as CSV, as a workbook, with a row for each visit,
 * a row for each value, or a row for each person.
 *
 * @param tables by name, each with its header first; a cell is a String, a BigDecimal, a LocalDate
 *     or empty text
 */
public record GeneratedRegistry(Map<String, List<List<Object>>> tables, String mapping) {
  private static final List<String> VISITS = List.of("BL", "M3", "M6", "M12");
  private static final DateTimeFormatter GERMAN = DateTimeFormatter.ofPattern("dd.MM.uuuu");

  /** Said of all shapes. */
  private static final String HEAD =
      """
      study: registry-1
      subjects: https://example.org/registry
      synthetic: true
      missing: [NA]
      absent: {ND: not-performed}
      visits: {BL: baseline, M3: month-3, M6: month-6, M12: month-12}
      reference-equation: nhanes-iii
      tables:
        - table: people
          subject: ID
          demographics:
            sex: {column: Sex, codes: {1: female, 2: male}}
            birth-date: Birth
            arm: {column: Arm, codes: {A: Active, P: Placebo}}
            start: Start
        - table: events
          subject: ID
          key: No
          adverse-events:
            term: Event
            grade: Grade
            serious: {column: Serious, codes: {ja: yes, nein: no}}
            criterion: {column: Why, codes: {H: hospitalisation, L: life-threatening}}
            related: Related
            start: From
            end: To
            outcome: Outcome
        - table: treatment
          subject: ID
          visit: Visit
          treatments:
            drug: {value: Cyclophosphamide}
            dose: Dose
            unit: {value: mg/day}
            start: From
            end: To
            status: {column: Given, codes: {ja: completed, nein: not-done}}
            change: Change
            reason: Reason
        - table: medication
          subject: ID
          key: No
          medications:
            drug: Drug
            code: ATC
            system: {value: "http://www.whocc.no/atc"}
            dose: Dose
            unit: Unit
            start: From
            end: To
            indication: For
        - table: history
          subject: ID
          date: Asked
          history:
            term: Term
            start: From
            occurred: {column: Had, codes: {ja: yes, nein: no}}
            organs: {Kidney: involvement-renal, Lung: involvement-interstitial-lung-disease}
      """;

  private static final List<String> MEASURES =
      List.of(
          "FVC|19870-5|mL",
          "FVC%|19872-1|",
          "DLCO%|98130-8|",
          "HAQ|haq-di|",
          "CRP|crp|mg/L",
          "Scl70|anti-scl-70|",
          "mRSS|mrss-total|");

  /** A row for each visit. */
  public static GeneratedRegistry byVisit(long seed, int people) {
    Values values = new Values(seed, people);
    StringBuilder mapping =
        new StringBuilder(HEAD)
            .append("  - {table: visits, subject: ID, visit: Visit, date: Date, measures: [\n");
    List<String> names = new ArrayList<>();
    for (String each : columns()) {
      String[] parts = each.split("\\|", -1);
      names.add(parts[0]);
      mapping.append("      ").append(measure("column", parts[0], parts)).append(",\n");
    }
    List<List<Object>> rows = new ArrayList<>();
    List<Object> header = new ArrayList<>(List.of("ID", "Visit", "Date"));
    header.addAll(names);
    rows.add(header);
    values.visits.forEach(visit -> {
      List<Object> row = new ArrayList<>(List.of(visit.subject, visit.name, visit.date));
      names.forEach(name -> row.add(visit.values.getOrDefault(name, "")));
      rows.add(row);
    });
    return values.registry("visits", rows, mapping.append("    ]}\n").toString());
  }

  /** A row for each value. */
  public static GeneratedRegistry byValue(long seed, int people) {
    Values values = new Values(seed, people);
    StringBuilder mapping =
        new StringBuilder(HEAD)
            .append("  - {table: values, subject: ID, visit: Visit, date: Date,\n")
            .append("     long: {measure: Test, value: Result, unit: Unit}, measures: [\n");
    Map<String, String> units = new LinkedHashMap<>();
    for (String each : columns()) {
      String[] parts = each.split("\\|", -1);
      units.put(parts[0], parts[2]);
      mapping.append("      ").append(measure("name", parts[0], parts)).append(",\n");
    }
    List<List<Object>> rows = new ArrayList<>();
    rows.add(List.of("ID", "Visit", "Date", "Test", "Result", "Unit"));
    values.visits.forEach(visit ->
        visit.values.forEach((name, value) ->
            rows.add(
                List.of(visit.subject, visit.name, visit.date, name, value, units.get(name)))));
    return values.registry("values", rows, mapping.append("    ]}\n").toString());
  }

  /** A row for each person, with the visits in the names of the columns. */
  public static GeneratedRegistry byPerson(long seed, int people) {
    Values values = new Values(seed, people);
    StringBuilder mapping =
        new StringBuilder(HEAD)
            .append("  - {table: persons, subject: ID, date: \"{visit}_Date\", measures: [\n");
    List<String> names = new ArrayList<>();
    for (String each : columns()) {
      String[] parts = each.split("\\|", -1);
      names.add(parts[0]);
      mapping
          .append("      ")
          .append(measure("column", "{visit}_" + parts[0], parts))
          .append(",\n");
    }
    List<List<Object>> rows = new ArrayList<>();
    List<Object> header = new ArrayList<>(List.of("ID"));
    for (String visit : VISITS) {
      header.add(visit + "_Date");
      names.forEach(name -> header.add(visit + "_" + name));
    }
    rows.add(header);
    Map<String, Map<String, Visit>> bySubject = new LinkedHashMap<>();
    values.visits.forEach(visit ->
        bySubject
            .computeIfAbsent(visit.subject, key -> new LinkedHashMap<>())
            .put(visit.name, visit));
    bySubject.forEach((subject, visits) -> {
      List<Object> row = new ArrayList<>(List.of(subject));
      for (String name : VISITS) {
        Visit visit = visits.get(name);
        row.add(visit == null ? "" : visit.date);
        names.forEach(each -> row.add(visit == null ? "" : visit.values.getOrDefault(each, "")));
      }
      rows.add(row);
    });
    return values.registry("persons", rows, mapping.append("    ]}\n").toString());
  }

  private static List<String> columns() {
    List<String> columns = new ArrayList<>(MEASURES);
    for (Measure site : Measure.SITES) {
      columns.add(site.code().substring("mrss-".length()) + "|" + site.code() + "|");
    }
    return columns;
  }

  private static String measure(String key, String name, String[] parts) {
    return "{%s: \"%s\", measure: %s%s}"
        .formatted(key, name, parts[1], parts[2].isEmpty() ? "" : ", unit: " + parts[2]);
  }

  private record Visit(String subject, String name, LocalDate date, Map<String, Object> values) {}

  /** What all shapes have. */
  private static final class Values {
    private final List<List<Object>> people = new ArrayList<>();
    private final List<List<Object>> events = new ArrayList<>();
    private final List<List<Object>> treatment = new ArrayList<>();
    private final List<List<Object>> medication = new ArrayList<>();
    private final List<List<Object>> history = new ArrayList<>();
    private final List<Visit> visits = new ArrayList<>();

    Values(long seed, int count) {
      Random random = new Random(seed);
      people.add(List.of("ID", "Sex", "Birth", "Arm", "Start", "Note"));
      events.add(
          List.of(
              "ID", "No", "Event", "Grade", "Serious", "Why", "Related", "From", "To", "Outcome"));
      treatment.add(List.of("ID", "Visit", "Dose", "From", "To", "Given", "Change", "Reason"));
      medication.add(List.of("ID", "No", "Drug", "ATC", "Dose", "Unit", "From", "To", "For"));
      history.add(List.of("ID", "Asked", "Term", "From", "Had"));
      int number = 0;
      for (int i = 1; i <= count; i++) {
        String id = "%03d".formatted(i);
        LocalDate start = LocalDate.of(2015, 1, 1).plusDays(random.nextInt(700));
        people.add(
            List.of(
                id,
                number(1 + random.nextInt(2), 0),
                start.minusDays(9_000 + random.nextInt(15_000)),
                random.nextBoolean() ? "A" : "P",
                start,
                i % 3 == 0 ? "says \"well\";\nthen, Käse" : ""));
        beside(random, id, start);
        int months = 0;
        for (String name : VISITS) {
          months = name.equals("BL") ? 0 : Integer.parseInt(name.substring(1));
          if (random.nextInt(8) > 0) {
            visits.add(new Visit(id, name, start.plusMonths(months), values(random)));
          }
        }
        for (int each = random.nextInt(3); each > 0; each--) {
          boolean isSerious = random.nextInt(4) == 0;
          boolean isOver = random.nextBoolean();
          LocalDate from = start.plusDays(random.nextInt(300));
          events.add(
              List.of(
                  id,
                  number(++number, 0),
                  List.of("Nausea", "Oedema", "Ulkus am Finger, digital").get(random.nextInt(3)),
                  number(1 + random.nextInt(4), 0),
                  isSerious ? "ja" : "nein",
                  isSerious ? random.nextBoolean() ? "H" : "L" : "",
                  List.of("possible", "not related", "NA").get(random.nextInt(3)),
                  from,
                  isOver ? from.plusDays(random.nextInt(60)) : "",
                  isOver ? "resolved" : "ongoing"));
        }
      }
    }

    private void beside(Random random, String id, LocalDate start) {
      for (int month = 0; month < 12; month += 3) {
        LocalDate from = start.plusMonths(month);
        boolean isGiven = random.nextInt(5) > 0;
        boolean isChanged = !isGiven || random.nextBoolean();
        treatment.add(
            List.of(
                id,
                month == 0 ? "BL" : month == 9 ? "" : "M" + month,
                isGiven ? number(25L * (1 + random.nextInt(8)), 0) : "",
                from,
                isGiven ? from.plusMonths(3).minusDays(1) : "",
                isGiven ? "ja" : "nein",
                isChanged ? isGiven ? "increase" : "interruption" : "",
                isChanged ? isGiven ? "per protocol" : "laboratory-abnormality" : ""));
      }
      for (int each = 1; each <= random.nextInt(3); each++) {
        boolean isDosed = random.nextBoolean();
        medication.add(
            List.of(
                id,
                number(each, 0),
                List.of("Prednisolon", "Nifedipin; retard").get(each - 1),
                List.of("H02AB06", "C08CA05").get(each - 1),
                isDosed ? number(25L * (1 + random.nextInt(8)), 1) : "",
                isDosed ? "mg" : "",
                start.minusDays(random.nextInt(900)),
                random.nextBoolean() ? start.plusDays(random.nextInt(90)) : "",
                random.nextBoolean() ? "Raynaud" : ""));
      }
      for (String term : List.of("Kidney", "Lung", "Asthma", "Hypertonie")) {
        if (random.nextBoolean()) {
          boolean isSo = random.nextBoolean();
          history.add(
              List.of(
                  id,
                  start,
                  term,
                  isSo ? start.minusDays(random.nextInt(3_000)) : "",
                  isSo ? "ja" : "nein"));
        }
      }
    }

    private static Map<String, Object> values(Random random) {
      Map<String, Object> values = new LinkedHashMap<>();
      values.put("FVC", number(1_000 + random.nextInt(4_000), 0));
      values.put("FVC%", number(300 + random.nextInt(900), 1));
      values.put("DLCO%", random.nextInt(5) == 0 ? "ND" : number(200 + random.nextInt(900), 1));
      values.put("HAQ", number(125L * random.nextInt(25), 3));
      values.put("CRP", random.nextInt(4) == 0 ? "<5" : number(50 + random.nextInt(900), 1));
      values.put("Scl70", random.nextBoolean() ? "positive" : "negative");
      if (random.nextBoolean()) {
        for (Measure site : Measure.SITES) {
          values.put(site.code().substring("mrss-".length()), number(random.nextInt(4), 0));
        }
      } else {
        values.put("mRSS", number(random.nextInt(52), 0));
      }
      return values;
    }

    private static BigDecimal number(long unscaled, int scale) {
      BigDecimal number = BigDecimal.valueOf(unscaled, scale).stripTrailingZeros();
      return number.setScale(Math.max(0, number.scale()));
    }

    GeneratedRegistry registry(String name, List<List<Object>> rows, String mapping) {
      Map<String, List<List<Object>>> tables = new LinkedHashMap<>();
      tables.put("people", people);
      tables.put("events", events);
      tables.put("treatment", treatment);
      tables.put("medication", medication);
      tables.put("history", history);
      tables.put(name, rows);
      return new GeneratedRegistry(tables, mapping.replace("\n- {", "\n  - {"));
    }
  }

  /** Each table a file, in bytes by name. */
  public Map<String, byte[]> csv(Charset charset, char delimiter, boolean isGerman) {
    Map<String, byte[]> files = new LinkedHashMap<>();
    tables.forEach((name, rows) -> {
      StringWriter text = new StringWriter();
      try (CSVPrinter printer =
          new CSVPrinter(text, CSVFormat.RFC4180.builder().setDelimiter(delimiter).get())) {
        for (List<Object> row : rows) {
          printer.printRecord(row.stream().map(cell -> text(cell, isGerman)).toList());
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      files.put(name + ".csv", text.toString().getBytes(charset));
    });
    return files;
  }

  private static String text(Object cell, boolean isGerman) {
    return switch (cell) {
      case LocalDate date when isGerman -> GERMAN.format(date);
      case BigDecimal number when isGerman -> number.toPlainString().replace('.', ',');
      case BigDecimal number -> number.toPlainString();
      default -> cell.toString();
    };
  }

  /** Each table a sheet; numbers and dates are such. */
  public byte[] workbook() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (Workbook workbook = new Workbook(out, "Rodnan", "1.0")) {
      tables.forEach((name, rows) -> {
        Worksheet sheet = workbook.newWorksheet(name);
        for (int row = 0; row < rows.size(); row++) {
          for (int column = 0; column < rows.get(row).size(); column++) {
            switch (rows.get(row).get(column)) {
              case BigDecimal number -> sheet.value(row, column, number);
              case LocalDate date -> {
                sheet.value(row, column, date);
                sheet.style(row, column).format("yyyy-mm-dd").set();
              }
              case Object text when text.toString().isEmpty() -> {
                // An empty cell.
              }
              case Object text -> sheet.value(row, column, text.toString());
            }
          }
        }
      });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  static List<SourceFile> files(Map<String, byte[]> files) {
    List<SourceFile> sources = new ArrayList<>();
    files.forEach((name, content) ->
        sources.add(new SourceFile(name, () -> new ByteArrayInputStream(content))));
    return sources;
  }

  List<SourceFile> plain() {
    return files(csv(StandardCharsets.UTF_8, ',', false));
  }
}
