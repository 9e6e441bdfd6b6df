package org.rodnan.search;

import java.util.List;
import java.util.Optional;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceKey;

/**
 * A search as it was asked (R4, search.html).
 *
 * @param types the types searched, in a type search one; empty means all types
 * @param compartment for a compartment search ({@code Patient/1/Observation}) the resource whose
 *     compartment it is
 * @param parameters all parameters in the order given, decoded, modifiers still in the name; {@code
 *     _format}, {@code _pretty}, {@code _elements} and {@code _summary} (but for {@code count}) are
 *     known and left to the edge
 * @param lenient {@code Prefer: handling=lenient}: unknown parameters are ignored and named in a
 *     warning; otherwise they are refused
 */
public record SearchRequest(
    List<String> types,
    Optional<ResourceKey> compartment,
    List<Parameter> parameters,
    boolean lenient) {

  /** One {@code name=value}, both decoded; the name with modifier and chain. */
  public record Parameter(String name, String value) {
    /**
     * @param kind what it is called to the client
     */
    FhirFailure.Malformed malformed(String kind, String expected) {
      return new FhirFailure.Malformed(
          kind + " '" + name + "': found '" + value + "', expected " + expected, name);
    }
  }

  public SearchRequest {
    types = List.copyOf(types);
    parameters = List.copyOf(parameters);
  }
}
