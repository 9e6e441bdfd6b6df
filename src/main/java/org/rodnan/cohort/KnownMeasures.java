package org.rodnan.cohort;

import java.util.Optional;
import org.rodnan.terminology.DefinitionSource;
import org.rodnan.terminology.Terminology;
import org.rodnan.terminology.TerminologyService;
import org.rodnan.terminology.ValueSetCodes;

/** The measures of the profiles: the value set ssc-measure-any as it is now. Thread safe. */
public final class KnownMeasures {
  /** The canonical of their value set. */
  public static final String VALUE_SET = "https://w3id.org/rodnan/ValueSet/ssc-measure-any";

  private final TerminologyService terminology;
  private final DefinitionSource current;

  KnownMeasures(TerminologyService terminology, DefinitionSource current) {
    this.terminology = terminology;
    this.current = current;
  }

  /** Whether a code of a system is one of them. */
  public boolean contains(String system, String code) {
    return codes().map(codes -> codes.contains(system, code)).orElse(false);
  }

  /**
   * Whether a search for a token can mean one of them; without the value set nobody knows, and
   * every token can.
   *
   * @param token {@code code}, or {@code system|code}
   */
  public boolean canBe(String token) {
    int bar = token.indexOf('|');
    return codes()
        .map(codes ->
            bar > 0
                ? codes.contains(token.substring(0, bar), token.substring(bar + 1))
                : codes.contains(token.substring(bar + 1)))
        .orElse(true);
  }

  private Optional<ValueSetCodes> codes() {
    Terminology now = terminology.at(current);
    return now.valueSet(VALUE_SET).map(now::codes);
  }
}
