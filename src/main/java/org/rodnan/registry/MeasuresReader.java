package org.rodnan.registry;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.hl7.fhir.r4.model.Observation;
import org.hl7.fhir.r4.model.Observation.ObservationComponentComponent;
import org.hl7.fhir.r4.model.Quantity;
import org.hl7.fhir.r4.model.Quantity.QuantityComparator;
import org.hl7.fhir.r4.model.Type;
import org.rodnan.mapping.Elements;
import org.rodnan.mapping.Measure;
import org.rodnan.mapping.RowException;
import org.rodnan.mapping.Term;
import org.rodnan.registry.RegistryMapping.MeasureMapping;
import org.rodnan.registry.RegistryMapping.Named;
import org.rodnan.registry.RegistryMapping.TableMapping;

/**
 * From what a table measures to Observations: each value its own, but for the total and the sites
 * of a skin score, which are one. A cell without a value gives nothing.
 */
final class MeasuresReader {
  private final TablesReader all;
  private final TablesReader.Pair pair;
  private final TableMapping table;
  private final Map<String, List<Reading>> scores = new LinkedHashMap<>();
  private final Map<String, Integer> unmapped = new TreeMap<>();
  private final Map<String, MeasureMapping> byName = new LinkedHashMap<>();
  private final Map<MeasureMapping, List<String>> visits = new LinkedHashMap<>();

  MeasuresReader(TablesReader all, TablesReader.Pair pair) {
    this.all = all;
    this.pair = pair;
    this.table = pair.table();
    table
        .measures()
        .forEach(each -> {
          byName.put(each.name(), each);
          if (each.field().isTemplate()) {
            visits.put(each, all.visits(each.field().column(), pair.header()));
          }
        });
  }

  /**
   * A value that is there.
   *
   * @param cell where it stands
   * @param unit as the row names it; empty if it doesn't
   * @param occasion what tells it apart from others of its measure and subject
   */
  private record Reading(
      Row row,
      MeasureMapping mapping,
      Field field,
      Cell cell,
      Cell unit,
      Subject subject,
      Optional<String> visit,
      String date,
      String occasion) {
    String place() {
      return row.where(field.column());
    }

    RowException wrong(String reason) {
      return field.wrong(row, reason);
    }
  }

  void read() {
    for (Row row : pair.rows()) {
      if (table.named().isPresent()) {
        all.attempt(row, row.line().number(), () -> named(row, table.named().get()));
      } else {
        for (MeasureMapping each : table.measures()) {
          if (each.field().isTemplate()) {
            visits.getOrDefault(each, List.of()).forEach(visit -> wide(row, each, visit));
          } else {
            wide(row, each, "");
          }
        }
      }
    }
    for (List<Reading> score : scores.values()) {
      Reading first = score.getFirst();
      all.attempt(first.row(), first.cell().line(), () -> skinScore(score));
    }
    unmapped.forEach((name, count) ->
        all.leaveOut(
            pair.sheet(),
            count + " rows of '" + Sheet.shown(name) + "', which the mapping names as no measure"));
  }

  /**
   * @param visit the text in the names of the columns; empty if there is none
   */
  private void wide(Row row, MeasureMapping mapping, String visit) {
    Field field = visit.isEmpty() ? mapping.field() : mapping.field().at(visit);
    Cell cell = field.cell(row);
    if (!cell.isEmpty()) {
      all.attempt(
          row,
          cell.line(),
          () -> take(row, mapping, field, cell, new Cell("", false, cell.line()), visit));
    }
  }

  private void named(Row row, Named named) {
    Cell name = named.measure().cell(row);
    String text = named.measure().text(row);
    if (text.isEmpty()) {
      if (!named.value().cell(row).isEmpty()) {
        throw named.measure().wrong(row, "it is empty; expected what was measured");
      }
      return;
    }
    MeasureMapping mapping = byName.get(text.toUpperCase(Locale.ROOT));
    if (mapping == null) {
      unmapped.merge(name.text(), 1, Integer::sum);
      return;
    }
    Field field =
        new Field(
            named.value().column(),
            "",
            mapping.field().codes(),
            mapping.field().form(),
            mapping.field().line());
    Cell cell = field.cell(row);
    if (!cell.isEmpty()) {
      Cell unit = named.unit().map(each -> each.cell(row)).orElse(new Cell("", false, cell.line()));
      take(row, mapping, field, cell, unit, "");
    }
  }

  private void take(
      Row row, MeasureMapping mapping, Field field, Cell cell, Cell unit, String named) {
    Subject subject = all.subject(row, table);
    Optional<String> visit =
        named.isEmpty() ? mapping.visit().or(() -> all.visit(row, table)) : all.visit(named);
    Optional<Field> from = mapping.date().or(table::date);
    if (from.isPresent() && from.get().isTemplate() && !named.isEmpty()) {
      from = Optional.of(from.get().at(named));
    }
    String date = from.flatMap(each -> each.date(row)).orElse("");
    if (date.isEmpty()) {
      throw field.wrong(
          row,
          "there is a value, but "
              + from.map(each -> row.where(each.column()) + " has no date")
                  .orElse("the mapping names no column of its date"));
    }
    String occasion = TablesReader.occasion(row, table, visit, date);
    Reading reading = new Reading(row, mapping, field, cell, unit, subject, visit, date, occasion);
    if (mapping.measure().isSkinScore()) {
      scores.computeIfAbsent(subject.id() + "|" + occasion, key -> new ArrayList<>()).add(reading);
    } else {
      all.add(finding(reading), row, cell.line(), reading.place());
    }
  }

