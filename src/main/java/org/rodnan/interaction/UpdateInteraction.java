package org.rodnan.interaction;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.rodnan.fhir.BodyTemplate;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ParsedResource;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.fhir.ResourceTypes;
import org.rodnan.interaction.WriteOutcome.Effect;
import org.rodnan.search.SearchRequest.Parameter;
import org.rodnan.store.Change;
import org.rodnan.store.CurrentVersion;
import org.rodnan.store.Origin;
import org.rodnan.store.ResourceStore;
import org.rodnan.store.ResourceVersion;
import org.rodnan.store.WriterSection;

/** R4, http.html#update and http.html#cond-update. Thread safe. */
public final class UpdateInteraction {
  private final Preparation preparation;
  private final Writer writer;
  private final ResourceStore store;

  UpdateInteraction(Preparation preparation, Writer writer, ResourceStore store) {
    this.preparation = preparation;
    this.writer = writer;
    this.store = store;
  }

  /**
   * The current version, if an update would change nothing; found without judging the resource
   * again, which was judged when it was stored. Reads what was acknowledged before.
   */
  public Optional<WriteOutcome> unchanged(ResourceKey key, ParsedResource resource) {
    if (store.read(key).orElse(null) instanceof ResourceVersion.Content before) {
      BodyTemplate template = BodyTemplate.of(resource, key);
      if (PreparedWrite.isSame(before, template, Map.of())) {
        return Optional.of(new WriteOutcome(Effect.UNCHANGED, before, List.of()));
      }
    }
    return Optional.empty();
  }

  /**
   * Stores the next version, or the first one under the client's id. If nothing is different but
   * the version and its time, the version stays ({@link Effect#UNCHANGED}). A deleted resource
   * comes back with the version after its tombstone.
   *
   * @param ifMatch the header as sent: another current version fails it
   * @param ifNoneMatch the header as sent: {@code *} makes this a create under a given id
   * @throws FhirFailure.Malformed if type or id of the body differ from the key
   * @throws FhirFailure.Unprocessable if it is not valid or refers to what isn't there
   * @throws FhirFailure.PreconditionFailed if a header doesn't hold
   */
  public WriteOutcome update(
      ResourceKey key,
      ParsedResource resource,
      Optional<String> ifMatch,
      Optional<String> ifNoneMatch,
      Origin origin) {
    ResourceTypes.require(key.type());
    Preparation.requireType(key.type(), resource);
    Preparation.requireId(key, resource);
    PreparedWrite prepared = preparation.prepare(key, resource);
    return writer.write(
        origin,
        prepared.needsSearch(),
        section -> {
          Optional<CurrentVersion> current = section.current(key);
          WriteRules.requireMatch(key, current, ifMatch);
          WriteRules.requireNoneMatch(key, current, ifNoneMatch);
          return put(section, prepared, key, current, writer.rules());
        });
  }

  /**
   * Updates the one resource that matches, or creates it.
   *
   * @throws FhirFailure.PreconditionFailed if several match, or a header doesn't hold
   * @throws FhirFailure.Malformed if the body has an id and the match has another
   * @throws FhirFailure.Conflict if nothing matches and the body's id is taken
   */
  public WriteOutcome updateWhere(
      String type,
      List<Parameter> parameters,
      ParsedResource resource,
      Optional<String> ifMatch,
      Origin origin) {
    ResourceTypes.require(type);
    return updateWhere(new Criteria(type, parameters), resource, ifMatch, origin);
  }

  WriteOutcome updateWhere(
      Criteria criteria, ParsedResource resource, Optional<String> ifMatch, Origin origin) {
    String type = criteria.type();
    Preparation.requireType(type, resource);
    Optional<ResourceKey> named = bodyKey(type, resource);
    PreparedWrite prepared =
        preparation.prepare(named.orElseGet(() -> preparation.newKey(type)), resource);
    return writer.write(
        origin,
        prepared.needsSearch() || criteria.asIdentifier().isEmpty(),
        section -> {
          ResourceKey target = target(section, criteria, named, prepared.key(), writer.rules());
          Optional<CurrentVersion> current = section.current(target);
          WriteRules.requireMatch(target, current, ifMatch);
          return put(section, prepared, target, current, writer.rules());
        });
  }

  static Optional<ResourceKey> bodyKey(String type, ParsedResource resource) {
    String id = resource.resource().getIdElement().getIdPart();
    return Optional.ofNullable(id).map(text -> new ResourceKey(type, text));
  }

  /** Which resource a conditional update means, by the table of http.html#cond-update. */
  static ResourceKey target(
      WriterSection section,
      Criteria criteria,
      Optional<ResourceKey> named,
      ResourceKey otherwise,
      WriteRules rules) {
    Optional<ResourceKey> match = rules.matchOne(section, criteria);
    if (match.isPresent()) {
      if (named.isPresent() && !named.equals(match)) {
        throw new FhirFailure.Malformed(
            IssueType.INVALID,
            "The body's id is '"
                + named.get().id()
                + "'; "
                + criteria
                + " matches "
                + match.get()
                + ", expected its id or none",
            criteria.type() + ".id");
      }
      return match.get();
    }
    if (named.isPresent() && section.current(named.get()).filter(v -> !v.isDeleted()).isPresent()) {
      throw new FhirFailure.Conflict(
          criteria
              + " matches nothing, yet "
              + named.get()
              + ", the id in the body, exists; expected no id, or a new one",
          criteria.type() + ".id");
    }
    return named.orElse(otherwise);
  }

  private static WriteOutcome put(
      WriterSection section,
      PreparedWrite prepared,
      ResourceKey target,
      Optional<CurrentVersion> current,
      WriteRules rules) {
    return prepared.append(section, target, current, Change.UPDATED, Map.of(), Set.of(), rules);
  }
}
