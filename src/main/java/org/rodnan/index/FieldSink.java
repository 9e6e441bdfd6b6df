package org.rodnan.index;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.lucene.document.BinaryPoint;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.document.KeywordField;
import org.apache.lucene.document.LatLonPoint;
import org.apache.lucene.document.LongPoint;
import org.apache.lucene.document.SortedNumericDocValuesField;
import org.apache.lucene.document.SortedSetDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.IndexableField;
import org.apache.lucene.util.BytesRef;
import org.hl7.fhir.r4.model.Base;
import org.hl7.fhir.r4.model.CanonicalType;
import org.hl7.fhir.r4.model.DecimalType;
import org.hl7.fhir.r4.model.Identifier;
import org.hl7.fhir.r4.model.MetadataResource;
import org.hl7.fhir.r4.model.Property;
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
  private final Map<Base, List<BytesRef>> texts = new IdentityHashMap<>();
  private final Map<String, String> normalized = new HashMap<>();

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

  /** The names of a parameter's fields, put together once. */
  record Names(
      ParameterDefinition parameter,
      String field,
      String sort,
      String exact,
      String values,
      String text) {
    static Names of(ParameterDefinition parameter) {
      String field = parameter.field();
      return new Names(
          parameter,
          field,
          FieldNames.sort(field),
          FieldNames.exact(field),
          FieldNames.values(field),
          FieldNames.text(field));
    }
  }

  void present(Names names) {
    fields.add(new StringField(FieldNames.PRESENT, names.field(), Field.Store.NO));
  }

  /** Adds one value of a parameter that is no composite. */
  void add(Names names, Base value) {
    switch (names.parameter().kind()) {
      case TOKEN -> addTokens(names, value);
      case STRING -> TextValues.of(value).forEach(text -> addText(names, text));
      case DATE -> TimeRange.of(value).ifPresent(range -> addTime(names, range));
      case NUMBER -> NumberRange.of(value).ifPresent(range -> addNumber(names, range));
      case QUANTITY -> addQuantity(names, quantitiesOf(value));
      case REFERENCE -> addReference(names, value);
      case URI -> addUri(names.field(), value);
      case SPECIAL -> addPosition(names.field(), value);
      case COMPOSITE -> throw new IllegalArgumentException(names.field() + " is a composite");
    }
  }

  /** A token with its terms, their hashes, and its place in a point. */
  private record Token(TokenValue value, List<BytesRef> terms, long[] hashes, long[] coordinates) {
    static Token of(TokenValue value) {
      List<String> forms = value.forms();
      List<BytesRef> terms = new ArrayList<>(forms.size());
      long[] hashes = new long[forms.size()];
      for (int i = 0; i < hashes.length; i++) {
        terms.add(Terms.exact(forms.get(i)));
        hashes[i] = Terms.hash(forms.get(i));
      }
      String system = value.system();
      String code = value.code();
      return new Token(
          value,
          terms,
          hashes,
          new long[] {
            system == null ? 0 : Terms.hash(system), code == null ? 0 : Terms.hash(code)
          });
    }
  }

  private List<Token> tokensOf(Base value) {
    return tokens.computeIfAbsent(
        value, element -> TokenValue.of(element).stream().map(Token::of).toList());
  }

  private List<BytesRef> textsOf(Base value) {
    return texts.computeIfAbsent(
        value,
        element ->
            TokenValue.texts(element).stream().map(text -> Terms.start(normalized(text))).toList());
  }

  private String normalized(String text) {
    return normalized.computeIfAbsent(text, Terms::normalize);
  }

  private List<QuantityValue> quantitiesOf(Base value) {
    return quantities.computeIfAbsent(value, element -> QuantityValue.of(element, units));
  }

  private void addTokens(Names names, Base value) {
    for (Token token : tokensOf(value)) {
      token.terms().forEach(term -> term(names.field(), term));
      String code = token.value().code();
      if (code != null) {
        sortText(names, code);
      }
    }
    textsOf(value).forEach(text -> term(names.text(), text));
    TokenValue.typedForms(value).forEach(form -> term(names.field(), Terms.exact(form)));
    if (names.parameter().code().equals("identifier")
        && value instanceof Identifier identifier
        && identifier.hasValue()) {
      identifiers.add(new BusinessIdentifier(identifier.getSystem(), identifier.getValue()));
    }
  }

  private void addText(Names names, String text) {
    String normalized = normalized(text);
    term(names.field(), Terms.start(normalized));
    term(names.exact(), Terms.exact(text));
    sortText(names, normalized);
  }

  private void addTime(Names names, TimeRange range) {
    point(names.field(), range.low(), range.high());
    sortNumber(names, Math.max(range.low(), OPEN_START));
    sortNumber(names, Math.min(range.high(), OPEN_END));
  }

  private void addNumber(Names names, NumberRange range) {
    point(names.field(), range.low(), range.high());
    sortNumbers(names, range);
  }

  private void addQuantity(Names names, List<QuantityValue> quantities) {
    for (QuantityValue quantity : quantities) {
      point(names.field(), quantity.unit(), quantity.range().low(), quantity.range().high());
    }
    QuantityValue.forSorting(quantities).ifPresent(range -> sortNumbers(names, range));
  }

  /** A place given by its degrees north and east. */
  private void addPosition(String field, Base value) {
    OptionalDouble latitude = degrees(value, "latitude");
    OptionalDouble longitude = degrees(value, "longitude");
    if (latitude.isPresent()
        && longitude.isPresent()
        && Math.abs(latitude.getAsDouble()) <= 90
        && Math.abs(longitude.getAsDouble()) <= 180) {
      fields.add(new LatLonPoint(field, latitude.getAsDouble(), longitude.getAsDouble()));
    }
  }

  private static OptionalDouble degrees(Base value, String child) {
    Property property = value.getNamedProperty(child);
    return property != null
            && property.hasValues()
            && property.getValues().getFirst() instanceof DecimalType number
            && number.getValue() != null
        ? OptionalDouble.of(number.getValue().doubleValue())
        : OptionalDouble.empty();
  }

  private void addReference(Names names, Base value) {
    String field = names.field();
    if (value instanceof Reference reference) {
      if (reference.hasDisplay()) {
        term(names.text(), Terms.start(normalized(reference.getDisplay())));
      }
      if (reference.hasReference()) {
        literals.add(
            new LiteralValue(field, reference.getReference(), LiteralValue.Kind.REFERENCE));
      }
      for (TokenValue token : TokenValue.of(reference.getIdentifier())) {
        token.forms().forEach(form -> term(FieldNames.identifier(field), Terms.exact(form)));
      }
    } else if (value instanceof CanonicalType canonical && canonical.hasValue()) {
      literals.add(new LiteralValue(field, canonical.getValue(), LiteralValue.Kind.CANONICAL));
      keyword(FieldNames.canonicals(field), CanonicalTerms.ofReference(canonical.getValue()));
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
  void addComposite(Names names, List<List<Base>> parts) {
    List<ParameterDefinition.Component> components = names.parameter().components();
    if (CompositeShape.of(components) == CompositeShape.TERM) {
      addJoinedTerms(names.parameter(), parts);
    } else if (CompositeShape.endsInNumber(components)) {
      addValues(names, parts);
    } else {
      addJoinedPoints(names.parameter(), parts);
    }
  }

  private void addValues(Names names, List<List<Base>> parts) {
    List<long[]> tokens = List.of(new long[0]);
    for (List<Base> part : parts.subList(0, parts.size() - 1)) {
      List<long[]> longer = new ArrayList<>();
      for (Base value : part) {
        for (Token token : tokensOf(value)) {
          for (long hash : token.hashes()) {
            tokens.forEach(before -> longer.add(concatenated(before, new long[] {hash})));
          }
        }
      }
      tokens = longer;
    }
    for (Base value : parts.getLast()) {
      ParameterKind kind = names.parameter().components().getLast().kind();
      for (QuantityValue quantity : numbersOf(kind, value)) {
        if (quantity.range().low() == quantity.range().high()) {
          for (long[] hashes : tokens) {
            term(names.values(), ValueTerm.of(hashes, quantity.unit(), quantity.range().low()));
          }
        } else {
          addJoinedPoints(names.parameter(), parts);
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
      case STRING, REFERENCE, URI, COMPOSITE, SPECIAL -> List.of();
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

  private void keyword(String field, BytesRef term) {
    if (seen.add(new Seen(field, term))) {
      fields.add(new KeywordField(field, term, Field.Store.NO));
    }
  }

  /** The names by which references by canonical URL lead to the resource. */
  void addCanonical(MetadataResource resource) {
    if (resource.hasUrl()) {
      CanonicalTerms.ofResource(resource.getUrl(), resource.getVersion())
          .forEach(term -> keyword(FieldNames.CANONICAL, term));
    }
  }

  /** Words that can be looked for one by one and as phrases. */
  void addWords(String field, List<String> texts) {
    if (!texts.isEmpty()) {
      fields.add(
          new Field(
              field,
              new WordStream(texts.stream().map(this::normalized).toList()),
              WordStream.TYPE));
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

  private void sortText(Names names, String text) {
    fields.add(new SortedSetDocValuesField(names.sort(), Terms.sort(text)));
  }

  private void sortNumbers(Names names, NumberRange range) {
    sortNumber(names, range.low());
    if (range.high() != range.low()) {
      sortNumber(names, range.high());
    }
  }

  private void sortNumber(Names names, long number) {
    fields.add(new SortedNumericDocValuesField(names.sort(), number));
  }
}
