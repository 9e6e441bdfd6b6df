package org.rodnan.search;

import java.math.BigDecimal;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.apache.lucene.document.LatLonPoint;
import org.apache.lucene.document.SortedSetDocValuesField;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.ConstantScoreQuery;
import org.apache.lucene.search.PrefixQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermInSetQuery;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TermRangeQuery;
import org.apache.lucene.search.WildcardQuery;
import org.apache.lucene.util.BytesRef;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.fhir.ResourceTypes;
import org.rodnan.index.CompositeShape;
import org.rodnan.index.FieldNames;
import org.rodnan.index.NumberRange;
import org.rodnan.index.ParameterDefinition;
import org.rodnan.index.ParameterKind;
import org.rodnan.index.QuantityValue;
import org.rodnan.index.ReferenceText;
import org.rodnan.index.SearchParameters;
import org.rodnan.index.Terms;
import org.rodnan.index.TimeRange;
import org.rodnan.index.TokenValue;
import org.rodnan.index.ValueTerm;
import org.rodnan.terminology.CanonicalQuantity;
import org.rodnan.terminology.UnitConversion;

/** From the values of one parameter, joined by "or", to a Lucene query. Thread safe. */
final class ValueQueries {
  /** The automaton of a longer text would cost more than it is worth. */
  private static final int CONTAINS_CHARS_MAX = 200;

  /** How far from a place is near it, if the client doesn't say. */
  private static final BigDecimal NEAR_METRES = new BigDecimal(50_000);

  private static final BigDecimal NINETY = new BigDecimal(90);
  private static final BigDecimal HALF_TURN = new BigDecimal(180);

  private static final String DATE_FORM =
      "expected a date such as 2010, 2010-05, 2010-05-17 or 2010-05-17T09:30:00Z, with or without"
          + " one of the prefixes eq ne gt lt ge le sa eb ap";
  private static final String NUMBER_FORM =
      "expected a number such as 100, 5.40 or 1e2, with or without one of the prefixes eq ne gt lt"
          + " ge le sa eb ap";

  private final SearchParameters parameters;
  private final UnitConversion units;
  private final Vocabulary vocabulary;
  private final ReferenceText references;
  private final Clock clock;

  ValueQueries(
      SearchParameters parameters,
      UnitConversion units,
      Vocabulary vocabulary,
      ReferenceText references,
      Clock clock) {
    this.parameters = parameters;
    this.units = units;
    this.vocabulary = vocabulary;
    this.references = references;
    this.clock = clock;
  }

  /**
   * @param values parts of the or-list, escapes still in
   */
  Query query(ParameterDefinition parameter, ParameterName name, List<String> values) {
    String field = parameter.field();
    return switch (parameter.kind()) {
      case TOKEN ->
          parameter.code().equals(FieldNames.ID)
              ? terms(field, each(values, Escapes::unescape), Terms::exact)
              : token(field, name, values);
      case STRING -> string(field, name, each(values, Escapes::unescape));
      case URI -> uri(field, name, each(values, Escapes::unescape));
      case REFERENCE -> reference(parameter, name, values);
      case DATE -> points(field, values, value -> dateBoxes(name, Escapes.unescape(value)));
      case NUMBER -> points(field, values, value -> numberBoxes(name, Escapes.unescape(value)));
      case QUANTITY -> points(field, values, value -> quantityBoxes(name, value));
      case COMPOSITE -> composite(parameter, name, values);
      case SPECIAL -> anyOf(each(values, value -> near(field, name, value)));
    };
  }

  private static <T> List<T> each(List<String> values, Function<String, T> conversion) {
    return values.stream().map(conversion).toList();
  }

  private static Query terms(
      String field, Collection<String> texts, Function<String, BytesRef> term) {
    List<BytesRef> terms = texts.stream().map(term).distinct().toList();
    return terms.size() == 1
        ? new TermQuery(new Term(field, terms.getFirst()))
        : new TermInSetQuery(field, terms);
  }

