package org.rodnan.cohort;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.rodnan.fhir.FhirFailure;

/** The visits of the profiles: the value set ssc-visit as it is now. Thread safe. */
final class KnownVisits {
  static final String VALUE_SET = "https://w3id.org/rodnan/ValueSet/ssc-visit";

  private final ProfileCodes codes;

  KnownVisits(ProfileCodes codes) {
    this.codes = codes;
  }

  /**
   * Takes a criterion whose visits, if it has any, are of these, since somebody may come to them,
   * or are of something that is stored; any other is most likely misspelt, and would count nobody,
   * or with {@code !} everybody.
   *
   * @throws FhirFailure.Malformed that names visits there are
   */
  void require(Criterion criterion, Population population) {
    Stream<String> visits =
        Stream.concat(
            criterion.visit().stream(),
            criterion.change().stream().flatMap(change -> Stream.of(change.from(), change.to())));
    Optional<String> unknown =
        visits
            .filter(
                visit -> !codes.canHave(visit) && !population.isRecordedAt(criterion.type(), visit))
            .findFirst();
    if (unknown.isEmpty()) {
      return;
    }
    List<String> others = population.visits();
    throw new FhirFailure.Malformed(
        "nothing of type "
            + criterion.type()
            + " is of the visit '"
            + unknown.get()
            + "', and the profiles have no such visit; expected one of "
            + (others.isEmpty() ? "the value set " + VALUE_SET : others),
        "criterion");
  }
}
