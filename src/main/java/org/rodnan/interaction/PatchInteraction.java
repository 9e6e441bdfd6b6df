package org.rodnan.interaction;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ParsedResource;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.fhir.ResourceParser;
import org.rodnan.fhir.ResourceTypes;
import org.rodnan.fhir.VersionId;
import org.rodnan.search.SearchEngine;
import org.rodnan.search.SearchRequest.Parameter;
import org.rodnan.store.Change;
import org.rodnan.store.CurrentVersion;
import org.rodnan.store.Origin;
import org.rodnan.store.ResourceStore;
import org.rodnan.store.ResourceVersion;

/**
 * R4, http.html#patch. The patch is applied to the current version outside of the writer section,
 * and what comes out is validated as in an update; the section takes it only if that version is
 * still the current one, else all is done anew. Thread safe.
 */
public final class PatchInteraction {
  /** Others would have to write to the same resource so often while one patch is tried. */
  static final int TRIES_MAX = 10;

  private final Preparation preparation;
  private final Writer writer;
  private final ResourceStore store;
  private final SearchEngine search;
  private final ResourceParser parser;

  PatchInteraction(
      Preparation preparation,
      Writer writer,
      ResourceStore store,
      SearchEngine search,
      ResourceParser parser) {
    this.preparation = preparation;
    this.writer = writer;
    this.store = store;
    this.search = search;
    this.parser = parser;
  }

  /**
   * Stores the patched resource as the next version.
   *
   * @param ifMatch the header as sent: another current version fails it
   * @throws FhirFailure.NotFound if there never was such a resource
   * @throws FhirFailure.Gone if it was deleted
   * @throws FhirFailure.Unprocessable if the patch doesn't fit, or what comes out is not valid
   * @throws FhirFailure.PreconditionFailed if a header doesn't hold
   * @throws FhirFailure.Conflict if others keep changing the resource
   */
  public WriteOutcome patch(ResourceKey key, Patch patch, Optional<String> ifMatch, Origin origin) {
    ResourceTypes.require(key.type());
    return retried(key.toString(), () -> attempt(patched(key, patch, Map.of()), ifMatch, origin));
  }

  /**
   * Patches the one resource that matches.
   *
   * @throws FhirFailure.NotFound if nothing matches
   * @throws FhirFailure.PreconditionFailed if several match, or a header doesn't hold
   */
  public WriteOutcome patchWhere(
      String type,
      List<Parameter> parameters,
      Patch patch,
      Optional<String> ifMatch,
      Origin origin) {
    ResourceTypes.require(type);
    return patchWhere(new Criteria(type, parameters), patch, ifMatch, origin);
  }

  WriteOutcome patchWhere(Criteria criteria, Patch patch, Optional<String> ifMatch, Origin origin) {
    return retried(
        criteria.toString(),
        () -> {
          Patched patched = patched(match(criteria), patch, Map.of());
          return attempt(patched.where(criteria), ifMatch, origin);
        });
  }

  /** One try; empty if another version has become current meanwhile. */
  @FunctionalInterface
  interface Attempt<T> {
    Optional<T> run();
  }

  static <T> T retried(String what, Attempt<T> attempt) {
    for (int i = 0; i < TRIES_MAX; i++) {
      Optional<T> done = attempt.run();
      if (done.isPresent()) {
        return done.get();
      }
    }
    throw new FhirFailure.Conflict(
        "Others changed " + what + " " + TRIES_MAX + " times while it was to be patched");
  }

  /**
   * A patched resource, ready to be written.
   *
   * @param before the version that it was made from
   * @param criteria that must still match it, and nothing else
   */
  record Patched(PreparedWrite prepared, VersionId before, Optional<Criteria> criteria) {
    Patched where(Criteria added) {
      return new Patched(prepared, before, Optional.of(added));
    }

    boolean needsSearch() {
      return prepared.needsSearch()
          || criteria.filter(each -> each.asIdentifier().isEmpty()).isPresent();
    }

    /** Whether it may still be written. */
    boolean holds(
        Optional<CurrentVersion> current,
        org.rodnan.store.WriterSection section,
        WriteRules rules) {
      return current.filter(each -> !each.isDeleted() && each.version().equals(before)).isPresent()
          && criteria
              .map(each -> rules.matchOne(section, each).equals(Optional.of(prepared.key())))
              .orElse(true);
    }
  }

  /** The one resource that matches now, as every later section may see it otherwise. */
  ResourceKey match(Criteria criteria) {
    List<ResourceKey> matches =
        search.match(criteria.type(), criteria.parameters(), 2, store.head());
    if (matches.size() > 1) {
      throw new FhirFailure.PreconditionFailed(
          IssueType.MULTIPLEMATCHES, criteria + " matches several resources; expected one");
    }
    return matches.stream()
        .findFirst()
        .orElseThrow(() -> new FhirFailure.NotFound("Nothing matches " + criteria));
  }

  /**
   * @param expected as of {@link Preparation#prepare}
   */
  Patched patched(ResourceKey key, Patch patch, Map<String, ResourceKey> expected) {
    ResourceVersion.Content current =
        Contents.require(
            store
                .read(key)
                .orElseThrow(() -> new FhirFailure.NotFound("Resource " + key + " is not known")));
    ParsedResource patched = patch.apply(current.json(), parser);
    String id = patched.resource().getIdElement().getIdPart();
    if (!patched.type().equals(key.type()) || !key.id().equals(id)) {
      throw new FhirFailure.Unprocessable(
          IssueType.PROCESSING,
          "The patch would make "
              + key
              + " another resource, "
              + patched.type()
              + "/"
              + id
              + "; expected type and id as they are",
          key.type() + ".id");
    }
    return new Patched(
        preparation.prepare(key, patched, expected), current.version(), Optional.empty());
  }

  private Optional<WriteOutcome> attempt(Patched patched, Optional<String> ifMatch, Origin origin) {
    PreparedWrite prepared = patched.prepared();
    ResourceKey key = prepared.key();
    return writer.write(
        origin,
        patched.needsSearch(),
        section -> {
          Optional<CurrentVersion> current = section.current(key);
          WriteRules.requireMatch(key, current, ifMatch);
          if (!patched.holds(current, section, writer.rules())) {
            return Optional.empty();
          }
          return Optional.of(
              prepared.append(
                  section, key, current, Change.UPDATED, Map.of(), Set.of(), writer.rules()));
        });
  }
}