  static Query anyOf(List<Query> queries) {
    if (queries.size() == 1) {
      return queries.getFirst();
    }
    BooleanQuery.Builder any = new BooleanQuery.Builder();
    queries.forEach(query -> any.add(query, BooleanClause.Occur.SHOULD));
    return new ConstantScoreQuery(any.build());
  }

  private static Query points(
      String field, List<String> values, Function<String, List<Box>> boxes) {
    return Box.query(field, values.stream().flatMap(value -> boxes.apply(value).stream()).toList());
  }

  private static FhirFailure.Malformed malformed(
      ParameterName name, String value, String expected) {
    return new FhirFailure.Malformed(
        "Search parameter '" + name.full() + "': found '" + value + "', " + expected, name.full());
  }

  private Query token(String field, ParameterName name, List<String> values) {
    return switch (name.modifier()) {
      case "text" -> text(field, values);
      case "in", "not-in" ->
          anyOf(
              each(
                  values,
                  value ->
                      concept(field, name, ConceptQuery.Relation.IN, Escapes.unescape(value))));
      case "below" -> hierarchy(field, name, ConceptQuery.Relation.BELOW, values);
      case "above" -> hierarchy(field, name, ConceptQuery.Relation.ABOVE, values);
      case "of-type" -> terms(field, each(values, value -> ofType(name, value)), Terms::exact);
      default -> terms(field, each(values, value -> token(name, value)), Terms::exact);
    };
  }

  private static Query text(String field, List<String> values) {
    String texts = FieldNames.text(field);
    return anyOf(
        each(values, value -> startsWith(texts, Terms.normalize(Escapes.unescape(value)))));
  }

  private Query concept(
      String field, ParameterName name, ConceptQuery.Relation relation, String value) {
    return new ConceptQuery(vocabulary, name, field, relation, value);
  }

  private Query hierarchy(
      String field, ParameterName name, ConceptQuery.Relation relation, List<String> values) {
    List<Query> any = new ArrayList<>();
    for (String value : values) {
      List<String> parts = Escapes.split(value, '|').stream().map(Escapes::unescape).toList();
      if (parts.size() != 2 || parts.stream().anyMatch(String::isEmpty)) {
        throw malformed(name, value, "expected system|code");
      }
      any.add(concept(field, name, relation, parts.get(0) + "|" + parts.get(1)));
    }
    return anyOf(any);
  }

  private static String ofType(ParameterName name, String value) {
    List<String> parts = Escapes.split(value, '|').stream().map(Escapes::unescape).toList();
    if (parts.size() != 3 || parts.get(1).isEmpty() || parts.get(2).isEmpty()) {
      throw malformed(
          name, value, "expected system|code|value: of the identifier's type, and its value");
    }
    return TokenValue.formOfType(parts.get(0), parts.get(1), parts.get(2));
  }

  /** {@code latitude|longitude|distance|units} (R4, location.html#positional). */
  private Query near(String field, ParameterName name, String value) {
    List<String> parts = Escapes.split(value, '|').stream().map(Escapes::unescape).toList();
    Optional<BigDecimal> latitude = decimal(parts, 0);
    Optional<BigDecimal> longitude = decimal(parts, 1);
    Optional<BigDecimal> metres =
        parts.size() < 3 || parts.get(2).isEmpty()
            ? Optional.of(NEAR_METRES)
            : decimal(parts, 2)
                .flatMap(distance ->
                    units.canonical(
                        parts.size() < 4 || parts.get(3).isEmpty() ? "km" : parts.get(3), distance))
                .filter(distance -> distance.unit().equals("m"))
                .map(CanonicalQuantity::value);
    boolean isPlace =
        parts.size() <= 4
            && latitude.filter(l -> l.abs().compareTo(NINETY) <= 0).isPresent()
            && longitude.filter(l -> l.abs().compareTo(HALF_TURN) <= 0).isPresent();
    if (!isPlace || metres.filter(m -> m.signum() >= 0).isEmpty()) {
      throw malformed(
          name,
          value,
          "expected latitude|longitude|distance|unit such as 51.55|-0.17|10|km, the unit one of"
              + " UCUM's lengths");
    }
    return LatLonPoint.newDistanceQuery(
        field,
        latitude.orElseThrow().doubleValue(),
        longitude.orElseThrow().doubleValue(),
        metres.orElseThrow().doubleValue());
  }

