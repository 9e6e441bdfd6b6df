package org.rodnan.terminology.concepts;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One concept of a code system (R4, CodeSystem.concept).
 *
 * @param isAbstract whether it only groups others and is not for use ({@code notSelectable})
 * @param isInactive whether it should no longer be used
 * @param parents codes of the concepts directly above it
 */
public record Concept(
    String code,
    @Nullable String display,
    @Nullable String definition,
    boolean isAbstract,
    boolean isInactive,
    List<Designation> designations,
    List<Property> properties,
    List<String> parents) {

  public Concept {
    designations = List.copyOf(designations);
    properties = List.copyOf(properties);
    parents = List.copyOf(parents);
  }

  /** A concept of which only this is known. */
  public static Concept of(String code, @Nullable String display) {
    return new Concept(code, display, null, false, false, List.of(), List.of(), List.of());
  }

  /** Whether each word of the filter begins a word of the code, the display or a designation. */
  public boolean hasText(String filter) {
    Set<String> words = new HashSet<>(ConceptFields.words(code));
    if (display != null) {
      words.addAll(ConceptFields.words(display));
    }
    designations.forEach(designation -> words.addAll(ConceptFields.words(designation.value())));
    return ConceptFields.words(filter).stream()
        .allMatch(wanted -> words.stream().anyMatch(word -> word.startsWith(wanted)));
  }

  /**
   * Another text for the concept.
   *
   * @param language BCP 47
   * @param useSystem with {@code useCode} and {@code useDisplay}, what kind of text it is
   */
  public record Designation(
      @Nullable String language,
      @Nullable String useSystem,
      @Nullable String useCode,
      @Nullable String useDisplay,
      String value) {

    /** A text of no stated use. */
    public static Designation of(@Nullable String language, String value) {
      return new Designation(language, null, null, null, value);
    }
  }

  /**
   * A property with its value.
   *
   * @param type the FHIR type: {@code code}, {@code string}, {@code Coding} and so on
   * @param value of a Coding its code
   * @param system of a Coding
   * @param display of a Coding
   */
  public record Property(
      String code, String type, String value, @Nullable String system, @Nullable String display) {

    public static Property ofCode(String code, String value) {
      return new Property(code, "code", value, null, null);
    }

    public static Property ofString(String code, String value) {
      return new Property(code, "string", value, null, null);
    }
  }
}
