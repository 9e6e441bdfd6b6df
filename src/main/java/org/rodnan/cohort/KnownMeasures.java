package org.rodnan.cohort;

import java.util.Arrays;
import java.util.List;
import org.rodnan.fhir.FhirFailure;

/** The measures of the profiles: the value set ssc-measure-any as it is now. Thread safe. */
public final class KnownMeasures {
  /** The canonical of their value set. */
  public static final String VALUE_SET = "https://w3id.org/rodnan/ValueSet/ssc-measure-any";

  private static final int SHOWN = 100;

  private final ProfileCodes codes;

  KnownMeasures(ProfileCodes codes) {
    this.codes = codes;
  }

  /** Whether a code of a system is one of them. */
  public boolean contains(String system, String code) {
    return codes.contains(system, code);
  }

  /**
   * Takes a measure that nobody has a value of if it is one of these, since it may come; any other
   * is most likely misspelt.
   *
   * @param name of the parameter that asks for it
   * @param tokens {@code code} or {@code system|code}, with commas between several
   * @param measure what was found by them
   * @param population who was looked at
   * @throws FhirFailure.Malformed that names measures there are
   */
  public void require(
      String name, String tokens, Population.Measure measure, Population population) {
    if (measure.isRecorded() || Arrays.stream(tokens.split(",")).anyMatch(codes::canHave)) {
      return;
    }
    List<String> others = population.measured();
    throw new FhirFailure.Malformed(
        name
            + ": nobody in this study has a value of '"
            + tokens
            + "', and the profiles have no such measure; expected one of "
            + (others.isEmpty()
                ? "the value set " + VALUE_SET
                : others.size() > SHOWN ? others.subList(0, SHOWN) + " and more" : others),
        name);
  }
}
