package org.rodnan.interaction;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.rodnan.fhir.BodyTemplate;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.Issue;
import org.rodnan.fhir.ParsedResource;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.index.IndexDocument;
import org.rodnan.interaction.WriteOutcome.Effect;
import org.rodnan.store.BusinessIdentifier;
import org.rodnan.store.Change;
import org.rodnan.store.CurrentVersion;
import org.rodnan.store.ResourceVersion;
import org.rodnan.store.WriterSection;

/**
 * A resource that is valid and ready to be appended.
 *
 * @param key under which it was prepared
 * @param references its literal references as the client wrote them, but for those that mean an
 *     entry of the same Bundle
 * @param conditional those that are search criteria, by their text
 * @param document of the resource with its references as the client wrote them
 */
record PreparedWrite(
    ResourceKey key,
    ParsedResource resource,
    BodyTemplate body,
    List<LiteralReference> references,
    Map<String, Criteria> conditional,
    IndexDocument document,
    List<Issue> warnings) {

  /** Whether it takes the index to know what its references mean, or whether it can be served. */
  boolean needsSearch() {
    return resource.type().equals(WriteRules.SEARCH_PARAMETER)
        || conditional.values().stream().anyMatch(criteria -> criteria.asIdentifier().isEmpty());
  }

  /**
   * Appends the resource. An update that would change nothing isn't one: then the outcome is the
   * current version, and nothing is appended. In a unit that writes several, those that this one
   * depends on are appended before ({@link StudyRules#rank}).
   *
   * @param target the key to store it under
   * @param current what is there under that key
   * @param decided what the references of a transaction mean, by their text
   * @param written keys that the unit writes itself, which therefore exist
   * @throws FhirFailure.Unprocessable if a reference's target is missing, or the resource
   *     contradicts its study; names the path
   */
  WriteOutcome append(
      WriterSection section,
      ResourceKey target,
      Optional<CurrentVersion> current,
      Change change,
      Map<String, ResourceKey> decided,
      Set<ResourceKey> written,
      WriteRules rules) {
    Map<String, String> resolved = new HashMap<>();
    for (String open : body.openReferences()) {
      Criteria criteria = conditional.get(open);
      ResourceKey found =
          criteria == null ? decided.get(open) : rules.resolve(section, criteria, open);
      if (found == null) {
        throw new IllegalStateException("Nothing was decided for the reference " + open);
      }
      resolved.put(open, found.toString());
    }
    List<LiteralReference> settledReferences =
        references.stream()
            .map(reference ->
                new LiteralReference(
                    reference.path(), resolved.getOrDefault(reference.text(), reference.text())))
            .toList();
    rules.requireMeaning(settledReferences);
    rules.requireServable(section, target, resource, written);
    CanonicalRule.requireUnique(section, target, resource.resource());
    rules.requireTargets(section, target, targets(resolved, rules), written);
    Set<ResourceKey> writing = new HashSet<>(written);
    writing.add(target);
    rules.requireVersions(section, settledReferences, writing);
    IndexDocument settled = resolved.isEmpty() ? document : document.withReferences(resolved);
    BodyTemplate template =
        target.equals(key)
            ? body
            : BodyTemplate.of(resource, target, body.openReferences()::contains);
    boolean exists = current.filter(version -> !version.isDeleted()).isPresent();
    if (exists && change == Change.UPDATED) {
      Optional<ResourceVersion.Content> before = section.read(target);
      if (before.isPresent() && isSame(before.get(), template, resolved)) {
        return new WriteOutcome(Effect.UNCHANGED, before.get(), warnings);
      }
    }
    StudyRules study =
        new StudyRules(
            resource.resource(),
            target,
            text -> rules.local(resolved.getOrDefault(text, text)),
            rules.protocols());
    List<Issue> issues = new ArrayList<>(warnings);
    if (rules.areReferencesEnforced()) {
      issues.addAll(study.judge(section));
    }
    Set<BusinessIdentifier> identifiers = new LinkedHashSet<>(settled.identifiers());
    identifiers.addAll(study.facts());
    CanonicalRule.fact(resource.resource()).ifPresent(identifiers::add);
    ResourceVersion.Content content =
        section.put(target, change, template, resolved, identifiers, settled.targets(), settled);
    return new WriteOutcome(exists ? Effect.UPDATED : Effect.CREATED, content, issues);
  }

  /** Whether all but the version and its time is as it is already; order doesn't count. */
  static boolean isSame(
      ResourceVersion.Content before, BodyTemplate template, Map<String, String> resolved) {
    byte[] after = template.fill(before.version(), before.lastUpdated(), resolved);
    return Arrays.equals(before.json(), after)
        || (before.json().length == after.length && JsonTree.isSame(before.json(), after));
  }

  private Map<ResourceKey, LiteralReference> targets(
      Map<String, String> resolved, WriteRules rules) {
    Map<ResourceKey, LiteralReference> targets = new LinkedHashMap<>();
    for (LiteralReference reference : references) {
      String text = resolved.getOrDefault(reference.text(), reference.text());
      rules.local(text).ifPresent(key -> targets.putIfAbsent(key, reference));
    }
    return targets;
  }

  /** The failure for targets that are not there, one issue for each. */
  static FhirFailure missing(Map<ResourceKey, LiteralReference> missing) {
    List<Issue> issues = new ArrayList<>();
    missing.forEach((key, reference) ->
        issues.add(
            Issue.error(
                IssueType.NOTFOUND,
                reference.path()
                    + ": the reference '"
                    + reference.text()
                    + "' points to "
                    + key
                    + ", which does not exist; expected an existing resource",
                reference.path())));
    return new FhirFailure.Unprocessable(issues);
  }
}
