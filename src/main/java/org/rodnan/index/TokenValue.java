package org.rodnan.index;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.hl7.fhir.r4.model.Base;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.Coding;
import org.hl7.fhir.r4.model.ContactPoint;
import org.hl7.fhir.r4.model.Enumeration;
import org.hl7.fhir.r4.model.Identifier;
import org.jspecify.annotations.Nullable;

/**
 * A token (R4, search.html#token). Systems and codes are compared as they are, case and all: a code
 * system's case rule is not known in general, and conditional interactions need one exact answer.
 * Contact points (mail addresses, telephone numbers) can also be looked for in lower case.
 *
 * @param system null if there is none
 * @param code null if there is only a system
 */
public record TokenValue(@Nullable String system, @Nullable String code) {

  /** The tokens of an element; empty if it has none or is of a type without tokens. */
  static List<TokenValue> of(Base element) {
    return switch (element) {
      case CodeableConcept concept -> {
        List<TokenValue> tokens = new ArrayList<>(2);
        concept.getCoding().forEach(coding -> add(tokens, coding.getSystem(), coding.getCode()));
        yield tokens;
      }
      case Coding coding -> single(coding.getSystem(), coding.getCode());
      case Identifier identifier -> single(identifier.getSystem(), identifier.getValue());
      case ContactPoint contact -> ofContact(contact.getValue());
      case Enumeration<?> code -> ofCode(code);
      default -> element.isPrimitive() ? single(null, element.primitiveValue()) : List.of();
    };
  }

  /** A code element can be looked for with the system of its value set and without. */
  private static List<TokenValue> ofCode(Enumeration<?> code) {
    String value = code.getValueAsString();
    List<TokenValue> tokens = new ArrayList<>(2);
    add(tokens, null, value);
    if (code.getValue() != null && code.getSystem() != null) {
      add(tokens, code.getSystem(), value);
    }
    return tokens;
  }

  private static List<TokenValue> ofContact(@Nullable String value) {
    List<TokenValue> tokens = single(null, value);
    String lower = value == null ? null : value.toLowerCase(Locale.ROOT);
    if (!java.util.Objects.equals(lower, value)) {
      add(tokens, null, lower);
    }
    return tokens;
  }

  private static List<TokenValue> single(@Nullable String system, @Nullable String code) {
    List<TokenValue> tokens = new ArrayList<>(1);
    add(tokens, system, code);
    return tokens;
  }

  private static void add(List<TokenValue> tokens, @Nullable String system, @Nullable String code) {
    String presentSystem = system == null || system.isEmpty() ? null : system;
    String presentCode = code == null || code.isEmpty() ? null : code;
    if (presentSystem != null || presentCode != null) {
      tokens.add(new TokenValue(presentSystem, presentCode));
    }
  }

  /** The texts by which it is found: code, system and code, code without system, system. */
  List<String> forms() {
    List<String> forms = new ArrayList<>(3);
    if (code != null) {
      forms.add(formOfCode(code));
      forms.add(system == null ? formWithoutSystem(code) : formInSystem(system, code));
    }
    if (system != null) {
      forms.add(formOfSystem(system));
    }
    return forms;
  }

  /** The texts beside a token (R4, search.html#modifiers, {@code :text}). */
  static List<String> texts(Base element) {
    List<String> texts = new ArrayList<>(2);
    switch (element) {
      case CodeableConcept concept -> {
        addText(texts, concept.getText());
        concept.getCoding().forEach(coding -> addText(texts, coding.getDisplay()));
      }
      case Coding coding -> addText(texts, coding.getDisplay());
      case Identifier identifier -> addText(texts, identifier.getType().getText());
      default -> {}
    }
    return texts;
  }

  private static void addText(List<String> texts, @Nullable String text) {
    if (text != null && !text.isBlank()) {
      texts.add(text);
    }
  }

  /** The forms of an identifier's value with each of the codes of its type. */
  static List<String> typedForms(Base element) {
    if (!(element instanceof Identifier identifier)
        || !identifier.hasValue()
        || !identifier.hasType()) {
      return List.of();
    }
    List<String> forms = new ArrayList<>(1);
    for (Coding type : identifier.getType().getCoding()) {
      if (type.hasCode()) {
        String system = type.getSystem();
        forms.add(formOfType(system == null ? "" : system, type.getCode(), identifier.getValue()));
      }
    }
    return forms;
  }

  /** Looks for the value of an identifier of a type ({@code :of-type}); no system is "". */
  public static String formOfType(String system, String code, String value) {
    return "t" + system + '\u0000' + code + '\u0000' + value;
  }

  /** Looks for the code in any system or none. */
  public static String formOfCode(String code) {
    return "c" + code;
  }

  /** Looks for the code without a system. */
  public static String formWithoutSystem(String code) {
    return "n" + code;
  }

  /** Looks for the code in the system. */
  public static String formInSystem(String system, String code) {
    return "s" + system + '\u0000' + code;
  }

  /** Looks for any code of the system. */
  public static String formOfSystem(String system) {
    return "y" + system;
  }
}
