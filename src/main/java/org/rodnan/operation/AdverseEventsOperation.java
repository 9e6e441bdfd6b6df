package org.rodnan.operation;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.hl7.fhir.r4.model.CodeType;
import org.hl7.fhir.r4.model.Coding;
import org.hl7.fhir.r4.model.DecimalType;
import org.hl7.fhir.r4.model.IntegerType;
import org.hl7.fhir.r4.model.Parameters;
import org.hl7.fhir.r4.model.Parameters.ParametersParameterComponent;
import org.hl7.fhir.r4.model.StringType;
import org.jspecify.annotations.Nullable;
import org.rodnan.cohort.Disclosure;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.interaction.ReadInteraction;
import org.rodnan.safety.AdverseEventCount;
import org.rodnan.safety.AdverseEventCount.Question;
import org.rodnan.safety.AdverseEvents;
import org.rodnan.safety.AdverseEvents.Count;
import org.rodnan.safety.AdverseEvents.Term;

/**
 * {@code $adverse-events} of a study: how many subjects had an event, how often, how bad, and
 * whether by a suspect, term by term. Thread safe.
 */
public final class AdverseEventsOperation {
  private static final Set<String> NAMES = Set.of("serious", "related", "term", "byArm");
  private static final List<String> ARM_COLUMNS =
      List.of("subjects", "percent", "events", "serious", "related");
  private static final List<String> COLUMNS =
      List.of(
          "term",
          "subjects",
          "percent",
          "events",
          "grade1",
          "grade2",
          "grade3",
          "grade4",
          "grade5",
          "serious",
          "related",
          "ungraded",
          "serious_subjects",
          "related_subjects",
          "worst_grade1",
          "worst_grade2",
          "worst_grade3",
          "worst_grade4",
          "worst_grade5");

  private final AdverseEventCount events;
  private final Disclosure disclosure;
  private final ReadInteraction read;

  AdverseEventsOperation(AdverseEventCount events, Disclosure disclosure, ReadInteraction read) {
    this.events = events;
    this.disclosure = disclosure;
    this.read = read;
  }

  /**
   * What came out.
   *
   * @param events as counted
   * @param parameters {@code asOf}, how many are {@code enrolled}, the {@code total}, and each
   *     {@code term}
   * @param table one term a row
   */
  public record Answer(AdverseEvents events, Parameters parameters, Table table) {}

  /**
   * @param arguments {@code serious}, {@code related}, {@code term}, {@code byArm}
   * @throws FhirFailure.Malformed if the parameters can't be understood; names them
   * @throws FhirFailure.NotFound if the study isn't there
   */
  public Answer count(ResourceKey study, OperationArguments arguments) {
    arguments.requireOnly(NAMES);
    boolean byArm = arguments.flag("byArm");
    boolean byCode =
        switch (arguments.text("term").orElse("text")) {
          case "text" -> false;
          case "code" -> true;
          default ->
              throw OperationArguments.malformed(
                  "term",
                  "found '" + arguments.text("term").orElse("") + "', expected text or code");
        };
    Optional<Boolean> serious = arguments.flag("serious") ? Optional.of(true) : Optional.empty();
    Question question = new Question(serious, arguments.flag("related"), byCode);
    read.read(study);
    AdverseEvents counted = events.count(study, question, disclosure.ofEverybody());
    return new Answer(counted, parameters(counted, byArm), table(counted, byArm));
  }

  private static Table table(AdverseEvents counted, boolean byArm) {
    List<String> columns = new ArrayList<>(COLUMNS);
    if (byArm) {
      for (String arm : counted.arms().keySet()) {
        for (String column : ARM_COLUMNS) {
          columns.add(arm + " " + column);
        }
      }
    }
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (Term term : counted.terms()) {
      Count all = term.all();
      List<@Nullable Object> row = new ArrayList<>();
      row.add(term.name());
      row.add(all.subjects());
      row.add(percent(all, counted.enrolled()));
      List<@Nullable Object> details = new ArrayList<>();
      details.add(all.events());
      details.addAll(all.grades());
      details.add(all.serious());
      details.add(all.related());
      details.add(all.ungraded());
      details.add(all.seriousSubjects());
      details.add(all.relatedSubjects());
      details.addAll(all.worst());
      row.addAll(counted.isCoarse() ? Collections.nCopies(details.size(), null) : details);
      if (byArm) {
        counted
            .arms()
            .forEach((arm, enrolled) -> row.addAll(inArm(counted, term.arms().get(arm), enrolled)));
      }
      rows.add(row);
    }
    return new Table(columns, rows);
  }

