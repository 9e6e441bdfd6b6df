package org.rodnan.index;

import java.util.List;
import java.util.Map;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.IndexableField;
import org.rodnan.fhir.ResourceKey;

/**
 * A composite of texts: of each part the forms it is found by; every combination is a term. Made
 * into fields late, as a part may be a reference ({@link LiteralValue}).
 */
record JoinedValue(String field, List<List<Part>> parts) {
  record Part(String text, boolean isReference) {}

  static Part text(String text) {
    return new Part(text, false);
  }

  static Part reference(String text) {
    return new Part(text, true);
  }

  JoinedValue withText(Map<String, String> resolved) {
    return new JoinedValue(
        field,
        parts.stream()
            .map(forms ->
                forms.stream()
                    .map(part ->
                        part.isReference
                            ? reference(resolved.getOrDefault(part.text, part.text))
                            : part)
                    .toList())
            .toList());
  }

  void addTo(List<IndexableField> fields, ReferenceText references) {
    List<String> joined = forms(0, references);
    for (int i = 1; i < parts.size(); i++) {
      List<String> next = forms(i, references);
      joined =
          joined.stream()
              .flatMap(first -> next.stream().map(second -> Terms.join(first, second)))
              .toList();
    }
    joined.forEach(term -> fields.add(new StringField(field, Terms.start(term), Field.Store.NO)));
  }

  private List<String> forms(int part, ReferenceText references) {
    return parts.get(part).stream()
        .map(form ->
            form.isReference
                ? references.local(form.text).map(ResourceKey::toString).orElse(form.text)
                : form.text)
        .distinct()
        .toList();
  }
}
