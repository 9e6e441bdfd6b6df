package org.rodnan.registry;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.hl7.fhir.r4.model.ResearchSubject.ResearchSubjectStatus;
import org.rodnan.mapping.Disposition;

/** How far somebody came in the study, as rows tell it one by one. For one thread. */
final class Participation {
  /** In the order in which people come to them. */
  enum Stage {
    SCREENED,
    ELIGIBLE,
    ENROLLED,
    ENDED
  }

  /** What a row said of a stage. */
  private record Told(Row row, String text) {}

  private final Row first;
  private final Map<Stage, Told> dates = new LinkedHashMap<>();
  private Optional<Told> arm = Optional.empty();
  private Optional<Told> end = Optional.empty();
  private Optional<Disposition> disposition = Optional.empty();
  private boolean isRefused;

  Participation(Row first) {
    this.first = first;
  }

  /** The row that was the first to tell of it. */
  Row first() {
    return first;
  }

  boolean isRefused() {
    return isRefused;
  }

  void refuse() {
    isRefused = true;
  }

  boolean isEnrolled() {
    return dates.containsKey(Stage.ENROLLED);
  }

  /** When enrolled, in ISO 8601; empty if unknown. */
  String start() {
    return dates.containsKey(Stage.ENROLLED) ? dates.get(Stage.ENROLLED).text() : "";
  }

  /** By its name; empty if unknown. */
  String arm() {
    return arm.map(Told::text).orElse("");
  }

  Optional<Disposition> disposition() {
    return disposition;
  }

  /**
   * @return the row that said something else before
   */
  Optional<Row> reach(Stage stage, Row row, String date) {
    return otherwise(Optional.ofNullable(dates.putIfAbsent(stage, new Told(row, date))), date);
  }

  /**
   * @return the row that said something else before
   */
  Optional<Row> assign(Row row, String name) {
    Optional<Told> before = arm;
    arm = before.or(() -> Optional.of(new Told(row, name)));
    return otherwise(before, name);
  }

  /**
   * @return the row that said something else before
   */
  Optional<Row> end(Row row, Disposition ended) {
    Optional<Told> before = end;
    if (before.isEmpty()) {
      end = Optional.of(new Told(row, ended.term().code()));
      disposition = Optional.of(ended);
    }
    return otherwise(before, ended.term().code());
  }

  private static Optional<Row> otherwise(Optional<Told> before, String now) {
    return before.filter(each -> !each.text().equals(now)).map(Told::row);
  }

  /**
   * @param tellsEnrolment whether who isn't said to be enrolled was not
   */
  ResearchSubjectStatus status(boolean tellsEnrolment) {
    boolean isBefore = tellsEnrolment && !isEnrolled();
    if (disposition.isPresent()) {
      Disposition ended = disposition.get();
      return isBefore && ended.status() == ResearchSubjectStatus.WITHDRAWN
          ? ResearchSubjectStatus.NOTREGISTERED
          : ended.status();
    }
    if (isEnrolled()) {
      return ResearchSubjectStatus.ONSTUDY;
    }
    return dates.containsKey(Stage.ELIGIBLE)
        ? ResearchSubjectStatus.ELIGIBLE
        : ResearchSubjectStatus.SCREENING;
  }
}