  private static List<@Nullable Object> inArm(
      AdverseEvents counted, @Nullable Count count, int enrolled) {
    if (count == null) {
      return Collections.nCopies(ARM_COLUMNS.size(), null);
    }
    List<@Nullable Object> cells = new ArrayList<>();
    cells.add(count.subjects());
    cells.add(percent(count, enrolled));
    cells.add(counted.isCoarse() ? null : count.events());
    cells.add(counted.isCoarse() ? null : count.serious());
    cells.add(counted.isCoarse() ? null : count.related());
    return cells;
  }

  private static @Nullable Double percent(Count count, int of) {
    double percent = count.percent(of);
    return Double.isFinite(percent) ? percent : null;
  }

  private static Parameters parameters(AdverseEvents counted, boolean byArm) {
    Parameters answer = new Parameters();
    answer.addParameter("asOf", new DecimalType(counted.position().value()));
    if (counted.isCoarse()) {
      answer.addParameter("smallCountMin", new IntegerType(counted.countMin()));
    }
    answer.addParameter("enrolled", new IntegerType(counted.enrolled()));
    if (byArm) {
      counted
          .arms()
          .forEach((name, subjects) -> {
            ParametersParameterComponent arm = answer.addParameter().setName("arm");
            part(arm, "name").setValue(new StringType(name));
            number(arm, "enrolled", subjects);
          });
    }
    counted
        .leftOut()
        .forEach((reason, count) -> {
          ParametersParameterComponent left = answer.addParameter().setName("leftOut");
          part(left, "reason").setValue(new CodeType(reason.code()));
          number(left, "events", count);
        });
    counted
        .total()
        .ifPresent(total -> term(answer.addParameter().setName("total"), total, counted, byArm));
    for (Term term : counted.terms()) {
      ParametersParameterComponent part = answer.addParameter().setName("term");
      part(part, "name").setValue(new StringType(term.name()));
      if (!term.code().isEmpty()) {
        part(part, "code")
            .setValue(
                new Coding()
                    .setSystem(term.system().isEmpty() ? null : term.system())
                    .setCode(term.code()));
      }
      term(part, term, counted, byArm);
    }
    return answer;
  }

  private static void term(
      ParametersParameterComponent part, Term term, AdverseEvents counted, boolean byArm) {
    count(part, term.all(), counted.enrolled(), counted.isCoarse());
    if (byArm) {
      for (Map.Entry<String, Count> each : term.arms().entrySet()) {
        ParametersParameterComponent arm = part(part, "arm");
        part(arm, "name").setValue(new StringType(each.getKey()));
        count(
            arm,
            each.getValue(),
            counted.arms().getOrDefault(each.getKey(), 0),
            counted.isCoarse());
      }
    }
  }

  private static void count(
      ParametersParameterComponent part, Count count, int of, boolean isCoarse) {
    number(part, "subjects", count.subjects());
    Double percent = percent(count, of);
    if (percent != null) {
      part(part, "percent").setValue(new DecimalType(percent));
    }
    if (isCoarse) {
      return;
    }
    number(part, "events", count.events());
    for (int i = 0; i < AdverseEvents.GRADES; i++) {
      ParametersParameterComponent grade = part(part, "grade");
      number(grade, "grade", i + 1);
      number(grade, "events", count.grades().get(i));
      number(grade, "subjectsAtWorst", count.worst().get(i));
    }
    number(part, "ungraded", count.ungraded());
    number(part, "serious", count.serious());
    number(part, "related", count.related());
    number(part, "seriousSubjects", count.seriousSubjects());
    number(part, "relatedSubjects", count.relatedSubjects());
  }

  private static ParametersParameterComponent part(
      ParametersParameterComponent whole, String name) {
    return whole.addPart().setName(name);
  }

  private static void number(ParametersParameterComponent whole, String name, int number) {
    part(whole, name).setValue(new IntegerType(number));
  }
}
