package org.rodnan.interaction;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.rodnan.fhir.BodyTemplate;
import org.rodnan.fhir.BundleScope;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.IdGenerator;
import org.rodnan.fhir.ParsedResource;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.fhir.ResourceParser;
import org.rodnan.fhir.VersionId;
import org.rodnan.index.IndexDocument;
import org.rodnan.index.ResourceIndex;
import org.rodnan.validation.ResourceValidator;
import org.rodnan.validation.ValidationReport;

/**
 * Everything about a write that can be done before the writer section, in parallel: validation, the
 * body's template, the index document. Thread safe.
 */
final class Preparation {
  private final ResourceValidator validator;
  private final ResourceIndex index;
  private final IdGenerator ids;
  private final ResourceParser parser;
  private final List<ContentRule> rules;

  Preparation(
      ResourceValidator validator,
      ResourceIndex index,
      IdGenerator ids,
      ResourceParser parser,
      List<ContentRule> rules) {
    this.validator = validator;
    this.index = index;
    this.ids = ids;
    this.parser = parser;
    this.rules = List.copyOf(rules);
  }

  /** A key for a resource that the server names. */
  ResourceKey newKey(String type) {
    return new ResourceKey(type, ids.next());
  }

  /** Prepares a resource that stands alone. */
  PreparedWrite prepare(ResourceKey key, ParsedResource resource) {
    return prepare(key, resource, Map.of());
  }

  /**
   * @param key under which it is expected to be stored; another one may be decided in the section
   * @param expected for references that are to be replaced, such as the fullUrls of a transaction,
   *     the key that each is expected to mean
   * @throws FhirFailure.Unprocessable if the validation finds an error
   */
  PreparedWrite prepare(ResourceKey key, ParsedResource sent, Map<String, ResourceKey> expected) {
    ParsedResource resource = sent;
    BundleScope scope = BundleScope.of(sent.resource());
    List<LiteralReference> references = new ArrayList<>();
    Set<String> inside = new HashSet<>();
    for (LiteralReference reference : LiteralReference.of(sent.type(), sent.json())) {
      if (scope.at(reference.path()).resolves(reference.text())) {
        inside.add(reference.text());
      } else {
        references.add(reference);
      }
    }
    Map<String, Criteria> conditional = new LinkedHashMap<>();
    for (LiteralReference reference : references) {
      if (!expected.containsKey(reference.text())) {
        Criteria.ofReference(reference.text())
            .ifPresent(criteria -> conditional.put(reference.text(), criteria));
      }
    }
    Predicate<String> isOpen =
        text ->
            !inside.contains(text) && (expected.containsKey(text) || conditional.containsKey(text));
    BodyTemplate body = BodyTemplate.of(resource, key, isOpen);
    Map<String, String> provisional = new LinkedHashMap<>();
    Map<String, String> sentFor = new LinkedHashMap<>();
    for (String open : body.openReferences()) {
      Criteria criteria = conditional.get(open);
      ResourceKey target = criteria == null ? expected.get(open) : newKey(criteria.type());
      provisional.put(open, String.valueOf(target));
      if (criteria != null) {
        sentFor.put(String.valueOf(target), open);
      }
    }
    ValidationReport report = requireValid(resource, body, provisional, sentFor);
    rules.forEach(rule -> rule.require(sent.resource()));
    Optional<ParsedResource> marked = VerdictTag.set(resource, report.isTolerated(), parser);
    if (marked.isPresent()) {
      resource = marked.get();
      body = BodyTemplate.of(resource, key, isOpen);
    }
    Map<String, String> types = new LinkedHashMap<>();
    expected.forEach((text, target) -> types.put(text, target.type()));
    conditional.forEach((text, criteria) -> types.put(text, criteria.type()));
    IndexDocument document = index.extractor().extract(resource.resource(), types);
    StudyRules.requireNoFacts(document.identifiers());
    return new PreparedWrite(
        key, resource, body, references, conditional, document, report.issues());
  }

  /**
   * Judges the resource as it will be stored: with references in the place of placeholders.
   *
   * @param sentFor what was sent, by the reference that was made up for it
   */
  private ValidationReport requireValid(
      ParsedResource resource,
      BodyTemplate body,
      Map<String, String> provisional,
      Map<String, String> sentFor) {
    byte[] json =
        body.openReferences().isEmpty()
            ? resource.json()
            : body.fill(VersionId.FIRST, Instant.EPOCH, provisional);
    ValidationReport report = validator.validate(resource.resource(), json).saying(sentFor);
    if (!report.isAccepted()) {
      throw new FhirFailure.Unprocessable(report.issues());
    }
    return report;
  }

  /**
   * @throws FhirFailure.Malformed if the body is of another type than the path
   */
  static void requireType(String type, ParsedResource resource) {
    if (!resource.type().equals(type)) {
      throw new FhirFailure.Malformed(
          IssueType.INVALID,
          "The body is a " + resource.type() + "; expected a " + type,
          resource.type());
    }
  }

  /**
   * @throws FhirFailure.Malformed if the body has no id or another one (R4, http.html#update)
   */
  static void requireId(ResourceKey key, ParsedResource resource) {
    String id = resource.resource().getIdElement().getIdPart();
    if (!key.id().equals(id)) {
      throw new FhirFailure.Malformed(
          IssueType.INVALID,
          "The id in the body is "
              + (id == null ? "absent" : "'" + id + "'")
              + "; expected '"
              + key.id()
              + "' as in the URL",
          key.type() + ".id");
    }
  }
}
