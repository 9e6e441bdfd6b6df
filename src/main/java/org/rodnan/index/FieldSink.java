package org.rodnan.index;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.lucene.document.BinaryPoint;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.document.LongPoint;
import org.apache.lucene.document.SortedNumericDocValuesField;
import org.apache.lucene.document.SortedSetDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.IndexableField;
import org.apache.lucene.util.BytesRef;
import org.hl7.fhir.r4.model.Base;
import org.hl7.fhir.r4.model.CanonicalType;
import org.hl7.fhir.r4.model.Identifier;
import org.hl7.fhir.r4.model.Reference;
import org.hl7.fhir.r4.model.Resource;
import org.rodnan.store.BusinessIdentifier;
import org.rodnan.terminology.UnitConversion;

/** Collects the Lucene fields of one resource, each term and point once. For one thread. */
final class FieldSink {
  /** Sorting by an open end must differ from having no value at all. */
  private static final long OPEN_START = Long.MIN_VALUE + 1;

  private static final long OPEN_END = Long.MAX_VALUE - 1;

  /** By their number of dimensions. */
  private static final FieldType[] POINTS =
      IntStream.rangeClosed(0, 8).mapToObj(FieldSink::pointOf).toArray(FieldType[]::new);

  private final UnitConversion units;
  private final List<IndexableField> fields = new ArrayList<>();
  private final List<LiteralValue> literals = new ArrayList<>();
  private final List<JoinedValue> joined = new ArrayList<>();
  private final Set<BusinessIdentifier> identifiers = new LinkedHashSet<>();
  private final Set<Seen> seen = new HashSet<>();

  /** Several parameters often select the same element; its values are worked out once. */
  private final Map<Base, List<Token>> tokens = new IdentityHashMap<>();

  private final Map<Base, List<QuantityValue>> quantities = new IdentityHashMap<>();

  FieldSink(UnitConversion units) {
    this.units = units;
  }

  List<IndexableField> fields() {
    return fields;
  }

  List<LiteralValue> literals() {
    return literals;
  }

  List<JoinedValue> joined() {
    return joined;
  }

  Set<BusinessIdentifier> identifiers() {
    return identifiers;
  }

  void present(String field) {
    fields.add(new StringField(FieldNames.PRESENT, field, Field.Store.NO));
  }

  /** Adds one value of a parameter that is no composite. */
  void add(ParameterDefinition parameter, Base value) {
    String field = parameter.field();
    switch (parameter.kind()) {
      case TOKEN -> addTokens(parameter, value);
      case STRING -> TextValues.of(value).forEach(text -> addText(field, text));
      case DATE -> TimeRange.of(value).ifPresent(range -> addTime(field, range));
      case NUMBER -> NumberRange.of(value).ifPresent(range -> addNumber(field, range));
      case QUANTITY -> addQuantity(field, quantitiesOf(value));
      case REFERENCE -> addReference(field, value);
      case URI -> addUri(field, value);
      case COMPOSITE -> throw new IllegalArgumentException(field + " is a composite");
    }
  }

  /** A token with its terms and its place in a point. */
  private record Token(TokenValue value, List<BytesRef> terms, long[] coordinates) {
    static Token of(TokenValue value) {
      List<BytesRef> terms = new ArrayList<>(3);
      value.forms().forEach(form -> terms.add(Terms.exact(form)));
      String system = value.system();
      String code = value.code();
      return new Token(
          value,
          terms,
          new long[] {
            system == null ? 0 : Terms.hash(system), code == null ? 0 : Terms.hash(code)
          });
    }
  }

  private List<Token> tokensOf(Base value) {
    return tokens.computeIfAbsent(
        value, element -> TokenValue.of(element).stream().map(Token::of).toList());
  }

  private List<QuantityValue> quantitiesOf(Base value) {
    return quantities.computeIfAbsent(value, element -> QuantityValue.of(element, units));
  }

