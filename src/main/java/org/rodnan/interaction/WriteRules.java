package org.rodnan.interaction;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.Limits;
import org.rodnan.fhir.LogPosition;
import org.rodnan.fhir.ParsedResource;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.fhir.VersionId;
import org.rodnan.index.ReferenceText;
import org.rodnan.index.ResourceIndex;
import org.rodnan.search.SearchEngine;
import org.rodnan.store.CurrentVersion;
import org.rodnan.store.WriterSection;

/**
 * The questions that every write asks inside the writer section: what matches, what must exist,
 * what may not change. Thread safe; the section is the caller's.
 */
final class WriteRules {
  /** The unit has waited for the index before; nobody else can have written since. */
  private static final LogPosition AWAITED = LogPosition.START;

  static final String SEARCH_PARAMETER = "SearchParameter";
  private static final String HISTORY = "/_history/";
  private static final String GUIDE_PARTS = "ImplementationGuide.definition.resource";

  private final SearchEngine search;
  private final ResourceIndex index;
  private final ReferenceRule references;
  private final ReferenceText text;
  private final Limits limits;
  private final StudyProtocols protocols;

  WriteRules(
      SearchEngine search,
      ResourceIndex index,
      ReferenceRule references,
      ReferenceText text,
      Limits limits) {
    this.search = search;
    this.index = index;
    this.references = references;
    this.text = text;
    this.limits = limits;
    this.protocols = new StudyProtocols(text);
  }

  StudyProtocols protocols() {
    return protocols;
  }

  Limits limits() {
    return limits;
  }

  /** Waits inside the section until searches see the log's head. */
  void awaitIndex(LogPosition head) {
    index.await(head, limits.queryTimeMax());
  }

  boolean areReferencesEnforced() {
    return references == ReferenceRule.ENFORCE;
  }

  /**
   * Refuses a search parameter that can't be served; the unit has waited for the index before.
   *
   * @param written keys that the unit writes itself
   * @throws FhirFailure.Unprocessable naming the elements
   */
  void requireServable(
      WriterSection section, ResourceKey key, ParsedResource resource, Set<ResourceKey> written) {
    if (resource.type().equals(SEARCH_PARAMETER)) {
      Map<ResourceKey, byte[]> others = new LinkedHashMap<>();
      written.stream()
          .filter(other -> other.type().equals(SEARCH_PARAMETER) && !other.equals(key))
          .forEach(
              other -> section.read(other).ifPresent(content -> others.put(other, content.json())));
      index.requireServable(key, resource.json(), others);
    }
  }

  /** The resource of this server that a reference names, be it relative or absolute. */
  Optional<ResourceKey> local(String reference) {
    return text.local(reference);
  }

  /** The resources that match now, at most {@code limit}. */
  List<ResourceKey> match(WriterSection section, Criteria criteria, int limit) {
    return criteria
        .asIdentifier()
        .map(identifier -> section.findByIdentifier(criteria.type(), identifier, limit))
        .orElseGet(() -> search.match(criteria.type(), criteria.parameters(), limit, AWAITED));
  }

  /**
   * The one resource that matches now, or none.
   *
   * @throws FhirFailure.PreconditionFailed if several match
   */
  Optional<ResourceKey> matchOne(WriterSection section, Criteria criteria) {
    List<ResourceKey> matches = match(section, criteria, 2);
    if (matches.size() > 1) {
      throw new FhirFailure.PreconditionFailed(
          IssueType.MULTIPLEMATCHES, criteria + " matches several resources; expected at most one");
    }
    return matches.stream().findFirst();
  }

  /** The target of a conditional reference (R4, http.html#trules). */
  ResourceKey resolve(WriterSection section, Criteria criteria, String reference) {
    return matchOne(section, criteria)
        .orElseThrow(() ->
            new FhirFailure.PreconditionFailed(
                IssueType.NOTFOUND,
                "The conditional reference '"
                    + reference
                    + "' matches no resource; expected exactly one"));
  }

  /**
   * What a guide consists of is not asked for: its examples, for one, are published elsewhere.
   *
   * @param written keys that exist once the unit is done
   * @throws FhirFailure.Unprocessable if a target is missing
   */
  void requireTargets(
      WriterSection section,
      ResourceKey source,
      Map<ResourceKey, LiteralReference> targets,
      Set<ResourceKey> written) {
    if (!areReferencesEnforced()) {
      return;
    }
    Map<ResourceKey, LiteralReference> wanted = new LinkedHashMap<>(targets);
    wanted.keySet().removeAll(written);
    wanted.remove(source);
    wanted.values().removeIf(reference -> reference.path().startsWith(GUIDE_PARTS));
    wanted.keySet().retainAll(section.missing(wanted.keySet()));
    if (!wanted.isEmpty()) {
      throw PreparedWrite.missing(wanted);
    }
  }

