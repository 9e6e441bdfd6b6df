package org.rodnan.index;

import java.util.ArrayList;
import java.util.List;
import org.hl7.fhir.r4.model.Address;
import org.hl7.fhir.r4.model.Base;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.ContactPoint;
import org.hl7.fhir.r4.model.HumanName;
import org.hl7.fhir.r4.model.PrimitiveType;
import org.jspecify.annotations.Nullable;

/** The texts of an element by which a string parameter finds it (R4, search.html#string). */
final class TextValues {
  private TextValues() {}

  /** Of names and addresses each part by itself. */
  static List<String> of(Base element) {
    List<String> texts = new ArrayList<>();
    switch (element) {
      case HumanName name -> {
        add(texts, name.getText());
        add(texts, name.getFamily());
        addAll(texts, name.getGiven());
        addAll(texts, name.getPrefix());
        addAll(texts, name.getSuffix());
      }
      case Address address -> {
        add(texts, address.getText());
        addAll(texts, address.getLine());
        add(texts, address.getCity());
        add(texts, address.getDistrict());
        add(texts, address.getState());
        add(texts, address.getPostalCode());
        add(texts, address.getCountry());
      }
      case CodeableConcept concept -> {
        add(texts, concept.getText());
        concept.getCoding().forEach(coding -> add(texts, coding.getDisplay()));
      }
      case ContactPoint contact -> add(texts, contact.getValue());
      default -> {
        if (element.isPrimitive()) {
          add(texts, element.primitiveValue());
        }
      }
    }
    return texts;
  }

  private static void add(List<String> texts, @Nullable String text) {
    if (text != null && !text.isBlank()) {
      texts.add(text);
    }
  }

  private static void addAll(List<String> texts, List<? extends PrimitiveType<String>> values) {
    values.forEach(value -> add(texts, value.getValue()));
  }
}