  private static Optional<BigDecimal> decimal(List<String> parts, int place) {
    return place < parts.size()
        ? SearchedNumber.parse(parts.get(place)).map(SearchedNumber::value)
        : Optional.empty();
  }

  /** {@code code}, {@code system|code}, {@code |code} or {@code system|}. */
  private static String token(ParameterName name, String value) {
    List<String> parts = Escapes.split(value, '|').stream().map(Escapes::unescape).toList();
    if (parts.size() == 1) {
      return TokenValue.formOfCode(parts.getFirst());
    }
    if (parts.size() != 2 || value.equals("|")) {
      throw malformed(name, value, "expected code, system|code, |code or system|");
    }
    String system = parts.get(0);
    String code = parts.get(1);
    if (system.isEmpty()) {
      return TokenValue.formWithoutSystem(code);
    }
    return code.isEmpty() ? TokenValue.formOfSystem(system) : TokenValue.formInSystem(system, code);
  }

  private static Query string(String field, ParameterName name, List<String> values) {
    return switch (name.modifier()) {
      case "exact" -> terms(FieldNames.exact(field), values, Terms::exact);
      case "contains" -> anyOf(each(values, value -> contains(field, name, value)));
      default -> anyOf(each(values, value -> startsWith(field, Terms.normalize(value))));
    };
  }

  private static Query startsWith(String field, String text) {
    return new PrefixQuery(new Term(field, Terms.start(text)));
  }

  /** A string that is the value as a whole, without case and accents. */
  Query wholeText(ParameterDefinition parameter, String value) {
    return new TermQuery(new Term(parameter.field(), Terms.start(Terms.normalize(value))));
  }

  /** A value that has the given one in it. */
  Query partOf(
      ParameterDefinition parameter,
      ParameterName name,
      String value,
      boolean mayStartBefore,
      boolean mayEndAfter) {
    boolean isText = parameter.kind() == ParameterKind.STRING;
    String start = parameter.kind() == ParameterKind.TOKEN ? TokenValue.formOfCode("") : "";
    return pattern(
        parameter.field(),
        name,
        start + (mayStartBefore ? "*" : ""),
        isText ? Terms.normalize(value) : value,
        mayEndAfter ? "*" : "");
  }

  /** A period that has an instant in common with that of the value. */
  Query overlapping(ParameterDefinition parameter, ParameterName name, String value) {
    TimeRange range =
        TimeRange.parse(value.replace(' ', '+'))
            .orElseThrow(() -> malformed(name, value, DATE_FORM));
    Box box = Box.of(Long.MIN_VALUE, range.high()).and(Box.of(range.low(), Long.MAX_VALUE));
    return Box.query(parameter.field(), List.of(box));
  }

