package org.rodnan.registry;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.rodnan.mapping.Disposition;
import org.rodnan.mapping.Elements;
import org.rodnan.mapping.Term;
import org.rodnan.registry.Participation.Stage;

/**
 * From rows of a table to how far people came: consented, enrolled, completed or left, and why. It
 * becomes part of their ResearchSubject.
 */
final class DispositionsReader {
  /** Protocol milestones of SDTM among them. */
  private static final Map<String, Stage> STAGES =
      Map.ofEntries(
          Map.entry("consented", Stage.SCREENED),
          Map.entry("informed consent obtained", Stage.SCREENED),
          Map.entry("screened", Stage.SCREENED),
          Map.entry("eligible", Stage.ELIGIBLE),
          Map.entry("eligibility criteria met", Stage.ELIGIBLE),
          Map.entry("enrolled", Stage.ENROLLED),
          Map.entry("entered into trial", Stage.ENROLLED),
          Map.entry("randomised", Stage.ENROLLED),
          Map.entry("randomized", Stage.ENROLLED),
          Map.entry("ended", Stage.ENDED),
          Map.entry("withdrawn", Stage.ENDED),
          Map.entry("withdrew", Stage.ENDED),
          Map.entry("discontinued", Stage.ENDED));

  private static final List<String> SHOWN =
      List.of("consented", "screened", "eligible", "randomised", "enrolled", "ended", "withdrawn");

  private final TablesReader all;
  private final TablesReader.Pair pair;
  private final Map<String, Field> fields;

  /**
   * @param fields by the names of the mapping
   */
  DispositionsReader(TablesReader all, TablesReader.Pair pair, Map<String, Field> fields) {
    this.all = all;
    this.pair = pair;
    this.fields = fields;
  }

  void read() {
    for (Row row : pair.rows()) {
      all.attempt(row, row.line().number(), () -> read(row));
    }
  }

  /** Of which there is a value. */
  private Field field(String name) {
    return Objects.requireNonNull(fields.get(name));
  }

  private String text(Row row, String name) {
    Field field = fields.get(name);
    return field == null ? "" : field.text(row);
  }

  private void read(Row row) {
    if (!isTold(row)) {
      return;
    }
    Participation participation = all.participation(all.name(row, pair.table()), row);
    try {
      read(row, participation);
    } catch (RuntimeException e) {
      participation.refuse();
      throw e;
    }
  }

  /** What is named by the mapping, the same in all rows, needs a value in a column beside it. */
  private boolean isTold(Row row) {
    Field event = field("event");
    if (!event.column().isEmpty()) {
      return !event.cell(row).isEmpty();
    }
    Map<String, Field> beside = new HashMap<>(fields);
    beside.values().removeIf(field -> field.column().isEmpty());
    return beside.isEmpty() || beside.values().stream().anyMatch(each -> !each.cell(row).isEmpty());
  }

  private void read(Row row, Participation participation) {
    Field event = field("event");
    String name = event.text(row);
    Optional<Term> outcome = EventTerms.find(Term.DISPOSITION, name);
    Stage stage = STAGES.get(name.toLowerCase(Locale.ROOT).replace('-', ' '));
    if (stage == null && outcome.isEmpty()) {
      throw event.wrong(
          row,
          "found '"
              + Sheet.shown(name)
              + "'; expected "
              + String.join(", ", SHOWN)
              + " or "
              + EventTerms.expected(Term.DISPOSITION));
    }
    Field dated = fields.get("date");
    String date = dated == null ? "" : dated.date(row).orElse("");
    String arm = text(row, "arm");
    if (!arm.isEmpty()) {
      requireSame(row, "arm", arm, participation.assign(row, arm));
    }
    Stage reached = stage == null ? Stage.ENDED : stage;
    requireSame(row, "date", date, participation.reach(reached, row, date));
    if (reached == Stage.ENDED) {
      Disposition ended = ended(row, outcome, date);
      requireSame(row, "event", ended.term().code(), participation.end(row, ended));
    }
  }

  private void requireSame(Row row, String name, String found, Optional<Row> before) {
    if (before.isEmpty()) {
      return;
    }
    Field field = fields.getOrDefault(name, field("event"));
    throw field.wrong(
        row,
        "found '"
            + Sheet.shown(found)
            + "', but line "
            + before.get().line().number()
            + " says otherwise of the same person");
  }

  private Disposition ended(Row row, Optional<Term> outcome, String date) {
    Optional<Term> why = reason(row);
    if (outcome.isEmpty()
        && !field("event").text(row).equalsIgnoreCase("ended")
        && why.isPresent()
        && why.get().code().equals("completed")) {
      throw field("reason")
          .wrong(row, "found 'completed' of who has withdrawn; expected why, or the event 'ended'");
    }
    if (outcome.isPresent() && why.isPresent() && !why.get().code().equals(outcome.get().code())) {
      throw field("reason")
          .wrong(
              row,
              "found '"
                  + why.get().code()
                  + "', but the event is '"
                  + outcome.get().code()
                  + "'; expected one reason");
    }
    Term term =
        outcome
            .or(() -> why)
            .orElseThrow(() ->
                field("event").wrong(row, "nothing says why; expected a 'reason' of how it ended"));
    CodeableConcept reason = Elements.concept(term.system(), term.code());
    String text = text(row, "text");
    if (!text.isEmpty()) {
      reason.setText(text);
    }
    return new Disposition(term, reason, date, all.visit(row, pair.table()));
  }

  private Optional<Term> reason(Row row) {
    String text = text(row, "reason");
    if (text.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        EventTerms.find(Term.DISPOSITION, text)
            .orElseThrow(() ->
                field("reason")
                    .wrong(
                        row,
                        "found '"
                            + Sheet.shown(text)
                            + "'; expected "
                            + EventTerms.expected(Term.DISPOSITION))));
  }
}
