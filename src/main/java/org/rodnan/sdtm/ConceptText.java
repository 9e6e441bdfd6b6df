package org.rodnan.sdtm;

import java.util.ArrayList;
import java.util.List;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.Coding;
import org.hl7.fhir.r4.model.Type;
import org.jspecify.annotations.Nullable;
import org.rodnan.mapping.Elements;

/**
 * A CodeableConcept as the value of a supplemental qualifier: a text as it is, or {@code
 * system|code} on a line for each coding and then the text after {@code text=}.
 */
final class ConceptText {
  private static final String TEXT = "text=";

  private ConceptText() {}

  /** Empty if it is no concept, or one without codes and text. */
  static String of(@Nullable Type value) {
    if (!(value instanceof CodeableConcept concept)) {
      return "";
    }
    List<String> lines = new ArrayList<>();
    for (Coding coding : Elements.codings(concept)) {
      lines.add(Elements.token(coding));
    }
    if (concept.hasText()) {
      boolean isPlain = lines.isEmpty() && !isMarked(concept.getText());
      lines.add(isPlain ? concept.getText() : TEXT + concept.getText());
    }
    return String.join("\n", lines);
  }

  /** As {@link #of}, but never to be taken for a word of the study's. */
  static String marked(@Nullable Type value) {
    String text = of(value);
    return text.isEmpty() || isMarked(text) ? text : TEXT + text;
  }

  static boolean isMarked(String value) {
    return value.contains("|") || value.startsWith(TEXT);
  }

  static CodeableConcept parse(String value) {
    CodeableConcept concept = new CodeableConcept();
    String rest = value;
    while (rest.contains("|") && !rest.startsWith(TEXT)) {
      int end = rest.indexOf('\n');
      String line = end < 0 ? rest : rest.substring(0, end);
      concept.addCoding(Elements.coding(line));
      rest = end < 0 ? "" : rest.substring(end + 1);
    }
    if (!rest.isEmpty()) {
      concept.setText(rest.startsWith(TEXT) ? rest.substring(TEXT.length()) : rest);
    }
    return concept;
  }

  /** Whether it has one coding, of this system and code, and no text. */
  static boolean isOnly(@Nullable Type value, String system, String code) {
    return value instanceof CodeableConcept concept
        && !concept.hasText()
        && concept.getCoding().size() == 1
        && system.equals(concept.getCodingFirstRep().getSystem())
        && code.equals(concept.getCodingFirstRep().getCode());
  }
}
