package org.rodnan.index;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.LongField;
import org.apache.lucene.document.SortedSetDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.IndexableField;
import org.rodnan.fhir.ResourceKey;

/**
 * A reference or URI as it stands in the resource. Its fields are made late: the text may be open
 * until the writer section resolves it, and the target's integer is known only then.
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

  void addTo(
      List<IndexableField> fields, ReferenceText references, Map<ResourceKey, Long> numbers) {
    if (kind == Kind.REFERENCE && text.startsWith("#")) {
      return;
    }
    Optional<ResourceKey> target = kind == Kind.URI ? Optional.empty() : references.local(text);
    String main = target.map(ResourceKey::toString).orElse(text);
    term(fields, main);
    fields.add(new SortedSetDocValuesField(FieldNames.sort(field), Terms.sort(main)));
    String full = references.relative(text);
    if (target.isPresent() && !full.equals(main)) {
      term(fields, full);
    }
    int version = text.lastIndexOf('|');
    if (kind == Kind.CANONICAL && version > 0) {
      term(fields, text.substring(0, version));
    }
    Long number = target.map(numbers::get).orElse(null);
    if (number != null) {
      fields.add(new LongField(FieldNames.targets(field), number, Field.Store.NO));
    }
  }

  private void term(List<IndexableField> fields, String text) {
    fields.add(new StringField(field, Terms.exact(text), Field.Store.NO));
  }
}