  /** Some value that is not the given one. */
  Query unequal(ParameterDefinition parameter, ParameterName name, String value) {
    String field = parameter.field();
    return switch (parameter.kind()) {
      case TOKEN -> {
        boolean isId = parameter.code().equals(FieldNames.ID);
        String form = isId ? value : token(name, value);
        // Each token has one form of each sort; those of the sort looked for tell it from others.
        String sort = isId ? "" : form.substring(0, 1);
        List<Query> others = new ArrayList<>();
        if (sort.equals("s") || sort.equals("n")) {
          others.add(otherTerms(field, "s", form));
          others.add(otherTerms(field, "n", form));
        } else {
          others.add(otherTerms(field, sort, form));
        }
        yield anyOf(others);
      }
      case STRING -> otherTerms(field, "", Terms.normalize(value));
      case URI, REFERENCE -> {
        Query some = new TermQuery(new Term(FieldNames.PRESENT, field));
        Query sorted =
            SortedSetDocValuesField.newSlowRangeQuery(
                FieldNames.sort(field), null, Terms.sort(main(parameter, value)), true, false);
        Query above =
            SortedSetDocValuesField.newSlowRangeQuery(
                FieldNames.sort(field), Terms.sort(main(parameter, value)), null, false, true);
        yield Criteria.and(some, anyOf(List.of(sorted, above)));
      }
      case DATE, NUMBER, QUANTITY, COMPOSITE, SPECIAL ->
          throw new InapplicableException(
              "Search parameter '"
                  + name.full()
                  + "': '"
                  + parameter.code()
                  + "' can't be tested with ne");
    };
  }

  /** How the index has the only thing that the value may mean. */
  private String main(ParameterDefinition parameter, String value) {
    if (parameter.kind() == ParameterKind.REFERENCE && ResourceKey.isId(value)) {
      return parameter.targets().size() == 1
          ? parameter.targets().iterator().next() + "/" + value
          : value;
    }
    return references.local(value).map(ResourceKey::toString).orElse(value);
  }

  /** Terms of a field that begin so, but for one. */
  private static Query otherTerms(String field, String start, String but) {
    String end =
        start.isEmpty()
            ? null
            : start.substring(0, start.length() - 1)
                + (char) (start.charAt(start.length() - 1) + 1);
    if (!but.startsWith(start)) {
      return new PrefixQuery(new Term(field, start));
    }
    BytesRef excluded = Terms.exact(but);
    return anyOf(
        List.of(
            new TermRangeQuery(
                field, start.isEmpty() ? null : new BytesRef(start), excluded, true, false),
            new TermRangeQuery(
                field, excluded, end == null ? null : new BytesRef(end), false, false)));
  }

  private static Query contains(String field, ParameterName name, String value) {
    return pattern(field, name, "*", Terms.normalize(value), "*");
  }

  private static Query pattern(
      String field, ParameterName name, String start, String value, String end) {
    if (value.length() > CONTAINS_CHARS_MAX) {
      throw malformed(name, value, "expected at most " + CONTAINS_CHARS_MAX + " characters");
    }
    StringBuilder pattern = new StringBuilder(start);
    value
        .codePoints()
        .forEach(c -> {
          if (c == '*' || c == '?' || c == '\\') {
            pattern.append('\\');
          }
          pattern.appendCodePoint(c);
        });
    return new WildcardQuery(new Term(field, pattern.append(end).toString()));
  }

  private static Query uri(String field, ParameterName name, List<String> values) {
    return switch (name.modifier()) {
      case "below" -> anyOf(each(values, value -> new PrefixQuery(new Term(field, value))));
      case "above" ->
          terms(field, values.stream().flatMap(v -> above(v).stream()).toList(), Terms::exact);
      default -> terms(field, values, Terms::exact);
    };
  }

  /** The URI and what its path is below of, each with and without a slash at the end. */
  private static List<String> above(String uri) {
    List<String> all = new ArrayList<>(List.of(uri));
    for (int slash = uri.lastIndexOf('/'); slash > 0; slash = uri.lastIndexOf('/', slash - 1)) {
      all.add(uri.substring(0, slash + 1));
      all.add(uri.substring(0, slash));
    }
    return all;
  }