  /**
   * A reference to a version of a resource of this server needs that version.
   *
   * @param references with their texts as they will be stored
   * @param written keys of which the unit writes the next version
   * @throws FhirFailure.Unprocessable if a version is missing
   */
  void requireVersions(
      WriterSection section, List<LiteralReference> references, Set<ResourceKey> written) {
    if (!areReferencesEnforced()) {
      return;
    }
    for (LiteralReference reference : references) {
      String relative = text.relative(reference.text());
      int history = relative.indexOf(HISTORY);
      Optional<ResourceKey> key = history < 0 ? Optional.empty() : local(reference.text());
      if (key.isPresent()) {
        long current = section.current(key.get()).map(each -> each.version().value()).orElse(0L);
        long newest = written.contains(key.get()) ? current + 1 : current;
        boolean exists =
            VersionId.parse(relative.substring(history + HISTORY.length()))
                .filter(version -> version.value() <= newest)
                .isPresent();
        if (!exists) {
          throw new FhirFailure.Unprocessable(
              IssueType.NOTFOUND,
              reference.path()
                  + ": the reference '"
                  + reference.text()
                  + "' points to a version that does not exist; expected one up to "
                  + newest,
              reference.path());
        }
      }
    }
  }

  /**
   * @param references with their texts as they will be stored
   * @throws FhirFailure.Unprocessable for one that can point to nothing: a URN that no entry of the
   *     same Bundle has as its fullUrl, or a text that is neither Type/id, a fragment nor a URL
   */
  void requireMeaning(List<LiteralReference> references) {
    if (!areReferencesEnforced()) {
      return;
    }
    for (LiteralReference reference : references) {
      if (!reference.canBeResolved()) {
        throw new FhirFailure.Unprocessable(
            IssueType.VALUE,
            reference.path()
                + ": the reference '"
                + reference.text()
                + "' points to nothing; expected Type/id, #id, an http(s) URL, or in a Bundle the"
                + " fullUrl of one of its entries",
            reference.path());
      }
    }
  }

  /**
   * The referential check of a deletion: nothing that stays may refer to it.
   *
   * @param leaving keys that the same unit deletes or rewrites
   * @throws FhirFailure.Conflict naming some of the resources that refer to it
   */
  void requireUnreferenced(ResourceKey key, Collection<ResourceKey> leaving) {
    if (!areReferencesEnforced()) {
      return;
    }
    List<ResourceKey> referring = search.referencing(key, leaving.size() + 4, AWAITED);
    List<ResourceKey> staying =
        referring.stream().filter(r -> !r.equals(key) && !leaving.contains(r)).toList();
    if (!staying.isEmpty()) {
      throw new FhirFailure.Conflict(
          "Resource " + key + " can't be deleted: it is referred to by " + staying);
    }
  }

  /**
   * The keys and all that refers to them, and to those, and so on.
   *
   * @throws FhirFailure.Conflict if that is more than {@code rodnan.limits.bundle-entries-max}
   */
  Set<ResourceKey> cascade(Collection<ResourceKey> keys) {
    int max = limits.bundleEntriesMax();
    Set<ResourceKey> all = new LinkedHashSet<>(keys);
    Deque<ResourceKey> open = new ArrayDeque<>(all);
    while (!open.isEmpty()) {
      for (ResourceKey referring : search.referencing(open.remove(), max + 1, AWAITED)) {
        if (all.add(referring)) {
          open.add(referring);
        }
      }
      if (all.size() > max) {
        throw new FhirFailure.Conflict(
            "The deletion would cascade to more resources than rodnan.limits.bundle-entries-max"
                + " allows, "
                + max);
      }
    }
    return all;
  }

  /**
   * The If-Match header against the current version (R4, http.html#concurrency).
   *
   * @throws FhirFailure.PreconditionFailed if it names another version, or there is none
   * @throws FhirFailure.Malformed if it is no ETag of a version
   */
  static void requireMatch(
      ResourceKey key, Optional<CurrentVersion> current, Optional<String> ifMatch) {
    if (ifMatch.isEmpty()) {
      return;
    }
    Optional<CurrentVersion> live = current.filter(version -> !version.isDeleted());
    boolean matches =
        ifMatch.get().strip().equals("*")
            ? live.isPresent()
            : EntityTag.versions(ifMatch.get()).stream()
                .anyMatch(version -> live.isPresent() && live.get().version().equals(version));
    if (!matches) {
      throw new FhirFailure.PreconditionFailed(
          IssueType.CONFLICT,
          "If-Match is "
              + ifMatch.get()
              + "; the current version of "
              + key
              + " is "
              + live.map(version -> EntityTag.of(version.version())).orElse("none"));
    }
  }

  /**
   * {@code If-None-Match: *} on an update: create it only if it isn't there.
   *
   * @throws FhirFailure.PreconditionFailed if it is there, or in the version named
   */
  static void requireNoneMatch(
      ResourceKey key, Optional<CurrentVersion> current, Optional<String> ifNoneMatch) {
    if (ifNoneMatch.isEmpty()) {
      return;
    }
    Optional<VersionId> live =
        current.filter(version -> !version.isDeleted()).map(CurrentVersion::version);
    boolean matches =
        live.isPresent()
            && (ifNoneMatch.get().strip().equals("*")
                || EntityTag.versions(ifNoneMatch.get()).contains(live.get()));
    if (matches) {
      throw new FhirFailure.PreconditionFailed(
          IssueType.CONFLICT,
          "If-None-Match is "
              + ifNoneMatch.get()
              + "; the current version of "
              + key
              + " is "
              + EntityTag.of(live.get()));
    }
  }
}
