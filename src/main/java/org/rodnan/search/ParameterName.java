package org.rodnan.search;

import org.rodnan.fhir.FhirFailure;

/**
 * The name of a parameter in its parts (R4, search.html#modifiers and #chaining).
 *
 * @param full as it was given
 * @param modifier without the colon; empty if there is none
 * @param chain what follows the first dot; empty if there is none
 */
record ParameterName(String full, String code, String modifier, String chain) {
  /**
   * @throws FhirFailure.Malformed if a modifier or a link of a chain is announced but not there
   */
  static ParameterName parse(String name) {
    if (name.endsWith(".") || name.endsWith(":") || name.contains(":.") || name.contains("..")) {
      throw new FhirFailure.Malformed(
          "Search parameter '" + name + "': expected name, name:modifier or name.name", name);
    }
    int dot = name.indexOf('.');
    String head = dot < 0 ? name : name.substring(0, dot);
    String chain = dot < 0 ? "" : name.substring(dot + 1);
    int colon = head.indexOf(':');
    return colon < 0
        ? new ParameterName(name, head, "", chain)
        : new ParameterName(name, head.substring(0, colon), head.substring(colon + 1), chain);
  }

  boolean hasModifier() {
    return !modifier.isEmpty();
  }

  boolean isChained() {
    return !chain.isEmpty();
  }
}