  private Query reference(ParameterDefinition parameter, ParameterName name, List<String> values) {
    String field = parameter.field();
    switch (name.modifier()) {
      case "identifier" -> {
        return terms(
            FieldNames.identifier(field), each(values, value -> token(name, value)), Terms::exact);
      }
      case "text" -> {
        return text(field, values);
      }
      case "above", "below" -> {
        return anyOf(
            values.stream()
                .flatMap(value -> around(parameter, name, Escapes.unescape(value)).stream())
                .toList());
      }
      default -> {}
    }
    return terms(
        field,
        values.stream().flatMap(value -> references(parameter, name, value).stream()).toList(),
        Terms::exact);
  }

  /** What a reference may name above or below a resource or a canonical URL. */
  private List<Query> around(ParameterDefinition parameter, ParameterName name, String value) {
    boolean isBelow = name.modifier().equals("below");
    String field = parameter.field();
    List<Query> any = new ArrayList<>();
    for (String type : parameter.targets()) {
      Optional<ResourceKey> start =
          ResourceKey.isId(value)
              ? Optional.of(new ResourceKey(type, value))
              : references.local(value).filter(key -> key.type().equals(type));
      Optional<ParameterDefinition> parent = parent(type);
      if (start.isPresent() && parent.isPresent()) {
        any.add(new HierarchyQuery(start.get(), parent.get().field(), field, isBelow));
      }
    }
    if (any.isEmpty() && value.indexOf(':') > 0) {
      any.add(
          isBelow
              ? anyOf(
                  List.of(
                      new TermQuery(new Term(field, Terms.exact(value))),
                      new PrefixQuery(
                          new Term(field, value + (value.indexOf('|') < 0 ? "" : ".")))))
              : terms(field, aboveVersions(value), Terms::exact));
    }
    if (any.isEmpty()) {
      throw malformed(
          name,
          value,
          "expected a canonical URL, or a resource of a type that is part of others of its type");
    }
    return any;
  }

  /** The reference by which resources of the type are part of others. */
  private Optional<ParameterDefinition> parent(String type) {
    return parameters.of(type).stream()
        .filter(definition -> definition.kind() == ParameterKind.REFERENCE)
        .filter(definition -> definition.targets().contains(type))
        .filter(definition -> definition.expressions().contains(type + ".partOf"))
        .filter(parameters::isIndexed)
        .findFirst();
  }

  /** The URL with the versions that the given one is a finer one of; 1.2.3 is below 1.2 and 1. */
  private static List<String> aboveVersions(String canonical) {
    int bar = canonical.indexOf('|');
    if (bar < 0) {
      return above(canonical);
    }
    List<String> all = new ArrayList<>(List.of(canonical));
    for (int dot = canonical.lastIndexOf('.');
        dot > bar;
        dot = canonical.lastIndexOf('.', dot - 1)) {
      all.add(canonical.substring(0, dot));
    }
    return all;
  }

  private List<String> references(
      ParameterDefinition parameter, ParameterName name, String escaped) {
    String value = Escapes.unescape(escaped);
    String relative = references.relative(value);
    if (name.hasModifier()) {
      String type = name.modifier();
      Optional<ResourceKey> key = references.local(value);
      if (key.isPresent() && key.get().type().equals(type)) {
        return List.of(relative);
      }
      if (!ResourceKey.isId(value)) {
        throw malformed(name, value, "expected the id of a " + type);
      }
      return List.of(type + "/" + value);
    }
    if (!ResourceKey.isId(value)) {
      return List.of(relative);
    }
    Collection<String> types =
        parameter.targets().isEmpty() ? ResourceTypes.all() : parameter.targets();
    List<String> all = new ArrayList<>(types.stream().map(type -> type + "/" + value).toList());
    all.add(value);
    return all;
  }

