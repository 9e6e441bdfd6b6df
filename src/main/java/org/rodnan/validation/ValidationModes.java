package org.rodnan.validation;

import java.util.Map;

/**
 * Which profiles a resource must keep to be stored. Immutable.
 *
 * @param otherwise the mode of profiles that have none of their own
 * @param byProfile by address without version, or by its last part
 */
record ValidationModes(Mode otherwise, Map<String, Mode> byProfile) {
  static final ValidationModes ENFORCED = new ValidationModes(Mode.ENFORCE, Map.of());
  static final String TYPE = "http://hl7.org/fhir/StructureDefinition/";

  enum Mode {
    /** What is not valid is refused. */
    ENFORCE,
    /** What is not valid is stored with a tag, and the client is told. */
    WARN
  }

  ValidationModes {
    byProfile = Map.copyOf(byProfile);
  }

  boolean enforcesAll() {
    return otherwise == Mode.ENFORCE && !byProfile.containsValue(Mode.WARN);
  }

  /**
   * @param profile an address; that of a resource type stands for what R4 itself asks of it
   */
  boolean isEnforced(String profile) {
    int bar = profile.indexOf('|');
    String address = bar < 0 ? profile : profile.substring(0, bar);
    Mode byName =
        byProfile.getOrDefault(address.substring(address.lastIndexOf('/') + 1), otherwise);
    return byProfile.getOrDefault(address, byName) == Mode.ENFORCE;
  }
}
