package org.rodnan.registry;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.Condition;
import org.hl7.fhir.r4.model.DateTimeType;
import org.hl7.fhir.r4.model.MedicationAdministration;
import org.hl7.fhir.r4.model.MedicationStatement;
import org.hl7.fhir.r4.model.Observation;
import org.hl7.fhir.r4.model.Period;
import org.hl7.fhir.r4.model.Quantity;
import org.hl7.fhir.r4.model.Type;
import org.rodnan.mapping.DrugUse;
import org.rodnan.mapping.Elements;
import org.rodnan.mapping.Ids;
import org.rodnan.mapping.Measure;
import org.rodnan.mapping.MedicalHistory;
import org.rodnan.mapping.RowException;
import org.rodnan.mapping.Term;
import org.rodnan.registry.RegistryMapping.EntryMapping;

/** From rows of a table to the treatments, other medications or medical history they tell of. */
final class EntriesReader {
  private static final Set<String> BESIDE = Set.of("date", "id");

  private final TablesReader all;
  private final TablesReader.Pair pair;
  private final EntryMapping entry;
  private int notOccurred;

  EntriesReader(TablesReader all, TablesReader.Pair pair, EntryMapping entry) {
    this.all = all;
    this.pair = pair;
    this.entry = entry;
  }

  void read() {
    pair.rows().forEach(row -> all.attempt(row, row.line().number(), () -> read(row)));
    if (notOccurred > 0) {
      all.leaveOut(
          pair.sheet(),
          notOccurred
              + " rows say that something is not so, of '"
              + Sheet.shown(main().column().isEmpty() ? main().value() : main().column())
              + "' in line "
              + entry.line()
              + " of the mapping");
    }
  }

  /** Of what an entry can't be without. */
  private Field main() {
    return field(entry.kind().main());
  }

  /** Of which there is a value. */
  private Field field(String name) {
    return Objects.requireNonNull(entry.fields().get(name));
  }

  private String text(Row row, String name) {
    Field field = entry.fields().get(name);
    return field == null ? "" : field.text(row);
  }

  private String date(Row row, String name) {
    Field field = entry.fields().get(name);
    return field == null ? "" : field.date(row).orElse("");
  }

  private Optional<Boolean> yes(Row row, String name) {
    String text = text(row, name);
    return text.isEmpty()
        ? Optional.empty()
        : Optional.of(
            EventTerms.yes(text)
                .orElseThrow(() ->
                    field(name)
                        .wrong(row, "found '" + Sheet.shown(text) + "'; expected yes or no")));
  }

  /** A code of what it says; empty if it says nothing. */
  private String code(Row row, String name, List<Term> terms) {
    String text = text(row, name);
    return text.isEmpty()
        ? ""
        : EventTerms.find(terms, text)
            .orElseThrow(() ->
                field(name)
                    .wrong(
                        row,
                        "found '"
                            + Sheet.shown(text)
                            + "'; expected "
                            + EventTerms.expected(terms)))
            .code();
  }

  private void read(Row row) {
    String name = main().text(row);
    if (name.isEmpty() || !isTold(row)) {
      return;
    }
    Subject subject = all.subject(row, pair.table());
    Optional<Boolean> occurred = yes(row, "occurred");
    Optional<Measure> organ = entry.organ(name);
    if (organ.isPresent()) {
      organ(row, subject, organ.get(), occurred.orElse(true));
      return;
    }
    if (occurred.equals(Optional.of(false))) {
      notOccurred++;
      return;
    }
    switch (entry.kind()) {
      case TREATMENT -> treatment(row, subject, name);
      case MEDICATION -> medication(row, subject, name);
      case HISTORY -> history(row, subject, name);
    }
  }

  /** What is named by the mapping, the same in all rows, needs a value beside it to be told of. */
  private boolean isTold(Row row) {
    if (!main().column().isEmpty()) {
      return true;
    }
    Map<String, Field> beside = new HashMap<>(entry.fields());
    beside.keySet().removeAll(BESIDE);
    beside.values().removeIf(field -> field.column().isEmpty());
    return beside.values().stream().anyMatch(field -> !field.text(row).isEmpty());
  }

  /** The same whenever the same row is read; a key outlives corrections of all else. */
  private String id(Row row, Subject subject, String name, String from) {
    String own = text(row, "id");
    String key = TablesReader.key(row, pair.table());
    String among = entry.isAlone() ? "" : main().column().isEmpty() ? name : main().column();
    return Ids.id(
        subject.id()
            + "-"
            + entry.kind().letters()
            + "-"
            + (own.isEmpty()
                ? Ids.hash(key.isEmpty() ? name + "|" + from : key + "|" + among)
                : own));
  }

  private CodeableConcept concept(Row row, String name) {
    CodeableConcept concept = new CodeableConcept().setText(name);
    String code = text(row, "code");
    if (!code.isEmpty()) {
      String system = text(row, "system");
      if (system.isEmpty()) {
        throw field("code").wrong(row, "there is a code, but nothing says of which 'system'");
      }
      concept.addCoding().setSystem(system).setCode(code);
    }
    return concept;
  }