  private List<Box> dateBoxes(ParameterName name, String value) {
    Comparison.Prefixed prefixed = Comparison.Prefixed.parse(value);
    // A plus sign that was not percent-encoded arrives as a blank.
    TimeRange range =
        TimeRange.parse(prefixed.value().replace(' ', '+'))
            .orElseThrow(() -> malformed(name, value, DATE_FORM));
    Comparison.Ends ends = new Comparison.Ends(range.low(), range.high());
    long gap = Math.abs(clock.millis() - range.low()) / 10;
    return prefixed
        .comparison()
        .boxes(
            new Comparison.Searched(
                ends, ends, new Comparison.Ends(range.low() - gap, range.high() + gap)));
  }

  private static List<Box> numberBoxes(ParameterName name, String value) {
    Comparison.Prefixed prefixed = Comparison.Prefixed.parse(value);
    return prefixed.comparison().boxes(number(name, value, prefixed).plain());
  }

  private static SearchedNumber number(
      ParameterName name, String value, Comparison.Prefixed prefixed) {
    return SearchedNumber.parse(prefixed.value())
        .orElseThrow(() -> malformed(name, value, NUMBER_FORM));
  }

  /** {@code number}, {@code number|system|code} or {@code number||code}. */
  private List<Box> quantityBoxes(ParameterName name, String value) {
    List<String> parts = Escapes.split(value, '|').stream().map(Escapes::unescape).toList();
    boolean hasUnit = parts.size() == 3 && !parts.get(2).isEmpty();
    if (parts.size() != 1 && !hasUnit) {
      throw malformed(
          name,
          value,
          "expected number, number|system|code or number||code, such as 5.4|"
              + QuantityValue.UCUM
              + "|mg");
    }
    Comparison.Prefixed prefixed = Comparison.Prefixed.parse(parts.getFirst());
    SearchedNumber number = number(name, value, prefixed);
    List<Box> plain = prefixed.comparison().boxes(number.plain());
    if (!hasUnit) {
      return Box.product(List.of(Box.at(QuantityValue.ANY_UNIT)), plain);
    }
    String system = parts.get(1);
    String code = parts.get(2);
    List<Box> all = new ArrayList<>();
    if (system.isEmpty() || system.equals(QuantityValue.UCUM)) {
      all.addAll(canonicalBoxes(prefixed.comparison(), number, code));
    }
    if (system.isEmpty()) {
      all.addAll(Box.product(List.of(Box.at(QuantityValue.unitText(code))), plain));
    } else if (all.isEmpty()) {
      all.addAll(Box.product(List.of(Box.at(QuantityValue.unitInSystem(system, code))), plain));
    }
    return all;
  }

  private List<Box> canonicalBoxes(Comparison comparison, SearchedNumber number, String code) {
    Optional<String> unit = units.canonical(code, BigDecimal.ONE).map(CanonicalQuantity::unit);
    Optional<Comparison.Searched> searched =
        number.converted(
            value -> units.canonical(code, value).map(CanonicalQuantity::value),
            NumberRange::sortableCanonical);
    return unit.isEmpty() || searched.isEmpty()
        ? List.of()
        : Box.product(
            List.of(Box.at(QuantityValue.canonicalUnit(unit.get()))),
            comparison.boxes(searched.get()));
  }

  private Query composite(ParameterDefinition parameter, ParameterName name, List<String> values) {
    boolean isTerm = CompositeShape.of(parameter.components()) == CompositeShape.TERM;
    return anyOf(
        each(
            values,
            value -> {
              List<String> parts = Escapes.split(value, '$');
              if (parts.size() != parameter.components().size()
                  || parts.stream().anyMatch(String::isEmpty)) {
                throw malformed(
                    name,
                    value,
                    "expected " + parameter.components().size() + " values joined by $");
              }
              return isTerm
                  ? joinedTerm(parameter, name, parts)
                  : joinedPoint(parameter, name, parts);
            }));
  }

