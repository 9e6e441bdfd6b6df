package org.rodnan.index;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.SortedSetDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.IndexableField;
import org.rodnan.fhir.ResourceKey;

/**
 * A reference or URI as it stands in the resource. Its text may be open until the writer section
 * resolves it, and its target's integer is known only to the follower.
 */
record LiteralValue(String field, String text, Kind kind) {
  enum Kind {
    REFERENCE,
    CANONICAL,
    URI
  }

  LiteralValue withText(Map<String, String> resolved) {
    String other = resolved.get(text);
    return other == null ? this : new LiteralValue(field, other, kind);
  }

  /** The resource of this server that it names. */
  Optional<ResourceKey> target(ReferenceText references) {
    return kind == Kind.URI ? Optional.empty() : references.local(text);
  }

  /** Adds all fields but the target's integer. */
  void addTo(List<IndexableField> fields, ReferenceText references, Optional<ResourceKey> target) {
    if (kind == Kind.REFERENCE && text.startsWith("#")) {
      return;
    }
    String main = target.map(ResourceKey::toString).orElse(text);
    term(fields, main);
    fields.add(new SortedSetDocValuesField(FieldNames.sort(field), Terms.sort(main)));
    if (target.isPresent() && !text.equals(main)) {
      String full = references.relative(text);
      if (!full.equals(main)) {
        term(fields, full);
      }
    }
    int version = text.lastIndexOf('|');
    if (kind == Kind.CANONICAL && version > 0) {
      term(fields, text.substring(0, version));
    }
  }

  private void term(List<IndexableField> fields, String text) {
    fields.add(new StringField(field, Terms.exact(text), Field.Store.NO));
  }
}
