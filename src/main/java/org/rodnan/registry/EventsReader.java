package org.rodnan.registry;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.hl7.fhir.r4.model.AdverseEvent;
import org.hl7.fhir.r4.model.AdverseEvent.AdverseEventActuality;
import org.hl7.fhir.r4.model.BooleanType;
import org.hl7.fhir.r4.model.CodeType;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.DateTimeType;
import org.hl7.fhir.r4.model.Extension;
import org.rodnan.mapping.Elements;
import org.rodnan.mapping.Ids;
import org.rodnan.mapping.Term;
import org.rodnan.registry.RegistryMapping.TableMapping;

/** From rows of a table to adverse events. */
final class EventsReader {
  private static final String SERIOUSNESS =
      "http://terminology.hl7.org/CodeSystem/adverse-event-seriousness";
  private static final String SEVERITY =
      "http://terminology.hl7.org/CodeSystem/adverse-event-severity";
  private static final String MEDDRA = "https://www.meddra.org";
  private static final List<Term> SEVERITIES =
      List.of(
          new Term("MILD", SEVERITY, "mild"),
          new Term("MODERATE", SEVERITY, "moderate"),
          new Term("SEVERE", SEVERITY, "severe"));

  private final TablesReader all;
  private final TableMapping table;

  EventsReader(TablesReader all, TablesReader.Pair pair) {
    this.all = all;
    this.table = pair.table();
  }

  /** Of which there is a value. */
  private Field field(String name) {
    return Objects.requireNonNull(table.event().get(name));
  }

  private String text(Row row, String name) {
    Field field = table.event().get(name);
    return field == null ? "" : field.text(row);
  }

  private Optional<String> date(Row row, String name) {
    Field field = table.event().get(name);
    return field == null ? Optional.empty() : field.date(row);
  }

  private Optional<Term> term(Row row, String name, List<Term> terms) {
    String text = text(row, name);
    return text.isEmpty() ? Optional.empty() : Optional.of(found(row, field(name), text, terms));
  }

  private static Term found(Row row, Field field, String text, List<Term> terms) {
    return EventTerms.find(terms, text)
        .orElseThrow(() ->
            field.wrong(
                row, "found '" + Sheet.shown(text) + "'; expected " + EventTerms.expected(terms)));
  }

  private static boolean yes(Row row, Field field, String text) {
    return EventTerms.yes(text)
        .orElseThrow(
            () -> field.wrong(row, "found '" + Sheet.shown(text) + "'; expected yes or no"));
  }

  /** A row without the name of an event gives none. */
  void read(Row row) {
    String name = text(row, "term");
    if (name.isEmpty()) {
      return;
    }
    Subject subject = all.subject(row, table);
    String start = date(row, "start").orElse("");
    AdverseEvent event = new AdverseEvent();
    String own = text(row, "id");
    String key = TablesReader.key(row, table);
    all.start(
        event,
        Ids.id(
            subject.id()
                + "-ae-"
                + (own.isEmpty() ? Ids.hash(key.isEmpty() ? name + "|" + start : key) : own)),
        "ssc-adverse-event");
    Optional<String> visit = all.visit(row, table);
    Optional<Integer> day = TablesReader.day(subject, start);
    if (visit.isPresent() || day.isPresent()) {
      event.addExtension(Elements.visit(visit, day));
    }
    event.addExtension(
        Elements.extension(
            Elements.AE + "research-subject-ref",
            Elements.reference("ResearchSubject", subject.id())));
    criteria(row, event);
    term(row, "grade", Term.GRADE)
        .ifPresent(grade ->
            event.addExtension(
                Elements.extension(
                    Elements.AE + "ae-grade", Elements.concept(grade.system(), grade.code()))));
    related(row, event);
    String action = text(row, "action");
    if (!action.isEmpty()) {
      Extension taken = new Extension(Elements.AE + "mitigating-action");
      taken.addExtension(Elements.extension("item", new CodeableConcept().setText(action)));
      event.addExtension(taken);
    }
    date(row, "end")
        .ifPresent(end ->
            event.addExtension(
                Elements.extension(Elements.AE + "resolve-date", new DateTimeType(end))));
    outcome(row, event);
    event.setActuality(AdverseEventActuality.ACTUAL);
    event.getEvent().setText(name);
    String code = text(row, "code");
    if (!code.isEmpty()) {
      event.getEvent().addCoding().setSystem(MEDDRA).setCode(code);
    }
    event.setSubject(Elements.reference("Patient", subject.id()));
    if (!start.isEmpty()) {
      event.setDateElement(new DateTimeType(start));
    }
    term(row, "severity", SEVERITIES)
        .ifPresent(each -> event.setSeverity(Elements.concept(each.system(), each.code())));
    event.addStudy(Elements.reference("ResearchStudy", all.mapping().study()));
    all.add(event, row, row.line().number(), "");
  }

