package org.rodnan.hl7v2;

import ca.uhn.hl7v2.HL7Exception;
import ca.uhn.hl7v2.util.Terser;

/**
 * A segment of a message.
 *
 * @param number among those of its name, from 1
 */
record Segment(String name, int number, ca.uhn.hl7v2.model.Segment fields) {
  /** An explicit null: what was known before is to be deleted. */
  static final String NULL = "\"\"";

  /** The first component of the first repetition, unescaped; empty if it is absent. */
  String text(int field) {
    return text(field, 1, 1);
  }

  String text(int field, int component) {
    return text(field, 1, component);
  }

  String text(int field, int repetition, int component) {
    return text(field, repetition, component, 1);
  }

  String text(int field, int repetition, int component, int subcomponent) {
    try {
      String text = Terser.get(fields, field, repetition - 1, component, subcomponent);
      return text == null ? "" : text.strip();
    } catch (HL7Exception e) {
      throw new RefusedException(
          Problem.rejected(Problem.SEQUENCE, location(field), String.valueOf(e.getMessage())));
    }
  }

  int repetitions(int field) {
    try {
      return fields.getField(field).length;
    } catch (HL7Exception e) {
      throw new RefusedException(
          Problem.rejected(Problem.SEQUENCE, location(field), String.valueOf(e.getMessage())));
    }
  }

  boolean isNull(int field) {
    return text(field).equals(NULL);
  }

  /** As ERR-2 has it. */
  String location(int field) {
    return name + "^" + number + "^" + field;
  }

  String location(int field, int repetition, int component) {
    return location(field) + "^" + repetition + "^" + component;
  }

  /** As people say it, such as {@code OBX-3 of OBX 2}. */
  String named(int field) {
    return name + "-" + field + (number > 1 ? " of the " + name + " number " + number : "");
  }
}
