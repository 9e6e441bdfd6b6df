package org.rodnan.course;

import java.util.List;
import java.util.Optional;
import org.rodnan.fhir.LogPosition;
import org.rodnan.fhir.ResourceKey;

/**
 * What is wrong, or looks so, with the records of a study.
 *
 * @param position everything up to here was looked at
 * @param findings by rule, then by subject
 */
public record DataQuality(LogPosition position, List<Finding> findings) {

  /** What is looked for. */
  public enum Rule {
    ENTERED_IN_ERROR("entered-in-error"),
    DUPLICATE("duplicate"),
    NO_BASELINE("no-baseline"),
    MISSING_VISIT("missing-visit"),
    VISIT_WINDOW("visit-window"),
    STUDY_DAY("study-day"),
    IMPLAUSIBLE_CHANGE("implausible-change"),
    UNMAPPED_CODE("unmapped-code");

    private final String code;

    Rule(String code) {
      this.code = code;
    }

    /** As it stands in answers. */
    public String code() {
      return code;
    }
  }

  /**
   * One of them.
   *
   * @param subject a ResearchSubject; empty if it is about all of them
   * @param visit code; empty without
   * @param measure code; empty without
   * @param resource where it is; empty if something is missing
   */
  public record Finding(
      Rule rule,
      Optional<ResourceKey> subject,
      String visit,
      String measure,
      Optional<ResourceKey> resource,
      String found,
      String expected) {}
}
