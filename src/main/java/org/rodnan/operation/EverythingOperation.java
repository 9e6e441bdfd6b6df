package org.rodnan.operation;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.interaction.ReadInteraction;
import org.rodnan.search.EverythingEngine;
import org.rodnan.search.SearchPage;
import org.rodnan.search.SearchRequest.Parameter;

/**
 * {@code $everything} of a Patient (R4, patient-operation-everything.html) and of a ResearchStudy,
 * of one or of all of them: see {@link EverythingEngine} for what that is. Thread safe.
 */
public final class EverythingOperation {
  private final ReadInteraction read;
  private final EverythingEngine engine;

  EverythingOperation(ReadInteraction read, EverythingEngine engine) {
    this.read = read;
    this.engine = engine;
  }

  /**
   * The first page.
   *
   * @param parameters {@code _since}, {@code _type}, {@code _count}, {@code start}, {@code end}
   * @throws FhirFailure.NotFound if there never was such a resource
   * @throws FhirFailure.Gone if it was deleted
   * @throws FhirFailure.Malformed for another parameter or a bad value
   */
  public SearchPage everything(ResourceKey key, List<Parameter> parameters) {
    requireSense(parameters);
    ResourceKey known = read.read(key).key();
    return engine.search(known, parameters);
  }

  /**
   * The first page of everything about all resources of the type.
   *
   * @param parameters as of one resource
   * @throws FhirFailure.Malformed for another parameter or a bad value
   */
  public SearchPage everything(String type, List<Parameter> parameters) {
    requireSense(parameters);
    return engine.search(type, parameters);
  }

  private static void requireSense(List<Parameter> parameters) {
    OnceOnly.require(parameters, Set.of("_since", "_count", "start", "end"));
    Optional<String> end = value(parameters, "end");
    value(parameters, "start")
        .ifPresent(start -> end.ifPresent(last -> Span.requireOrder(start, last, "end")));
  }

  private static Optional<String> value(List<Parameter> parameters, String name) {
    return parameters.stream()
        .filter(parameter -> parameter.name().equals(name))
        .map(Parameter::value)
        .findFirst();
  }

  /**
   * A later page.
   *
   * @param cursor {@link SearchPage#next()} of the page before
   */
  public SearchPage next(ResourceKey key, String cursor) {
    return engine.next(key, cursor);
  }

  /** A later page of everything about all resources of the type. */
  public SearchPage next(String type, String cursor) {
    return engine.next(type, cursor);
  }
}
