package org.rodnan.terminology;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Which part of a value set is wanted, and how (R4, valueset-operation-expand.html).
 *
 * @param filter each of its words begins a word of a text of the concept, or of its code
 * @param count empty for all
 * @param activeOnly whether concepts that should no longer be used are left out
 * @param selectableOnly whether concepts that only group others are left out
 * @param isNested whether what is below another concept stands inside it; then there are no pages
 * @param designations of these languages ({@code urn:ietf:bcp:47|de}) or uses ({@code
 *     system|code}); empty for all
 * @param properties whose values are wanted
 */
public record ExpansionRequest(
    Optional<String> filter,
    int offset,
    OptionalInt count,
    boolean activeOnly,
    boolean selectableOnly,
    boolean isNested,
    boolean includesDesignations,
    List<String> designations,
    Optional<String> language,
    List<String> properties) {

  /** Everything there is, in one flat list. */
  public static final ExpansionRequest ALL =
      new ExpansionRequest(
          Optional.empty(),
          0,
          OptionalInt.empty(),
          false,
          false,
          false,
          false,
          List.of(),
          Optional.empty(),
          List.of());

  /** Whether only a part of the list is wanted. */
  boolean isPaged() {
    return !isNested && (offset > 0 || count.isPresent());
  }
}