  private DrugUse use(Row row, Subject subject, String name) {
    return new DrugUse(
        concept(row, name), subject.id(), effective(row), dose(row), text(row, "dosage"));
  }

  /** A day, or from when to when. */
  private Optional<Type> effective(Row row) {
    String date = date(row, "date");
    if (!date.isEmpty()) {
      return Optional.of(new DateTimeType(date));
    }
    String start = date(row, "start");
    String end = date(row, "end");
    Period period = new Period();
    if (!start.isEmpty()) {
      period.setStartElement(new DateTimeType(start));
    }
    if (!end.isEmpty()) {
      period.setEndElement(new DateTimeType(end));
    }
    return period.isEmpty() ? Optional.empty() : Optional.of(period);
  }

  private String from(Row row) {
    String date = date(row, "date");
    return date.isEmpty() ? date(row, "start") : date;
  }

  private Optional<Quantity> dose(Row row) {
    Field field = entry.fields().get("dose");
    if (field == null || field.text(row).isEmpty()) {
      return Optional.empty();
    }
    Cell cell = field.cell(row);
    String count = field.count(row, cell);
    Form.Numeral number;
    try {
      number =
          field
              .form()
              .number(count.equals(cell.text()) ? cell : new Cell(count, true, cell.line()));
    } catch (RowException e) {
      throw field.wrong(row, String.valueOf(e.getMessage()));
    }
    if (!number.comparator().isEmpty()) {
      throw field.wrong(
          row, "found '" + Sheet.shown(cell.text()) + "'; expected a dose without < or >");
    }
    String unit = text(row, "unit");
    if (unit.isEmpty()) {
      throw field.wrong(row, "there is a dose, but nothing says its 'unit'");
    }
    return Optional.of(Elements.quantity(number.value(), all.unit(row, field("unit"), unit)));
  }

  private void treatment(Row row, Subject subject, String name) {
    String from = from(row);
    DrugUse use = use(row, subject, name);
    if (use.effective().isEmpty()) {
      throw main().wrong(row, "nothing says when it was given; expected 'date', 'start' or 'end'");
    }
    String status = text(row, "status");
    MedicationAdministration given =
        status.isEmpty() ? use.given("completed") : of(row, () -> use.given(lower(status)));
    all.start(given, id(row, subject, name, from), "ssc-study-treatment");
    all.link(given, subject, all.visit(row, pair.table()), from);
    DrugUse.explain(
        given, code(row, "change", Term.DOSE_CHANGE), code(row, "reason", Term.DOSE_CHANGE_REASON));
    all.add(given, row, row.line().number(), "");
  }

  private void medication(Row row, Subject subject, String name) {
    String from = from(row);
    String status = text(row, "status");
    DrugUse use = use(row, subject, name);
    MedicationStatement taken =
        status.isEmpty()
            ? use.taken(date(row, "end").isEmpty() ? "active" : "completed")
            : of(row, () -> use.taken(lower(status)));
    all.start(taken, id(row, subject, name, from), "");
    all.link(taken, subject, all.visit(row, pair.table()), from);
    String category = text(row, "category");
    if (!category.isEmpty()) {
      taken.setCategory(new CodeableConcept().setText(category));
    }
    String indication = text(row, "indication");
    if (!indication.isEmpty()) {
      taken.addReasonCode().setText(indication);
    }
    all.add(taken, row, row.line().number(), "");
  }

  private static String lower(String status) {
    return status.toLowerCase(Locale.ROOT).replace(' ', '-');
  }

  private <T> T of(Row row, Supplier<T> made) {
    try {
      return made.get();
    } catch (RowException e) {
      throw field("status").wrong(row, String.valueOf(e.getMessage()));
    }
  }

  private void history(Row row, Subject subject, String name) {
    String start = date(row, "start");
    Condition condition =
        new MedicalHistory(
                concept(row, name),
                subject.id(),
                start,
                date(row, "end"),
                yes(row, "resolved").orElse(false))
            .condition();
    all.start(condition, id(row, subject, name, start), "");
    all.addOrRepeat(condition, row, row.line().number());
  }

  /** What an organ's column among the measures gives too. */
  private void organ(Row row, Subject subject, Measure organ, boolean isInvolved) {
    Optional<String> visit = all.visit(row, pair.table());
    String date = pair.table().date().flatMap(each -> each.date(row)).orElse("");
    if (date.isEmpty()) {
      throw main()
          .wrong(row, "of an organ it is told when it was asked; expected 'date' of the table");
    }
    Observation observation =
        all.observation(
            subject, organ, visit, date, TablesReader.occasion(row, pair.table(), visit, date));
    observation.setValue(
        Elements.concept("http://terminology.hl7.org/CodeSystem/v2-0136", isInvolved ? "Y" : "N"));
    all.add(observation, row, row.line().number(), "");
  }
}
