package org.rodnan.trials;

import java.util.Optional;

/**
 * One adverse event.
 *
 * @param term the term of the paper, or ours for what it does not name
 * @param relatedness how it is attributed to the study drug
 * @param grade 1 to 5
 * @param criterion why it is serious; empty when it is not
 * @param endDay the study day of recovery; empty when it had not ended at the last contact
 * @param endedParticipation whether the subject left the study because of it
 */
record LedgerEvent(
    AdverseEventTerm term,
    Relatedness relatedness,
    int grade,
    Optional<Criterion> criterion,
    int startDay,
    Optional<Integer> endDay,
    boolean endedParticipation) {

  /** The attribution of the paper. */
  enum Relatedness {
    NOT_RELATED,
    UNLIKELY,
    POSSIBLY,
    PROBABLY;

    boolean isAtLeastPossible() {
      return this == POSSIBLY || this == PROBABLY;
    }
  }

  /** Why an event is serious. */
  enum Criterion {
    DEATH,
    LIFE_THREATENING,
    HOSPITALISATION,
    MEDICALLY_IMPORTANT
  }

  boolean isSerious() {
    return criterion.isPresent();
  }

  boolean isFatal() {
    return grade == 5;
  }
}
