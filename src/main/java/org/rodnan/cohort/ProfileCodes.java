package org.rodnan.cohort;

import java.util.Optional;
import org.rodnan.terminology.DefinitionSource;
import org.rodnan.terminology.Terminology;
import org.rodnan.terminology.TerminologyService;
import org.rodnan.terminology.ValueSetCodes;

/**
 * The codes of a value set of the profiles, as it is now. Thread safe.
 *
 * @param valueSet its canonical
 */
record ProfileCodes(TerminologyService terminology, DefinitionSource current, String valueSet) {
  /** Whether it has the code of a system. */
  boolean contains(String system, String code) {
    return codes().map(codes -> codes.contains(system, code)).orElse(false);
  }

  /**
   * Whether a token, {@code code} or {@code system|code}, can mean one of its codes. Without the
   * value set nobody knows, and every token can.
   */
  boolean canHave(String token) {
    int bar = token.indexOf('|');
    return codes()
        .map(codes ->
            bar > 0
                ? codes.contains(token.substring(0, bar), token.substring(bar + 1))
                : bar < 0 && codes.contains(token))
        .orElse(true);
  }

  private Optional<ValueSetCodes> codes() {
    Terminology now = terminology.at(current);
    return now.valueSet(valueSet).map(now::codes);
  }
}
