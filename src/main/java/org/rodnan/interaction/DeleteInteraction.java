package org.rodnan.interaction;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.fhir.ResourceTypes;
import org.rodnan.interaction.WriteOutcome.Effect;
import org.rodnan.search.SearchRequest.Parameter;
import org.rodnan.store.CurrentVersion;
import org.rodnan.store.Origin;
import org.rodnan.store.WriterSection;

/** R4, http.html#delete and its conditional form. Thread safe. */
public final class DeleteInteraction {
  /** The parameter of a delete that deletes what refers to the resource too, as HAPI's has it. */
  public static final String CASCADE = "_cascade";

  private final Writer writer;

  DeleteInteraction(Writer writer) {
    this.writer = writer;
  }

  /**
   * Appends a tombstone; empty if there was nothing to delete, which is a success too.
   *
   * @throws FhirFailure.Conflict if other resources refer to it
   * @throws FhirFailure.PreconditionFailed if If-Match names another version
   */
  public Optional<WriteOutcome> delete(ResourceKey key, Optional<String> ifMatch, Origin origin) {
    ResourceTypes.require(key.type());
    WriteRules rules = writer.rules();
    return writer.write(
        origin,
        rules.areReferencesEnforced(),
        section -> {
          Optional<CurrentVersion> current = section.current(key);
          WriteRules.requireMatch(key, current, ifMatch);
          if (current.filter(version -> !version.isDeleted()).isEmpty()) {
            return Optional.empty();
          }
          rules.requireUnreferenced(key, List.of());
          return Optional.of(new WriteOutcome(Effect.DELETED, section.delete(key), List.of()));
        });
  }

  /**
   * Deletes the resource and whatever refers to it, and so on, all or nothing.
   *
   * @return the resource first; empty if there was nothing to delete
   * @throws FhirFailure.Conflict if that is more than {@code rodnan.limits.bundle-entries-max}
   * @throws FhirFailure.PreconditionFailed if If-Match names another version
   */
  public List<WriteOutcome> deleteCascading(
      ResourceKey key, Optional<String> ifMatch, Origin origin) {
    ResourceTypes.require(key.type());
    return writer.write(
        origin,
        true,
        section -> {
          Optional<CurrentVersion> current = section.current(key);
          WriteRules.requireMatch(key, current, ifMatch);
          return current.filter(version -> !version.isDeleted()).isPresent()
              ? deleteAll(section, writer.rules().cascade(List.of(key)))
              : List.of();
        });
  }

  /**
   * Whether these say that the deletion cascades.
   *
   * @param given those of the name {@link #CASCADE}
   * @throws FhirFailure.Malformed for a value other than {@code delete} and {@code none}, or both
   */
  public static boolean cascades(List<Parameter> given) {
    List<String> values = given.stream().map(Parameter::value).distinct().toList();
    if (values.size() > 1 || !List.of("delete", "none").containsAll(values)) {
      throw new FhirFailure.Malformed(
          "_cascade is '" + String.join("', '", values) + "'; expected delete or none", CASCADE);
    }
    return values.equals(List.of("delete"));
  }

  /** {@link #deleteWhere} and {@link #deleteCascading} together. */
  public List<WriteOutcome> deleteWhereCascading(
      String type, List<Parameter> parameters, Origin origin) {
    ResourceTypes.require(type);
    return deleteWhereCascading(new Criteria(type, parameters), origin);
  }

  List<WriteOutcome> deleteWhereCascading(Criteria criteria, Origin origin) {
    WriteRules rules = writer.rules();
    return writer.write(
        origin,
        true,
        section -> deleteAll(section, rules.cascade(matches(section, criteria, rules))));
  }

  private static List<WriteOutcome> deleteAll(WriterSection section, Collection<ResourceKey> keys) {
    return keys.stream()
        .map(key -> new WriteOutcome(Effect.DELETED, section.delete(key), List.of()))
        .toList();
  }

  /**
   * Deletes what matches, all or nothing.
   *
   * @throws FhirFailure.PreconditionFailed if more match than {@code
   *     rodnan.limits.conditional-matches-max} allows
   * @throws FhirFailure.Conflict if resources that stay refer to one of them
   */
  public List<WriteOutcome> deleteWhere(String type, List<Parameter> parameters, Origin origin) {
    ResourceTypes.require(type);
    return deleteWhere(new Criteria(type, parameters), origin);
  }

  List<WriteOutcome> deleteWhere(Criteria criteria, Origin origin) {
    WriteRules rules = writer.rules();
    boolean needsSearch = rules.areReferencesEnforced() || criteria.asIdentifier().isEmpty();
    return writer.write(
        origin,
        needsSearch,
        section -> {
          List<ResourceKey> matches = matches(section, criteria, rules);
          matches.forEach(key -> rules.requireUnreferenced(key, matches));
          return matches.stream()
              .map(key -> new WriteOutcome(Effect.DELETED, section.delete(key), List.of()))
              .toList();
        });
  }

  static List<ResourceKey> matches(WriterSection section, Criteria criteria, WriteRules rules) {
    int max = rules.limits().conditionalMatchesMax();
    List<ResourceKey> matches = rules.match(section, criteria, max + 1);
    if (matches.size() > max) {
      throw new FhirFailure.PreconditionFailed(
          IssueType.MULTIPLEMATCHES,
          criteria
              + " matches more resources than one conditional delete may delete;"
              + " rodnan.limits.conditional-matches-max is "
              + max);
    }
    return matches;
  }
}
