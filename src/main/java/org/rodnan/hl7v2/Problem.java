package org.rodnan.hl7v2;

/**
 * Why a message is not taken, as an ERR segment tells it.
 *
 * @param kind what is to be done about it
 * @param code of HL7 table 0357
 * @param location ERR-2: segment, its number among those of its name, field, repetition, component,
 *     joined by {@code ^}; empty if it is the message as a whole
 * @param text for a person: what was found and what was expected
 */
record Problem(Kind kind, String code, String location, String text) {
  enum Kind {
    /** The message can't be read, or is none that is taken here: AR. */
    REJECTED,
    /** What it says can't be stored: AE. */
    WRONG,
    /** A code or unit that nobody has mapped yet: AE, unless such messages are parked. */
    UNMAPPED,
    /** The server can't do it now: AR, and the sender tries again. */
    BUSY,
    /** A part that needs nothing done, or is behind what is stored: AA, and it is left out. */
    LEFT_OUT
  }

  static final String SEQUENCE = "100";
  static final String MISSING = "101";
  static final String DATA_TYPE = "102";
  static final String NOT_IN_TABLE = "103";
  static final String MESSAGE_TYPE = "200";
  static final String EVENT = "201";
  static final String PROCESSING_ID = "202";
  static final String VERSION = "203";
  static final String UNKNOWN_KEY = "204";
  static final String DUPLICATE_KEY = "205";
  static final String INTERNAL = "207";

  static Problem rejected(String code, String location, String text) {
    return new Problem(Kind.REJECTED, code, location, text);
  }

  static Problem wrong(String code, String location, String text) {
    return new Problem(Kind.WRONG, code, location, text);
  }

  static Problem leftOut(String code, String location, String text) {
    return new Problem(Kind.LEFT_OUT, code, location, text);
  }

  boolean isLeftOut() {
    return kind == Kind.LEFT_OUT;
  }

  static Problem unmapped(String location, String text) {
    return new Problem(Kind.UNMAPPED, NOT_IN_TABLE, location, text);
  }
}
