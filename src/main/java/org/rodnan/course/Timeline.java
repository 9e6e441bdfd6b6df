package org.rodnan.course;

import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.rodnan.fhir.LogPosition;
import org.rodnan.fhir.ResourceKey;

/**
 * What is recorded of one subject of a study, by study day.
 *
 * @param position everything up to here is in it
 * @param firstDay the date of day 1, as recorded; empty if it isn't
 * @param items by day, those without one last
 */
public record Timeline(
    LogPosition position,
    ResourceKey subject,
    ResourceKey patient,
    ResourceKey study,
    String firstDay,
    List<Item> items) {

  /** What an item is about. */
  public enum Kind {
    ENROLMENT("enrolment"),
    VISIT("visit"),
    OBSERVATION("observation"),
    TREATMENT("treatment"),
    PROCEDURE("procedure"),
    ADVERSE_EVENT("adverse-event"),
    DISPOSITION("disposition");

    private final String code;

    Kind(String code) {
      this.code = code;
    }

    /** As it stands in answers. */
    public String code() {
      return code;
    }
  }

  /**
   * One thing that was, once or for a time.
   *
   * @param day stated by the record, else counted from its date; there is no day 0
   * @param endDay when it ended
   * @param start as recorded; may be of a month only, and is empty without
   * @param end as recorded
   * @param visit code; empty without
   * @param code what was measured; empty of other kinds
   * @param what in words
   * @param value a number
   * @param text a value or a dose in words, or what became of it
   * @param unit in UCUM; empty without
   * @param grade 1 to 5, of an adverse event
   * @param serious of an adverse event
   * @param resource where it is recorded
   */
  public record Item(
      OptionalInt day,
      OptionalInt endDay,
      String start,
      String end,
      Kind kind,
      String visit,
      String code,
      String what,
      Optional<BigDecimal> value,
      String text,
      String unit,
      OptionalInt grade,
      Optional<Boolean> serious,
      ResourceKey resource) {}
}
