package org.rodnan.interaction;

import java.util.List;
import java.util.Optional;
import org.hl7.fhir.r4.model.CodeSystem;
import org.hl7.fhir.r4.model.ConceptMap;
import org.hl7.fhir.r4.model.MetadataResource;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.hl7.fhir.r4.model.Resource;
import org.hl7.fhir.r4.model.StructureDefinition;
import org.hl7.fhir.r4.model.ValueSet;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.store.BusinessIdentifier;
import org.rodnan.store.IdentifierCriterion;
import org.rodnan.store.WriterSection;

/**
 * A definition by which others are judged or expanded is named by its canonical address and its
 * version (R4, references.html#canonical); if two had the same, nobody could say which one counts.
 * Like the facts of {@link StudyRules}, the addresses are kept beside the business identifiers.
 */
final class CanonicalRule {
  private static final String CANONICAL = "urn:rodnan:canonical";

  private CanonicalRule() {}

  /** What the definition is found by; empty if the resource is none, or has no address. */
  static Optional<BusinessIdentifier> fact(Resource resource) {
    boolean isDefinition =
        resource instanceof StructureDefinition
            || resource instanceof ValueSet
            || resource instanceof CodeSystem
            || resource instanceof ConceptMap;
    return isDefinition && resource instanceof MetadataResource definition && definition.hasUrl()
        ? Optional.of(new BusinessIdentifier(CANONICAL, canonical(definition)))
        : Optional.empty();
  }

  private static String canonical(MetadataResource definition) {
    return definition.hasVersion()
        ? definition.getUrl() + "|" + definition.getVersion()
        : definition.getUrl();
  }

  /**
   * @throws FhirFailure.Unprocessable if another resource of the type has address and version
   */
  static void requireUnique(WriterSection section, ResourceKey key, Resource resource) {
    Optional<BusinessIdentifier> fact = fact(resource);
    if (fact.isEmpty()) {
      return;
    }
    List<ResourceKey> others =
        section
            .findByIdentifier(
                key.type(), new IdentifierCriterion.InSystem(CANONICAL, fact.get().value()), 2)
            .stream()
            .filter(other -> !other.equals(key))
            .toList();
    if (!others.isEmpty()) {
      throw new FhirFailure.Unprocessable(
          IssueType.DUPLICATE,
          key.type()
              + ".url: found '"
              + fact.get().value()
              + "', which "
              + others.getFirst()
              + " has already; expected another url or version, or an update of that resource",
          key.type() + ".url");
    }
  }
}