  private Observation finding(Reading reading) {
    MeasureMapping mapping = reading.mapping();
    Measure measure = mapping.measure();
    Observation observation = observation(reading, measure);
    if (measure.isPredicted()) {
      observation.addExtension(
          Elements.extension(
              Elements.PROFILES + "ssc-reference-equation",
              Elements.concept(Elements.EQUATIONS, mapping.equation())));
    }
    if (measure.isAdjusted()) {
      observation.addExtension(
          Elements.extension(
              Elements.PROFILES + "ssc-hemoglobin-source",
              Elements.concept(Elements.HEMOGLOBIN, mapping.hemoglobin())));
    }
    Optional<String> absence = reading.field().form().absence(reading.cell());
    if (absence.isPresent()) {
      observation.setDataAbsentReason(Elements.concept(Elements.ABSENT, absence.get()));
    } else {
      observation.setValue(value(reading));
    }
    return observation;
  }

  private Observation observation(Reading reading, Measure measure) {
    return all.observation(
        reading.subject(), measure, reading.visit(), reading.date(), reading.occasion());
  }

  private Type value(Reading reading) {
    boolean isCounted =
        reading.mapping().measure().kind() == Measure.Kind.QUANTITY
            || reading.mapping().measure().kind() == Measure.Kind.SITE;
    String text =
        isCounted
            ? reading.field().count(reading.row(), reading.cell())
            : reading.field().meaning(reading.row(), reading.cell());
    return switch (reading.mapping().measure().kind()) {
      case ANTIBODY -> {
        String result =
            switch (text.toLowerCase(Locale.ROOT)) {
              case "pos", "+", "1", "yes" -> "POSITIVE";
              case "neg", "-", "0", "no" -> "NEGATIVE";
              default -> text;
            };
        Term term =
            EventTerms.find(Term.RESULT, result)
                .orElseThrow(() ->
                    reading.wrong(
                        "found '"
                            + Sheet.shown(text)
                            + "'; expected "
                            + EventTerms.expected(Term.RESULT)));
        yield Elements.concept(term.system(), term.code());
      }
      case INVOLVEMENT -> {
        boolean isPresent =
            EventTerms.yes(text)
                .orElseThrow(
                    () -> reading.wrong("found '" + Sheet.shown(text) + "'; expected yes or no"));
        yield Elements.concept(
            "http://terminology.hl7.org/CodeSystem/v2-0136", isPresent ? "Y" : "N");
      }
      case QUANTITY, SITE -> quantity(reading, text);
    };
  }

  private Quantity quantity(Reading reading, String text) {
    Form.Numeral number;
    try {
      number =
          reading
              .field()
              .form()
              .number(
                  text.equals(reading.cell().text())
                      ? reading.cell()
                      : new Cell(text, true, reading.cell().line()));
    } catch (RowException e) {
      throw reading.wrong(String.valueOf(e.getMessage()));
    }
    Quantity quantity = Elements.quantity(number.value(), unit(reading));
    if (!number.comparator().isEmpty()) {
      quantity.setComparator(QuantityComparator.fromCode(number.comparator()));
    }
    return quantity;
  }

  private String unit(Reading reading) {
    MeasureMapping mapping = reading.mapping();
    String named = reading.unit().text();
    if (named.isEmpty()) {
      String unit = mapping.unit().isEmpty() ? mapping.measure().unit() : mapping.unit();
      if (unit.isEmpty()) {
        throw reading.wrong(
            "no unit is named; expected 'unit' of the measure in line "
                + mapping.field().line()
                + " of the mapping");
      }
      return unit;
    }
    return all.unit(reading.row(), table.named().orElseThrow().unit().orElseThrow(), named);
  }

  private void skinScore(List<Reading> readings) {
    Map<String, Reading> byCode = new LinkedHashMap<>();
    for (Reading reading : readings) {
      Reading before = byCode.put(reading.mapping().measure().code(), reading);
      if (before != null) {
        throw reading.wrong(
            reading.mapping().measure().code()
                + " is there twice at one visit, in lines "
                + before.cell().line()
                + " and "
                + reading.cell().line());
      }
    }
    Reading sum = byCode.get(Measure.MRSS);
    Reading first = sum == null ? readings.getFirst() : sum;
    Observation observation = observation(first, Measure.of(Measure.MRSS).orElseThrow());
    BigDecimal added = BigDecimal.ZERO;
    int found = 0;
    for (Measure site : Measure.SITES) {
      Reading reading = byCode.get(site.code());
      if (reading == null) {
        continue;
      }
      ObservationComponentComponent component = observation.addComponent();
      component.setCode(Elements.concept(site.system(), site.code()));
      Optional<String> absence = reading.field().form().absence(reading.cell());
      if (absence.isPresent()) {
        component.setDataAbsentReason(Elements.concept(Elements.ABSENT, absence.get()));
      } else {
        Quantity value = (Quantity) value(reading);
        component.setValue(value);
        added = added.add(value.getValue());
        found++;
      }
    }
    Optional<String> absence =
        sum == null ? Optional.empty() : sum.field().form().absence(sum.cell());
    if (absence.isPresent()) {
      observation.setDataAbsentReason(Elements.concept(Elements.ABSENT, absence.get()));
    } else if (sum != null) {
      observation.setValue(value(sum));
    } else if (found == Measure.SITES.size()) {
      observation.setValue(Elements.quantity(added, "{score}"));
    } else {
      observation.setDataAbsentReason(Elements.concept(Elements.ABSENT, "unknown"));
    }
    all.add(observation, first.row(), first.cell().line(), first.place());
  }
}
