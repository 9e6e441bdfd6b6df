package org.rodnan.cohort;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.rodnan.cohort.Subject.Reason;
import org.rodnan.fhir.LogPosition;

/**
 * How many came how far in a study.
 *
 * @param position of the log: everything up to here counts, and nothing after it
 * @param arms by name, in the order of the study
 * @param rows in the order in which subjects come to the stages; the reasons of a stage follow its
 *     row for all; what may not be shown to whoever asks isn't there
 * @param countMin of what subjects counted from records are multiples; 1 if they are exact
 */
public record ParticipantFlow(
    LogPosition position, List<String> arms, List<Row> rows, int countMin) {
  public ParticipantFlow {
    arms = List.copyOf(arms);
    rows = List.copyOf(rows);
  }

  /** What subjects come to. */
  public enum Stage {
    SCREENED("Screened"),
    /** Found eligible, whether they entered or not; known as published alone. */
    ELIGIBLE("Eligible"),
    NOT_ENROLLED("Not enrolled"),
    ENROLLED("Enrolled"),
    /** One row for each visit. */
    VISIT("Visit"),
    /** Came to the end. */
    COMPLETED("Completed"),
    /** Left before the end, for a reason; death is one. */
    WITHDRAWN("Withdrawn"),
    /** Left, and nothing says why. */
    OFF_STUDY("Left, no reason recorded"),
    /** Still in the study. */
    ONGOING("Ongoing");

    private final String title;

    Stage(String title) {
      this.title = title;
    }
  }

  /** Where a number is from. */
  public enum Source {
    /** Counted from ResearchSubjects, and from what is linked to the study. */
    RECORDS,
    /** The quantity of an analysis population, or a printed result, as it was published. */
    PUBLISHED
  }

  /** How a counted number and the published one compare. */
  public enum Verdict {
    EQUAL,
    DIFFERS,
    /** There are no records to count. */
    NOT_COMPUTED;

    /** As it stands in answers. */
    public String code() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /**
   * A number of subjects.
   *
   * @param visit empty for all stages but {@link Stage#VISIT}
   * @param reason empty for all of the stage
   * @param arms of them in each arm as assigned, by name; who is in no arm is in the total alone,
   *     and an arm of which nothing is known isn't there
   * @param published the published number of the same subjects, as far as one is there
   */
  public record Row(
      Stage stage,
      Optional<Visit> visit,
      Optional<Reason> reason,
      int subjects,
      Map<String, Integer> arms,
      Source source,
      Optional<Integer> published) {
    /** The stage as programs have it: that of a visit is the visit's code. */
    public String code() {
      return visit
          .map(Visit::code)
          .orElseGet(() -> stage.name().toLowerCase(Locale.ROOT).replace('_', '-'));
    }

    /** The stage for people. */
    public String title() {
      return visit.map(Visit::title).orElse(stage.title);
    }

    public boolean isPublished() {
      return source == Source.PUBLISHED;
    }
  }

  /**
   * A visit.
   *
   * @param title for people
   */
  public record Visit(String code, String title) {}

  /**
   * How the number of a row compares with the published one; absent if none is published, and if
   * the counted one is rounded.
   */
  public Optional<Verdict> verdict(Row row) {
    if (row.isPublished()) {
      return Optional.of(Verdict.NOT_COMPUTED);
    }
    return row.published()
        .filter(number -> countMin <= 1)
        .map(number -> number == row.subjects() ? Verdict.EQUAL : Verdict.DIFFERS);
  }

  /** Whether anything was counted. */
  public boolean hasRecords() {
    return rows.stream().anyMatch(row -> !row.isPublished());
  }

  /** The row of a stage that is for all; of visits the first. */
  public Optional<Row> all(Stage stage) {
    return rows.stream().filter(row -> row.stage() == stage && row.reason().isEmpty()).findFirst();
  }

  /** The rows of a stage that are for one reason each, or of one visit each. */
  public List<Row> each(Stage stage) {
    return rows.stream()
        .filter(
            row -> row.stage() == stage && (row.reason().isPresent() || row.visit().isPresent()))
        .toList();
  }
}
