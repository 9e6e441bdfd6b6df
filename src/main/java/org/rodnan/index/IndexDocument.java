package org.rodnan.index;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.LongField;
import org.apache.lucene.document.SortedNumericDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.IndexableField;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.store.BusinessIdentifier;

/**
 * What the index keeps of one resource but for its version and place in the log. Made in parallel
 * before a write ({@link DocumentExtractor}), handed to the log as the entry's derived value.
 * Immutable, thread safe.
 */
public final class IndexDocument {
  private final SearchParameters parameters;
  private final ReferenceText text;
  private final List<IndexableField> fields;
  private final List<LiteralValue> literals;
  private final List<JoinedValue> joined;
  private final Set<String> references;
  private final Set<BusinessIdentifier> identifiers;
  private final List<Contained> contained;
  private final Set<ResourceKey> targets = new LinkedHashSet<>();
  private final List<IndexableField> ofReferences = new ArrayList<>();
  private final List<Link> links = new ArrayList<>();

  /** A field and the resource whose integer it is to hold. */
  private record Link(String field, ResourceKey target) {}

  /**
   * A contained resource.
   *
   * @param key its type, and the id that it has in its container
   * @param place in its container, from 1
   */
  record Contained(ResourceKey key, int place, IndexDocument document) {
    private Contained withReferences(Map<String, String> resolved) {
      return new Contained(key, place, document.withReferences(resolved));
    }
  }

  IndexDocument(
      SearchParameters parameters,
      ReferenceText text,
      List<IndexableField> fields,
      List<LiteralValue> literals,
      List<JoinedValue> joined,
      Set<String> references,
      Set<BusinessIdentifier> identifiers,
      List<Contained> contained) {
    this.parameters = parameters;
    this.text = text;
    this.fields = fields;
    this.literals = literals;
    this.joined = joined;
    this.references = references;
    this.identifiers = identifiers;
    this.contained = contained;
    Map<String, Optional<ResourceKey>> local = new HashMap<>();
    for (String reference : references) {
      Optional<ResourceKey> target = text.local(reference);
      local.put(reference, target);
      target.ifPresent(targets::add);
    }
    Set<ResourceKey> owners = new LinkedHashSet<>();
    for (LiteralValue literal : literals) {
      Optional<ResourceKey> target =
          literal.kind() == LiteralValue.Kind.REFERENCE
              ? local.computeIfAbsent(literal.text(), text::local)
              : literal.target(text);
      literal.addTo(ofReferences, text, target);
      target.ifPresent(key -> {
        links.add(new Link(FieldNames.targets(literal.field()), key));
        if (Compartment.isMember(literal.field(), key.type())) {
          owners.add(key);
        }
      });
    }
    owners.forEach(owner ->
        ofReferences.add(
            new StringField(FieldNames.COMPARTMENT, owner.toString(), Field.Store.NO)));
    joined.forEach(value -> value.addTo(ofReferences, text));
    for (ResourceKey target : targets) {
      ofReferences.add(new StringField(FieldNames.TARGET, target.toString(), Field.Store.NO));
    }
  }

  /**
   * Every resource of this server that a Reference of the resource names, wherever it stands;
   * references within a Bundle ({@link org.rodnan.fhir.BundleScope}) name none.
   */
  public Set<ResourceKey> targets() {
    return java.util.Collections.unmodifiableSet(targets);
  }

  /** The values of the search parameter {@code identifier}, if the type has one. */
  public Set<BusinessIdentifier> identifiers() {
    return java.util.Collections.unmodifiableSet(identifiers);
  }

  /**
   * The document of the same resource once open references are known, to be used with {@link
   * org.rodnan.fhir.BodyTemplate#fill}. {@link #targets()} of the result includes those that were
   * open.
   *
   * @param references the text for each open reference, such as {@code urn:uuid:…}
   */
  public IndexDocument withReferences(Map<String, String> references) {
    Set<String> resolved = new LinkedHashSet<>();
    this.references.forEach(
        reference -> resolved.add(references.getOrDefault(reference, reference)));
    return new IndexDocument(
        parameters,
        text,
        fields,
        literals.stream().map(literal -> literal.withText(references)).toList(),
        joined.stream().map(value -> value.withText(references)).toList(),
        resolved,
        identifiers,
        contained.stream().map(each -> each.withReferences(references)).toList());
  }

  /** Whether others would make the same document of a resource of the type. */
  boolean fits(String type, SearchParameters others) {
    return parameters.isSameFor(type, others)
        && contained.stream().allMatch(each -> each.document().fits(each.key().type(), others));
  }

  /** The contained resources that have an id, in their order. */
  List<Contained> contained() {
    return contained;
  }

  /**
   * All fields, in a list that the caller may add to.
   *
   * @param numbers the permanent integers of the targets; one that is missing can't be joined with
   */
  List<IndexableField> fields(Map<ResourceKey, Long> numbers) {
    List<IndexableField> all =
        new ArrayList<>(fields.size() + ofReferences.size() + links.size() + 16);
    all.addAll(fields);
    all.addAll(ofReferences);
    contained.stream()
        .map(each -> each.key().type())
        .distinct()
        .forEach(type -> all.add(new StringField(FieldNames.CONTAINED, type, Field.Store.NO)));
    for (Link link : links) {
      Long number = numbers.get(link.target());
      if (number != null) {
        all.add(new LongField(link.field(), number, Field.Store.NO));
      }
    }
    for (ResourceKey target : targets) {
      Long number = numbers.get(target);
      if (number != null) {
        all.add(new SortedNumericDocValuesField(FieldNames.LINKS, number));
      }
    }
    return all;
  }
}
