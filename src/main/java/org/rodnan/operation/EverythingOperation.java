package org.rodnan.operation;

import java.util.List;
import java.util.Set;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.interaction.ReadInteraction;
import org.rodnan.search.EverythingEngine;
import org.rodnan.search.SearchPage;
import org.rodnan.search.SearchRequest.Parameter;

/**
 * {@code $everything} of a Patient (R4, patient-operation-everything.html) and of a ResearchStudy:
 * see {@link EverythingEngine} for what that is. Thread safe.
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
    OnceOnly.require(parameters, Set.of("_since", "_count", "start", "end"));
    ResourceKey known = read.read(key).key();
    return engine.search(known, parameters);
  }

  /**
   * A later page.
   *
   * @param cursor {@link SearchPage#next()} of the page before
   */
  public SearchPage next(ResourceKey key, String cursor) {
    return engine.next(key, cursor);
  }
}