  private void criteria(Row row, AdverseEvent event) {
    Field serious = table.event().get("serious");
    String text = text(row, "serious");
    if (serious == null || text.isEmpty()) {
      throw field("term").wrong(row, "nothing says whether the event is serious");
    }
    event.setSeriousness(
        Elements.concept(SERIOUSNESS, yes(row, serious, text) ? "serious" : "non-serious"));
    table
        .criteria()
        .forEach((variable, field) -> {
          String present = field.text(row);
          if (!present.isEmpty() && yes(row, field, present)) {
            criterion(Term.ofSubmission(Term.CRITERIA, variable).orElseThrow(), event);
          }
        });
    String one = text(row, "criterion");
    if (!one.isEmpty()) {
      String variable = EventTerms.CRITERIA.getOrDefault(one.toLowerCase(Locale.ROOT), one);
      criterion(
          Term.ofSubmission(Term.CRITERIA, variable)
              .orElseThrow(() ->
                  field("criterion")
                      .wrong(
                          row,
                          "found '"
                              + Sheet.shown(one)
                              + "'; expected one of "
                              + EventTerms.CRITERIA.keySet().stream().sorted().toList())),
          event);
    }
  }

  private static void criterion(Term term, AdverseEvent event) {
    Extension present = new Extension(Elements.AE + "seriousness-criteria");
    present.addExtension(
        Elements.extension("criterionCode", Elements.concept(term.system(), term.code())));
    present.addExtension(Elements.extension("criterionPresent", new BooleanType(true)));
    event.addExtension(present);
  }

  /** A plain yes is related, a plain no not related. */
  private void related(Row row, AdverseEvent event) {
    String text = text(row, "related");
    if (text.isEmpty()) {
      return;
    }
    String said = EventTerms.yes(text).map(yes -> yes ? "RELATED" : "NOT RELATED").orElse(text);
    Term term = found(row, field("related"), said, Term.RELATEDNESS);
    String suspect = text(row, "suspect");
    Extension entity = new Extension(Elements.AE + "suspect-entity");
    entity.addExtension(
        Elements.extension(
            "instance",
            new CodeableConcept().setText(suspect.isEmpty() ? "Study treatment" : suspect)));
    Extension causality = new Extension("causality");
    causality.addExtension(
        Elements.extension("entityRelatedness", Elements.concept(term.system(), term.code())));
    entity.addExtension(causality);
    event.addExtension(entity);
  }

  private void outcome(Row row, AdverseEvent event) {
    Term outcome =
        term(row, "outcome", Term.OUT)
            .orElseGet(() -> Term.ofSubmission(Term.OUT, "UNKNOWN").orElseThrow());
    boolean isOver = outcome.code().matches("fatal|resolved|resolvedWithSequelae");
    event.addModifierExtension(
        Elements.extension(
            Elements.AE + "status", new CodeType(isOver ? "completed" : "in-progress")));
    CodeableConcept concept = Elements.concept(outcome.system(), outcome.code());
    Term.ofSubmission(Term.OUT_NCIT, outcome.submission())
        .ifPresent(ncit -> concept.addCoding().setSystem(ncit.system()).setCode(ncit.code()));
    event.setOutcome(concept);
  }
}
