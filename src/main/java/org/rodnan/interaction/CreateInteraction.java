package org.rodnan.interaction;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ParsedResource;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.fhir.ResourceTypes;
import org.rodnan.interaction.WriteOutcome.Effect;
import org.rodnan.store.Change;
import org.rodnan.store.Origin;
import org.rodnan.store.ResourceStore;
import org.rodnan.store.ResourceVersion;

/** R4, http.html#create and http.html#ccreate. Thread safe. */
public final class CreateInteraction {
  private final Preparation preparation;
  private final Writer writer;
  private final ResourceStore store;

  CreateInteraction(Preparation preparation, Writer writer, ResourceStore store) {
    this.preparation = preparation;
    this.writer = writer;
    this.store = store;
  }

  /**
   * Stores the resource under an id that the server gives; an id in the body is ignored.
   *
   * @param ifNoneExist the header's query string: if it matches one resource, that one is the
   *     outcome and nothing is written. Exact: of many such requests at once only one creates.
   * @throws FhirFailure.Malformed if the body is of another type
   * @throws FhirFailure.Unprocessable if it is not valid or refers to what isn't there
   * @throws FhirFailure.PreconditionFailed if several resources match
   */
  public WriteOutcome create(
      String type, ParsedResource resource, Optional<String> ifNoneExist, Origin origin) {
    ResourceTypes.require(type);
    return createUnless(
        ifNoneExist.map(query -> Criteria.parse(type, query)), type, resource, origin);
  }

  WriteOutcome createUnless(
      Optional<Criteria> criteria, String type, ParsedResource resource, Origin origin) {
    Preparation.requireType(type, resource);
    PreparedWrite prepared = preparation.prepare(preparation.newKey(type), resource);
    boolean needsSearch =
        prepared.needsSearch() || criteria.filter(c -> c.asIdentifier().isEmpty()).isPresent();
    Result result =
        writer.write(
            origin,
            needsSearch,
            section -> {
              Optional<ResourceKey> match =
                  criteria.flatMap(c -> writer.rules().matchOne(section, c));
              return match
                  .<Result>map(Found::new)
                  .orElseGet(() ->
                      new Created(
                          prepared.append(
                              section,
                              prepared.key(),
                              Optional.empty(),
                              Change.CREATED,
                              Map.of(),
                              Set.of(),
                              writer.rules())));
            });
    return switch (result) {
      case Created created -> created.outcome();
      case Found found -> unchanged(found.key());
    };
  }

  private WriteOutcome unchanged(ResourceKey key) {
    ResourceVersion current =
        store.read(key).orElseThrow(() -> new FhirFailure.Fault("Resource " + key + " is lost"));
    return new WriteOutcome(Effect.UNCHANGED, current, java.util.List.of());
  }

  private sealed interface Result {}

  private record Created(WriteOutcome outcome) implements Result {}

  private record Found(ResourceKey key) implements Result {}
}