  private void addTokens(ParameterDefinition parameter, Base value) {
    String field = parameter.field();
    for (Token token : tokensOf(value)) {
      token.terms().forEach(term -> term(field, term));
      String code = token.value().code();
      if (code != null) {
        sortText(field, code);
      }
    }
    if (parameter.code().equals("identifier")
        && value instanceof Identifier identifier
        && identifier.hasValue()) {
      identifiers.add(new BusinessIdentifier(identifier.getSystem(), identifier.getValue()));
    }
  }

  private void addText(String field, String text) {
    String normalized = Terms.normalize(text);
    term(field, Terms.start(normalized));
    term(FieldNames.exact(field), Terms.exact(text));
    sortText(field, normalized);
  }

  private void addTime(String field, TimeRange range) {
    point(field, range.low(), range.high());
    sortNumber(field, Math.max(range.low(), OPEN_START));
    sortNumber(field, Math.min(range.high(), OPEN_END));
  }

  private void addNumber(String field, NumberRange range) {
    point(field, range.low(), range.high());
    sortNumber(field, range.low());
    sortNumber(field, range.high());
  }

  private void addQuantity(String field, List<QuantityValue> quantities) {
    for (QuantityValue quantity : quantities) {
      point(field, quantity.unit(), quantity.range().low(), quantity.range().high());
    }
    QuantityValue.forSorting(quantities)
        .ifPresent(range -> {
          sortNumber(field, range.low());
          sortNumber(field, range.high());
        });
  }

  private void addReference(String field, Base value) {
    if (value instanceof Reference reference) {
      if (reference.hasReference()) {
        literals.add(
            new LiteralValue(field, reference.getReference(), LiteralValue.Kind.REFERENCE));
      }
      for (TokenValue token : TokenValue.of(reference.getIdentifier())) {
        token.forms().forEach(form -> term(FieldNames.identifier(field), Terms.exact(form)));
      }
    } else if (value instanceof CanonicalType canonical && canonical.hasValue()) {
      literals.add(new LiteralValue(field, canonical.getValue(), LiteralValue.Kind.CANONICAL));
    } else if (value instanceof Resource resource && resource.getIdElement().hasIdPart()) {
      String reference = resource.fhirType() + "/" + resource.getIdElement().getIdPart();
      literals.add(new LiteralValue(field, reference, LiteralValue.Kind.REFERENCE));
    } else if (value.isPrimitive() && value.primitiveValue() != null) {
      literals.add(new LiteralValue(field, value.primitiveValue(), LiteralValue.Kind.REFERENCE));
    }
  }

  private void addUri(String field, Base value) {
    if (value.isPrimitive() && value.primitiveValue() != null) {
      LiteralValue.Kind kind =
          value instanceof CanonicalType ? LiteralValue.Kind.CANONICAL : LiteralValue.Kind.URI;
      literals.add(new LiteralValue(field, value.primitiveValue(), kind));
    }
  }

  /**
   * Adds a composite.
   *
   * @param parts the values of each part, all of one element
   */
  void addComposite(ParameterDefinition parameter, List<List<Base>> parts) {
    if (CompositeShape.of(parameter.components()) == CompositeShape.TERM) {
      addJoinedTerms(parameter, parts);
    } else if (CompositeShape.endsInNumber(parameter.components())) {
      addValues(parameter, parts);
    } else {
      addJoinedPoints(parameter, parts);
    }
  }

  private void addValues(ParameterDefinition parameter, List<List<Base>> parts) {
    List<List<String>> forms = List.of(List.of());
    for (List<Base> part : parts.subList(0, parts.size() - 1)) {
      List<List<String>> longer = new ArrayList<>();
      for (Base value : part) {
        for (Token token : tokensOf(value)) {
          for (String form : token.value().forms()) {
            forms.forEach(before -> longer.add(appended(before, form)));
          }
        }
      }
      forms = longer;
    }
    String field = FieldNames.values(parameter.field());
    for (Base value : parts.getLast()) {
      for (QuantityValue quantity : numbersOf(parameter.components().getLast().kind(), value)) {
        if (quantity.range().low() == quantity.range().high()) {
          for (List<String> form : forms) {
            term(field, ValueTerm.of(form, quantity.unit(), quantity.range().low()));
          }
        } else {
          addJoinedPoints(parameter, parts);
        }
      }
    }
  }

