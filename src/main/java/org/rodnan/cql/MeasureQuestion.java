package org.rodnan.cql;

import java.time.ZonedDateTime;
import org.hl7.fhir.r4.model.Measure;
import org.rodnan.fhir.ResourceKey;

/**
 * A measure that is to be evaluated (R4, measure-operation-evaluate-measure.html).
 *
 * @param start of the measurement period
 * @param end the last second of it
 */
public record MeasureQuestion(
    Measure measure, ZonedDateTime start, ZonedDateTime end, Report report, Subjects subjects) {

  /** What is told. */
  public enum Report {
    /** One subject, with the resources that were looked at. */
    SUBJECT("subject"),
    /** Counts, and who is counted. */
    SUBJECT_LIST("subject-list"),
    /** Counts. */
    POPULATION("population");

    private final String code;

    Report(String code) {
      this.code = code;
    }

    public String code() {
      return code;
    }
  }

  /** For whom. */
  public sealed interface Subjects {}

  /** All patients. */
  public record Everybody() implements Subjects {}

  public record OnePatient(ResourceKey key) implements Subjects {}

  /** The members of a Group. */
  public record InGroup(ResourceKey key) implements Subjects {}

  /** The individuals of a study's ResearchSubjects. */
  public record InStudy(ResourceKey key) implements Subjects {}

  /** Those whose general practitioner it is. */
  public record OfPractitioner(ResourceKey key) implements Subjects {}
}