  private Query joinedTerm(ParameterDefinition parameter, ParameterName name, List<String> parts) {
    List<String> joined = forms(parameter, 0, name, parts.getFirst());
    for (int i = 1; i < parts.size(); i++) {
      List<String> next = forms(parameter, i, name, parts.get(i));
      joined =
          joined.stream()
              .flatMap(first -> next.stream().map(second -> Terms.join(first, second)))
              .toList();
    }
    return parameter.components().getLast().kind() == ParameterKind.STRING
        ? anyOf(
            each(joined, text -> new PrefixQuery(new Term(parameter.field(), Terms.start(text)))))
        : terms(parameter.field(), joined, Terms::start);
  }

  private List<String> forms(
      ParameterDefinition parameter, int component, ParameterName name, String part) {
    return switch (parameter.components().get(component).kind()) {
      case TOKEN -> List.of(token(name, part));
      case STRING -> List.of(Terms.normalize(Escapes.unescape(part)));
      case REFERENCE -> {
        String value = Escapes.unescape(part);
        yield ResourceKey.isId(value)
            ? ResourceTypes.all().stream().map(type -> type + "/" + value).toList()
            : List.of(references.relative(value));
      }
      default -> List.of(Escapes.unescape(part));
    };
  }

  private Query joinedPoint(ParameterDefinition parameter, ParameterName name, List<String> parts) {
    List<Box> boxes = componentBoxes(parameter, 0, name, parts.getFirst());
    for (int i = 1; i < parts.size(); i++) {
      boxes = Box.product(boxes, componentBoxes(parameter, i, name, parts.get(i)));
    }
    Query points = Box.query(parameter.field(), boxes);
    if (!CompositeShape.endsInNumber(parameter.components())) {
      return points;
    }
    List<Query> any = new ArrayList<>(List.of(points));
    List<String> forms =
        parts.subList(0, parts.size() - 1).stream().map(part -> token(name, part)).toList();
    int last = parts.size() - 1;
    for (Box box : componentBoxes(parameter, last, name, parts.get(last))) {
      termsInBox(parameter, forms, box).ifPresent(any::add);
    }
    return anyOf(any);
  }

  /** Single numbers in a box over the unit, if there is one, and both ends of a range. */
  private static Optional<Query> termsInBox(
      ParameterDefinition parameter, List<String> forms, Box box) {
    int ends = box.min().length - 2;
    long unit = ends == 0 ? QuantityValue.ANY_UNIT : box.min()[0];
    long low = Math.max(box.min()[ends], box.min()[ends + 1]);
    long high = Math.min(box.max()[ends], box.max()[ends + 1]);
    return low > high
        ? Optional.empty()
        : Optional.of(
            new TermRangeQuery(
                FieldNames.values(parameter.field()),
                ValueTerm.of(forms, unit, low),
                ValueTerm.of(forms, unit, high),
                true,
                true));
  }

  private List<Box> componentBoxes(
      ParameterDefinition parameter, int component, ParameterName name, String part) {
    ParameterKind kind = parameter.components().get(component).kind();
    return switch (kind) {
      case TOKEN -> List.of(tokenBox(name, part));
      case DATE -> dateBoxes(name, Escapes.unescape(part));
      case NUMBER -> numberBoxes(name, Escapes.unescape(part));
      case QUANTITY -> quantityBoxes(name, part);
      case STRING, REFERENCE, URI, COMPOSITE, SPECIAL ->
          throw new IllegalStateException(kind + " can't be part of a point");
    };
  }

  private static Box tokenBox(ParameterName name, String part) {
    List<String> halves = Escapes.split(part, '|').stream().map(Escapes::unescape).toList();
    if (halves.size() == 1) {
      return Box.any().and(Box.at(Terms.hash(halves.getFirst())));
    }
    if (halves.size() != 2 || part.equals("|")) {
      throw malformed(name, part, "expected code, system|code, |code or system|");
    }
    String system = halves.get(0);
    String code = halves.get(1);
    Box first = Box.at(system.isEmpty() ? 0 : Terms.hash(system));
    return first.and(code.isEmpty() ? Box.any() : Box.at(Terms.hash(code)));
  }
}
