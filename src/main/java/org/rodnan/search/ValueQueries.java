package org.rodnan.search;

import java.math.BigDecimal;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
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

  private static final String DATE_FORM =
      "expected a date such as 2010, 2010-05, 2010-05-17 or 2010-05-17T09:30:00Z, with or without"
          + " one of the prefixes eq ne gt lt ge le sa eb ap";
  private static final String NUMBER_FORM =
      "expected a number such as 100, 5.40 or 1e2, with or without one of the prefixes eq ne gt lt"
          + " ge le sa eb ap";

  private final UnitConversion units;
  private final ReferenceText references;
  private final Clock clock;

  ValueQueries(UnitConversion units, ReferenceText references, Clock clock) {
    this.units = units;
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
          field.equals(FieldNames.ID)
              ? terms(field, each(values, Escapes::unescape), Terms::exact)
              : terms(field, each(values, value -> token(name, value)), Terms::exact);
      case STRING -> string(field, name, each(values, Escapes::unescape));
      case URI -> uri(field, name, each(values, Escapes::unescape));
      case REFERENCE -> reference(parameter, name, values);
      case DATE -> points(field, values, value -> dateBoxes(name, Escapes.unescape(value)));
      case NUMBER -> points(field, values, value -> numberBoxes(name, Escapes.unescape(value)));
      case QUANTITY -> points(field, values, value -> quantityBoxes(name, value));
      case COMPOSITE -> composite(parameter, name, values);
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

  private static Query contains(String field, ParameterName name, String value) {
    String normalized = Terms.normalize(value);
    if (normalized.length() > CONTAINS_CHARS_MAX) {
      throw malformed(name, value, "expected at most " + CONTAINS_CHARS_MAX + " characters");
    }
    StringBuilder pattern = new StringBuilder("*");
    normalized
        .codePoints()
        .forEach(c -> {
          if (c == '*' || c == '?' || c == '\\') {
            pattern.append('\\');
          }
          pattern.appendCodePoint(c);
        });
    return new WildcardQuery(new Term(field, pattern.append('*').toString()));
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
    if (name.modifier().equals("identifier")) {
      return terms(
          FieldNames.identifier(field), each(values, value -> token(name, value)), Terms::exact);
    }
    return terms(
        field,
        values.stream().flatMap(value -> references(parameter, name, value).stream()).toList(),
        Terms::exact);
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
      case STRING, REFERENCE, URI, COMPOSITE ->
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