  private List<QuantityValue> numbersOf(ParameterKind kind, Base value) {
    return kind == ParameterKind.QUANTITY
        ? quantitiesOf(value)
        : NumberRange.of(value).stream()
            .map(range -> new QuantityValue(QuantityValue.ANY_UNIT, range, false))
            .toList();
  }

  private static List<String> appended(List<String> list, String last) {
    List<String> all = new ArrayList<>(list);
    all.add(last);
    return all;
  }

  private void addJoinedTerms(ParameterDefinition parameter, List<List<Base>> parts) {
    List<List<JoinedValue.Part>> forms = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      List<JoinedValue.Part> ofPart = new ArrayList<>();
      for (Base value : parts.get(i)) {
        switch (parameter.components().get(i).kind()) {
          case TOKEN ->
              TokenValue.of(value)
                  .forEach(
                      token -> token.forms().forEach(form -> ofPart.add(JoinedValue.text(form))));
          case STRING ->
              TextValues.of(value)
                  .forEach(text -> ofPart.add(JoinedValue.text(Terms.normalize(text))));
          case REFERENCE -> {
            if (value instanceof Reference reference && reference.hasReference()) {
              ofPart.add(JoinedValue.reference(reference.getReference()));
            }
          }
          default -> {
            if (value.isPrimitive() && value.primitiveValue() != null) {
              ofPart.add(JoinedValue.text(value.primitiveValue()));
            }
          }
        }
      }
      forms.add(ofPart);
    }
    joined.add(new JoinedValue(parameter.field(), forms));
  }

  private void addJoinedPoints(ParameterDefinition parameter, List<List<Base>> parts) {
    List<long[]> points = List.of(new long[0]);
    for (int i = 0; i < parts.size(); i++) {
      List<long[]> longer = new ArrayList<>();
      for (Base value : parts.get(i)) {
        for (long[] coordinates : coordinates(parameter.components().get(i).kind(), value)) {
          points.forEach(point -> longer.add(concatenated(point, coordinates)));
        }
      }
      points = longer;
    }
    points.forEach(point -> point(parameter.field(), point));
  }

  private List<long[]> coordinates(ParameterKind kind, Base value) {
    return switch (kind) {
      case TOKEN ->
          tokensOf(value).stream()
              .filter(token -> token.value().code() != null)
              .map(Token::coordinates)
              .toList();
      case DATE -> TimeRange.of(value).map(r -> new long[] {r.low(), r.high()}).stream().toList();
      case NUMBER ->
          NumberRange.of(value).map(r -> new long[] {r.low(), r.high()}).stream().toList();
      case QUANTITY ->
          quantitiesOf(value).stream()
              .map(q -> new long[] {q.unit(), q.range().low(), q.range().high()})
              .toList();
      case STRING, REFERENCE, URI, COMPOSITE -> List.of();
    };
  }

  private static long[] concatenated(long[] first, long[] second) {
    long[] both = java.util.Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  private record Seen(String field, BytesRef value) {}

  private void term(String field, BytesRef term) {
    if (seen.add(new Seen(field, term))) {
      fields.add(new StringField(field, term, Field.Store.NO));
    }
  }

  private void point(String field, long... point) {
    BytesRef packed = LongPoint.pack(point);
    if (seen.add(new Seen(field, packed))) {
      fields.add(new BinaryPoint(field, packed.bytes, POINTS[point.length]));
    }
  }

  private static FieldType pointOf(int dimensions) {
    FieldType type = new FieldType();
    if (dimensions > 0) {
      type.setDimensions(dimensions, Long.BYTES);
    }
    type.freeze();
    return type;
  }

  private void sortText(String field, String text) {
    fields.add(new SortedSetDocValuesField(FieldNames.sort(field), Terms.sort(text)));
  }

  private void sortNumber(String field, long number) {
    fields.add(new SortedNumericDocValuesField(FieldNames.sort(field), number));
  }
}
