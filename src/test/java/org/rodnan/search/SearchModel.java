package org.rodnan.search;

import java.math.BigDecimal;
import java.text.Normalizer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import org.apache.lucene.util.BytesRef;
import org.hl7.fhir.r4.model.Address;
import org.hl7.fhir.r4.model.Base;
import org.hl7.fhir.r4.model.BaseDateTimeType;
import org.hl7.fhir.r4.model.CanonicalType;
import org.hl7.fhir.r4.model.CodeType;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.Coding;
import org.hl7.fhir.r4.model.ContactPoint;
import org.hl7.fhir.r4.model.DateTimeType;
import org.hl7.fhir.r4.model.DecimalType;
import org.hl7.fhir.r4.model.Enumeration;
import org.hl7.fhir.r4.model.HumanName;
import org.hl7.fhir.r4.model.Identifier;
import org.hl7.fhir.r4.model.IntegerType;
import org.hl7.fhir.r4.model.MetadataResource;
import org.hl7.fhir.r4.model.Period;
import org.hl7.fhir.r4.model.PrimitiveType;
import org.hl7.fhir.r4.model.Quantity;
import org.hl7.fhir.r4.model.Range;
import org.hl7.fhir.r4.model.Reference;
import org.hl7.fhir.r4.model.Resource;
import org.hl7.fhir.r4.model.SearchParameter;
import org.hl7.fhir.r4.model.StringType;
import org.hl7.fhir.r4.model.Timing;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.FhirContexts;

/**
 * R4's search over resources in memory, as plainly as it can be said: every criterion looks at
 * every resource. What the standard leaves open is as src/docs/search.md has it.
 */
final class SearchModel {
  private static final String UCUM = "http://unitsofmeasure.org";

  /** Unit, its base unit, and how many of those it is. */
  private static final Map<String, Unit> UNITS =
      Map.of(
          "g", new Unit("g", "1"),
          "mg", new Unit("g", "0.001"),
          "kg", new Unit("g", "1000"),
          "L", new Unit("m3", "0.001"),
          "mL", new Unit("m3", "0.000001"));

  private record Unit(String base, BigDecimal factor) {
    Unit(String base, String factor) {
      this(base, new BigDecimal(factor));
    }
  }

  /** By Type/id, in the order of creation. */
  private final Map<String, Resource> resources = new LinkedHashMap<>();

  private final Map<String, Long> order = new HashMap<>();
  private final ModelParameters parameters = new ModelParameters(this::resolved);
  private final Map<String, List<Base>> values = new HashMap<>();
  private final String base;
  private final Instant now;

  SearchModel(String base, Instant now) {
    this.base = base;
    this.now = now;
  }

  void put(Resource resource) {
    String key = key(resource);
    order.putIfAbsent(key, (long) order.size());
    resources.put(key, resource);
    values.clear();
  }

  void delete(String key) {
    resources.remove(key);
    values.clear();
  }

  static String key(Resource resource) {
    return resource.fhirType() + "/" + resource.getIdElement().getIdPart();
  }

  List<Resource> all() {
    List<Resource> all = new ArrayList<>(resources.values());
    all.sort(byCreation());
    return all;
  }

  List<Resource> ofType(String type) {
    return all().stream().filter(resource -> resource.fhirType().equals(type)).toList();
  }

  ModelParameters parameters() {
    return parameters;
  }

  private Comparator<Resource> byCreation() {
    return Comparator.comparing(resource -> Objects.requireNonNull(order.get(key(resource))));
  }

  /** What a reference in the data leads to: a dangling one to an empty resource of its type. */
  private @Nullable Resource resolved(String reference) {
    String key = local(reference);
    Resource found = key == null ? null : resources.get(key);
    if (found != null) {
      return found;
    }
    String[] parts = reference.split("/", -1);
    int at = Arrays.asList(parts).indexOf("_history");
    int end = at < 0 ? parts.length : at;
    if (end < 2) {
      return null;
    }
    try {
      return (Resource) FhirContexts.r4().getResourceDefinition(parts[end - 2]).newInstance();
    } catch (RuntimeException e) {
      return null;
    }
  }

  /** Type/id of a reference to this server, null of others. */
  @Nullable String local(String reference) {
    String relative =
        reference.startsWith(base + "/") ? reference.substring(base.length() + 1) : reference;
    String[] parts = relative.split("/", -1);
    boolean isLocal =
        (parts.length == 2 || (parts.length == 4 && parts[2].equals("_history")))
            && !parts[0].contains(":");
    return isLocal ? parts[0] + "/" + parts[1] : null;
  }

  /** What a parameter selects in a resource. */
  List<Base> values(Resource resource, String code) {
    return values.computeIfAbsent(
        key(resource) + " " + code,
        unused ->
            parameters.select(resource, parameters.get(resource.fhirType(), code).getExpression()));
  }

  // Criteria

  private boolean matchesContent(Resource resource, String value) {
    List<String> texts =
        FhirContexts.r4()
            .newTerser()
            .getAllPopulatedChildElementsOfType(resource, StringType.class)
            .stream()
            .filter(text -> !(text instanceof CodeType))
            .map(text -> " " + plain(text.getValue()) + " ")
            .toList();
    return Arrays.stream(plain(value).split(" ", -1))
        .allMatch(word -> texts.stream().anyMatch(text -> text.contains(" " + word + " ")));
  }

  /** Whether a search for it on the type is understood at all. */
  boolean isKnown(String type, SearchCriterion criterion) {
    return switch (criterion) {
      case SearchCriterion.Single single -> parameters.has(type, single.code());
      case SearchCriterion.Content content -> true;
      case SearchCriterion.Filter filter ->
          filter.parts().stream().allMatch(part -> isKnown(type, part));
      case SearchCriterion.Chain chain ->
          parameters.has(type, chain.code())
              && targetTypes(type, chain.code()).stream()
                  .filter(target -> chain.type().isEmpty() || chain.type().equals(target))
                  .anyMatch(target -> isKnown(target, chain.inner()));
      case SearchCriterion.Reverse reverse ->
          targetTypes(reverse.source(), reverse.reference()).contains(type)
              && isKnown(reverse.source(), reverse.inner());
    };
  }

  Set<String> targetTypes(String type, String code) {
    Set<String> types = new TreeSet<>();
    parameters.get(type, code).getTarget().forEach(target -> types.add(target.getCode()));
    return types;
  }

  boolean matches(Resource resource, SearchCriterion criterion) {
    return switch (criterion) {
      case SearchCriterion.Single single -> matches(resource, single);
      case SearchCriterion.Content content -> matchesContent(resource, content.value());
      case SearchCriterion.Filter filter ->
          switch (filter.word()) {
            case "and" -> filter.parts().stream().allMatch(part -> matches(resource, part));
            case "or" -> filter.parts().stream().anyMatch(part -> matches(resource, part));
            default -> !matches(resource, filter.parts().getFirst());
          };
      case SearchCriterion.Chain chain ->
          targets(resource, chain.code()).stream()
              .filter(to -> chain.type().isEmpty() || chain.type().equals(to.fhirType()))
              .filter(to -> targetTypes(resource.fhirType(), chain.code()).contains(to.fhirType()))
              .filter(to -> isKnown(to.fhirType(), chain.inner()))
              .anyMatch(to -> matches(to, chain.inner()));
      case SearchCriterion.Reverse reverse ->
          ofType(reverse.source()).stream()
              .filter(from -> targets(from, reverse.reference()).contains(resource))
              .anyMatch(from -> matches(from, reverse.inner()));
    };
  }

  /** The resources of this server that a reference parameter leads to. */
  List<Resource> targets(Resource resource, String code) {
    List<Resource> all = new ArrayList<>();
    for (Base value : values(resource, code)) {
      if (value instanceof Reference reference && reference.hasReference()) {
        String key = local(reference.getReference());
        Resource target = key == null ? null : resources.get(key);
        if (target != null) {
          all.add(target);
        }
      } else if (value instanceof CanonicalType canonical) {
        String[] parts = canonical.getValue().split("\\|", -1);
        for (Resource each : all()) {
          if (each instanceof MetadataResource definition
              && parts[0].equals(definition.getUrl())
              && (parts.length == 1 || parts[1].equals(definition.getVersion()))) {
            all.add(each);
          }
        }
      }
    }
    return all;
  }

  private boolean matches(Resource resource, SearchCriterion.Single single) {
    SearchParameter parameter = parameters.get(resource.fhirType(), single.code());
    List<Base> found = values(resource, single.code());
    switch (single.modifier()) {
      case "missing" -> {
        boolean isMissing =
            parameter.hasComponent()
                ? found.stream().allMatch(element -> hasNoPart(parameter, element))
                : found.isEmpty();
        return isMissing == Boolean.parseBoolean(single.value());
      }
      case "not" -> {
        return Escapes.split(single.value(), ',').stream()
            .noneMatch(value -> anyMatches(resource, parameter, "", found, value));
      }
      default -> {
        return Escapes.split(single.value(), ',').stream()
            .anyMatch(value -> anyMatches(resource, parameter, single.modifier(), found, value));
      }
    }
  }

  private boolean hasNoPart(SearchParameter composite, Base element) {
    return composite.getComponent().stream()
        .anyMatch(part -> parameters.select(element, part.getExpression()).isEmpty());
  }

  private boolean anyMatches(
      Resource resource,
      SearchParameter parameter,
      String modifier,
      List<Base> found,
      String value) {
    return switch (parameter.getCode()) {
      case "_id" -> resource.getIdElement().getIdPart().equals(Escapes.unescape(value));
      case "_lastUpdated" ->
          found.stream().anyMatch(element -> matchesDate(element, Escapes.unescape(value)));
      default -> found.stream().anyMatch(element -> matches(parameter, modifier, element, value));
    };
  }

  private boolean matches(SearchParameter parameter, String modifier, Base element, String value) {
    return switch (parameter.getType()) {
      case TOKEN ->
          switch (modifier) {
            case "text" -> textsBeside(element).stream().anyMatch(text -> startsWith(text, value));
            case "of-type" -> isOfType(element, value);
            default -> tokens(element).stream().anyMatch(token -> token.matches(value));
          };
      case STRING ->
          texts(element).stream()
              .anyMatch(text -> matchesText(modifier, text, Escapes.unescape(value)));
      case DATE -> matchesDate(element, Escapes.unescape(value));
      case NUMBER -> matchesNumber(element, Escapes.unescape(value));
      case QUANTITY -> matchesQuantity(element, value);
      case REFERENCE ->
          switch (modifier) {
            case "identifier" -> matchesIdentifier(element, value);
            case "text" ->
                element instanceof Reference reference
                    && reference.hasDisplay()
                    && startsWith(reference.getDisplay(), value);
            default -> matchesReference(modifier, element, Escapes.unescape(value));
          };
      case URI -> matchesUri(modifier, element.primitiveValue(), Escapes.unescape(value));
      case COMPOSITE -> matchesComposite(parameter, element, value);
      default -> throw new IllegalArgumentException(parameter.getCode());
    };
  }

  // Token

  private record Token(@Nullable String system, @Nullable String code) {
    boolean matches(String value) {
      List<String> parts = Escapes.split(value, '|').stream().map(Escapes::unescape).toList();
      if (parts.size() == 1) {
        return parts.getFirst().equals(code);
      }
      boolean isSystem =
          parts.getFirst().isEmpty() ? system == null : parts.getFirst().equals(system);
      return isSystem && (parts.get(1).isEmpty() || parts.get(1).equals(code));
    }
  }

  private static List<Token> tokens(Base element) {
    return switch (element) {
      case CodeableConcept concept ->
          concept.getCoding().stream().flatMap(coding -> tokens(coding).stream()).toList();
      case Coding coding -> List.of(new Token(coding.getSystem(), coding.getCode()));
      case Identifier identifier ->
          List.of(new Token(identifier.getSystem(), identifier.getValue()));
      case ContactPoint contact ->
          List.of(
              new Token(null, contact.getValue()),
              new Token(null, contact.getValue().toLowerCase(Locale.ROOT)));
      case Enumeration<?> code ->
          List.of(
              new Token(null, code.getValueAsString()),
              new Token(code.getSystem(), code.getValueAsString()));
      default -> List.of(new Token(null, element.primitiveValue()));
    };
  }

  private static List<String> textsBeside(Base element) {
    List<@Nullable String> texts = new ArrayList<>();
    switch (element) {
      case CodeableConcept concept -> {
        texts.add(concept.getText());
        concept.getCoding().forEach(coding -> texts.add(coding.getDisplay()));
      }
      case Coding coding -> texts.add(coding.getDisplay());
      case Identifier identifier -> texts.add(identifier.getType().getText());
      default -> {}
    }
    return texts.stream().filter(Objects::nonNull).map(Objects::requireNonNull).toList();
  }

  private static boolean startsWith(String text, String value) {
    return plain(text).startsWith(plain(Escapes.unescape(value)));
  }

  private static boolean isOfType(Base element, String value) {
    List<String> parts = Escapes.split(value, '|').stream().map(Escapes::unescape).toList();
    return element instanceof Identifier identifier
        && parts.get(2).equals(identifier.getValue())
        && identifier.getType().getCoding().stream()
            .anyMatch(type ->
                parts.get(1).equals(type.getCode())
                    && parts.get(0).equals(Objects.requireNonNullElse(type.getSystem(), "")));
  }

  // String

  private static List<String> texts(Base element) {
    List<@Nullable String> texts = new ArrayList<>();
    switch (element) {
      case HumanName name -> {
        texts.add(name.getText());
        texts.add(name.getFamily());
        name.getGiven().forEach(given -> texts.add(given.getValue()));
        name.getPrefix().forEach(prefix -> texts.add(prefix.getValue()));
        name.getSuffix().forEach(suffix -> texts.add(suffix.getValue()));
      }
      case Address address -> {
        texts.add(address.getText());
        address.getLine().forEach(line -> texts.add(line.getValue()));
        texts.addAll(
            Arrays.asList(
                address.getCity(),
                address.getDistrict(),
                address.getState(),
                address.getPostalCode(),
                address.getCountry()));
      }
      case CodeableConcept concept -> {
        texts.add(concept.getText());
        concept.getCoding().forEach(coding -> texts.add(coding.getDisplay()));
      }
      default -> texts.add(element.primitiveValue());
    }
    return texts.stream().filter(Objects::nonNull).map(Objects::requireNonNull).toList();
  }

  static String plain(String text) {
    return Normalizer.normalize(text, Normalizer.Form.NFKD)
        .replaceAll("\\p{M}", "")
        .toLowerCase(Locale.ROOT)
        .replace('ł', 'l')
        .replaceAll("['.]", "")
        .replaceAll("[^\\p{L}\\p{N}]+", " ")
        .strip();
  }

  private static boolean matchesText(String modifier, String text, String value) {
    return switch (modifier) {
      case "exact" -> text.equals(value);
      case "contains" -> plain(text).contains(plain(value));
      default -> plain(text).startsWith(plain(value));
    };
  }

  // Dates, numbers, quantities: all are intervals

  /** Both ends included; null means open. */
  private record Interval<T extends Comparable<T>>(@Nullable T low, @Nullable T high) {
    boolean isWithin(Interval<T> other) {
      return (other.low == null || (low != null && low.compareTo(other.low) >= 0))
          && (other.high == null || (high != null && high.compareTo(other.high) <= 0));
    }

    boolean endsAfter(T bound) {
      return high == null || high.compareTo(bound) > 0;
    }

    boolean startsBefore(T bound) {
      return low == null || low.compareTo(bound) < 0;
    }

    boolean startsAfter(T bound) {
      return low != null && low.compareTo(bound) > 0;
    }

    boolean endsBefore(T bound) {
      return high != null && high.compareTo(bound) < 0;
    }

    boolean overlaps(T from, T to) {
      return !startsAfter(to) && !endsBefore(from);
    }
  }

  private record Prefixed(String prefix, String rest) {
    static Prefixed of(String value) {
      boolean has = value.matches("(eq|ne|gt|lt|ge|le|sa|eb|ap).+");
      return has
          ? new Prefixed(value.substring(0, 2), value.substring(2))
          : new Prefixed("eq", value);
    }
  }

  private static Interval<Long> time(String text) {
    if (text.contains("T")) {
      String whole = text.matches(".*T\\d\\d:\\d\\d(Z|[+-].*)?") ? "minute" : "second";
      String full = whole.equals("minute") ? text.replaceFirst("(T\\d\\d:\\d\\d)", "$1:00") : text;
      String zoned = full.matches(".*(Z|[+-]\\d\\d:\\d\\d)") ? full : full + "Z";
      long start = OffsetDateTime.parse(zoned).toInstant().toEpochMilli();
      long width = whole.equals("minute") ? 60_000 : text.contains(".") ? 1 : 1000;
      return new Interval<>(start, start + width - 1);
    }
    LocalDate first;
    LocalDate next;
    switch (text.length()) {
      case 4 -> {
        first = LocalDate.of(Integer.parseInt(text), 1, 1);
        next = first.plusYears(1);
      }
      case 7 -> {
        first = YearMonth.parse(text).atDay(1);
        next = first.plusMonths(1);
      }
      default -> {
        first = LocalDate.parse(text);
        next = first.plusDays(1);
      }
    }
    return new Interval<>(millis(first), millis(next) - 1);
  }

  private static long millis(LocalDate day) {
    return day.atStartOfDay(ZoneOffset.UTC).toInstant().toEpochMilli();
  }

  private static Optional<Interval<Long>> time(Base element) {
    return switch (element) {
      case BaseDateTimeType time -> Optional.of(time(time.getValueAsString()));
      case Period period ->
          Optional.of(
              new Interval<>(
                  period.hasStart()
                      ? time(period.getStartElement().getValueAsString()).low()
                      : null,
                  period.hasEnd() ? time(period.getEndElement().getValueAsString()).high() : null));
      case Timing timing -> {
        List<Interval<Long>> events = new ArrayList<>();
        for (DateTimeType event : timing.getEvent()) {
          events.add(time(event.getValueAsString()));
        }
        yield events.isEmpty()
            ? Optional.empty()
            : Optional.of(
                new Interval<>(
                    events.stream()
                        .map(e -> Objects.requireNonNull(e.low()))
                        .min(Long::compare)
                        .get(),
                    events.stream()
                        .map(e -> Objects.requireNonNull(e.high()))
                        .max(Long::compare)
                        .get()));
      }
      default -> Optional.empty();
    };
  }

  private boolean matchesDate(Base element, String value) {
    Prefixed prefixed = Prefixed.of(value);
    Interval<Long> wanted = time(prefixed.rest());
    long low = Objects.requireNonNull(wanted.low());
    long high = Objects.requireNonNull(wanted.high());
    long gap = Math.abs(now.toEpochMilli() - low) / 10;
    return time(element)
        .filter(
            found -> compares(prefixed.prefix(), found, wanted, low, high, low - gap, high + gap))
        .isPresent();
  }

  private static <T extends Comparable<T>> boolean compares(
      String prefix,
      Interval<T> found,
      Interval<T> implied,
      T low,
      T high,
      T aboutLow,
      T aboutHigh) {
    return switch (prefix) {
      case "eq" -> found.isWithin(implied);
      case "ne" -> !found.isWithin(implied);
      case "gt" -> found.endsAfter(high);
      case "lt" -> found.startsBefore(low);
      case "ge" -> found.endsAfter(high) || found.isWithin(new Interval<>(low, high));
      case "le" -> found.startsBefore(low) || found.isWithin(new Interval<>(low, high));
      case "sa" -> found.startsAfter(high);
      case "eb" -> found.endsBefore(low);
      default -> found.overlaps(aboutLow, aboutHigh);
    };
  }

  /** Compares numbers after both were multiplied by a factor. */
  private static boolean comparesNumbers(
      String value, Interval<BigDecimal> found, BigDecimal factor) {
    Prefixed prefixed = Prefixed.of(value);
    BigDecimal number = new BigDecimal(prefixed.rest());
    BigDecimal half = new BigDecimal("0.5").movePointLeft(number.scale());
    BigDecimal tenth = number.abs().movePointLeft(1);
    BigDecimal exact = number.multiply(factor);
    // The upper end of what the digits imply is the first number that rounds to another one.
    BigDecimal upper = number.add(half).multiply(factor);
    boolean isWithin =
        found.low() != null
            && found.low().compareTo(number.subtract(half).multiply(factor)) >= 0
            && found.high() != null
            && found.high().compareTo(upper) < 0;
    return switch (prefixed.prefix()) {
      case "eq" -> isWithin;
      case "ne" -> !isWithin;
      default ->
          compares(
              prefixed.prefix(),
              found,
              new Interval<>(exact, exact),
              exact,
              exact,
              number.subtract(tenth).multiply(factor),
              number.add(tenth).multiply(factor));
    };
  }

  private static boolean matchesNumber(Base element, String value) {
    return switch (element) {
      case DecimalType number ->
          comparesNumbers(
              value, new Interval<>(number.getValue(), number.getValue()), BigDecimal.ONE);
      case IntegerType number -> {
        BigDecimal whole = new BigDecimal(number.getValue());
        yield comparesNumbers(value, new Interval<>(whole, whole), BigDecimal.ONE);
      }
      case Range range ->
          comparesNumbers(
              value,
              new Interval<>(range.getLow().getValue(), range.getHigh().getValue()),
              BigDecimal.ONE);
      default -> false;
    };
  }

  private record Measured(
      Interval<BigDecimal> range,
      @Nullable String system,
      @Nullable String code,
      @Nullable String text) {}

  private static Optional<Measured> measured(Base element) {
    return switch (element) {
      case Quantity quantity when quantity.hasValue() -> {
        BigDecimal value = quantity.getValue();
        Interval<BigDecimal> range = new Interval<>(value, value);
        if (quantity.hasComparator()) {
          range =
              switch (quantity.getComparator()) {
                case GREATER_OR_EQUAL -> new Interval<>(value, null);
                case LESS_OR_EQUAL -> new Interval<>(null, value);
                default -> throw new IllegalArgumentException("not in the data");
              };
        }
        yield Optional.of(
            new Measured(range, quantity.getSystem(), quantity.getCode(), quantity.getUnit()));
      }
      case Range range -> {
        Quantity unit = range.hasLow() ? range.getLow() : range.getHigh();
        yield Optional.of(
            new Measured(
                new Interval<>(range.getLow().getValue(), range.getHigh().getValue()),
                unit.getSystem(),
                unit.getCode(),
                unit.getUnit()));
      }
      default -> Optional.empty();
    };
  }

  private static Interval<BigDecimal> times(Interval<BigDecimal> range, BigDecimal factor) {
    return new Interval<>(
        range.low() == null ? null : range.low().multiply(factor),
        range.high() == null ? null : range.high().multiply(factor));
  }

  private static boolean matchesQuantity(Base element, String value) {
    Optional<Measured> measured = measured(element);
    if (measured.isEmpty()) {
      return false;
    }
    Measured found = measured.get();
    List<String> parts = Escapes.split(value, '|').stream().map(Escapes::unescape).toList();
    if (parts.size() == 1) {
      return comparesNumbers(value, found.range(), BigDecimal.ONE);
    }
    String system = parts.get(1);
    String code = parts.get(2);
    Unit wanted = system.isEmpty() || system.equals(UCUM) ? UNITS.get(code) : null;
    Unit unit = UCUM.equals(found.system()) ? UNITS.get(String.valueOf(found.code())) : null;
    if (wanted != null && unit != null && wanted.base().equals(unit.base())) {
      return comparesNumbers(
          parts.getFirst(), times(found.range(), unit.factor()), wanted.factor());
    }
    boolean sameName =
        system.isEmpty()
            ? code.equals(found.code()) || code.equals(found.text())
            : system.equals(found.system()) && code.equals(found.code());
    return sameName
        && unit == null
        && comparesNumbers(parts.getFirst(), found.range(), BigDecimal.ONE);
  }

  // Reference, uri

  private static boolean matchesIdentifier(Base element, String value) {
    return element instanceof Reference reference
        && reference.hasIdentifier()
        && tokens(reference.getIdentifier()).stream().anyMatch(token -> token.matches(value));
  }

  private boolean matchesReference(String modifier, Base element, String value) {
    if (element instanceof CanonicalType canonical) {
      String text = canonical.getValue();
      return text.equals(value) || text.replaceFirst("\\|.*", "").equals(value);
    }
    Reference reference = (Reference) element;
    if (!reference.hasReference()) {
      return false;
    }
    String text = reference.getReference();
    String key = local(text);
    if (!modifier.isEmpty()) {
      String wanted = value.contains("/") ? local(value) : modifier + "/" + value;
      return key != null && key.equals(wanted);
    }
    if (!value.contains("/")) {
      return key != null && key.endsWith("/" + value);
    }
    String wanted = value.startsWith(base + "/") ? value.substring(base.length() + 1) : value;
    return wanted.equals(key) || text.equals(wanted) || text.equals(base + "/" + wanted);
  }

  private static boolean matchesUri(String modifier, String uri, String value) {
    return switch (modifier) {
      case "below" -> uri.startsWith(value);
      case "above" -> isAbove(uri, value) || isAbove(uri.replaceFirst("\\|.*", ""), value);
      default -> uri.equals(value) || uri.replaceFirst("\\|.*", "").equals(value);
    };
  }

  private static boolean isAbove(String uri, String value) {
    return value.equals(uri) || value.startsWith(uri.endsWith("/") ? uri : uri + "/");
  }

  // Composite

  private boolean matchesComposite(SearchParameter composite, Base element, String value) {
    List<String> parts = Escapes.split(value, '$');
    for (int i = 0; i < parts.size(); i++) {
      SearchParameter.SearchParameterComponentComponent component = composite.getComponent().get(i);
      SearchParameter of = parameters.definition(component.getDefinition());
      String part = parts.get(i);
      boolean any =
          parameters.select(element, component.getExpression()).stream()
              .anyMatch(found -> matches(of, "", found, part));
      if (!any) {
        return false;
      }
    }
    return true;
  }

  // Order

  /** The matches in the order asked for. */
  List<Resource> sorted(List<Resource> matches, List<String> keys) {
    Comparator<Resource> comparator = null;
    for (String key : keys) {
      boolean falls = key.startsWith("-");
      String code = falls ? key.substring(1) : key;
      Comparator<Resource> next =
          Comparator.comparing(
              resource -> sortValue(resource, code, falls),
              (a, b) ->
                  a.isEmpty() || b.isEmpty()
                      ? Boolean.compare(a.isEmpty(), b.isEmpty())
                      : falls ? compare(b.get(), a.get()) : compare(a.get(), b.get()));
      comparator = comparator == null ? next : comparator.thenComparing(next);
    }
    List<Resource> sorted = new ArrayList<>(matches);
    sorted.sort(comparator == null ? byCreation() : comparator.thenComparing(byCreation()));
    return sorted;
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private static int compare(Comparable a, Comparable b) {
    return a.compareTo(b);
  }

  private static Optional<Comparable<?>> best(List<Comparable<?>> all, boolean falls) {
    BiPredicate<Comparable<?>, Comparable<?>> isBetter =
        (a, b) -> falls ? compare(a, b) > 0 : compare(a, b) < 0;
    return all.stream().reduce((a, b) -> isBetter.test(b, a) ? b : a);
  }

  private Optional<Comparable<?>> sortValue(Resource resource, String code, boolean falls) {
    List<Comparable<?>> all = new ArrayList<>();
    if (code.contains(".")) {
      String[] link = code.split("[:.]", 3);
      targets(resource, link[0]).stream()
          .filter(target -> target.fhirType().equals(link[1]))
          .forEach(target -> sortValue(target, link[2], falls).ifPresent(all::add));
      return best(all, falls);
    }
    SearchParameter parameter = parameters.get(resource.fhirType(), code);
    if (code.equals("_id")) {
      return Optional.of(new BytesRef(resource.getIdElement().getIdPart()));
    }
    for (Base element : values(resource, code)) {
      switch (parameter.getType()) {
        case DATE ->
            time(element)
                .ifPresent(range -> {
                  all.add(range.low() == null ? Long.MIN_VALUE : range.low());
                  all.add(range.high() == null ? Long.MAX_VALUE : range.high());
                });
        case NUMBER, QUANTITY -> addNumbers(element, all);
        case TOKEN ->
            tokens(element)
                .forEach(token -> {
                  if (token.code() != null) {
                    all.add(new BytesRef(token.code()));
                  }
                });
        case STRING -> texts(element).forEach(text -> all.add(new BytesRef(plain(text))));
        case REFERENCE -> {
          if (element instanceof Reference reference && reference.hasReference()) {
            String key = local(reference.getReference());
            all.add(new BytesRef(key == null ? reference.getReference() : key));
          } else if (element instanceof CanonicalType canonical) {
            all.add(new BytesRef(canonical.getValue()));
          }
        }
        case URI -> all.add(new BytesRef(element.primitiveValue()));
        default -> throw new IllegalArgumentException(code);
      }
    }
    return best(all, falls);
  }

  private static void addNumbers(Base element, List<Comparable<?>> all) {
    if (element instanceof PrimitiveType<?> number) {
      all.add(new BigDecimal(number.getValueAsString()).doubleValue());
      return;
    }
    measured(element)
        .ifPresent(found -> {
          Unit unit = UCUM.equals(found.system()) ? UNITS.get(String.valueOf(found.code())) : null;
          Interval<BigDecimal> range =
              unit == null ? found.range() : times(found.range(), unit.factor());
          all.add(range.low() == null ? Double.NEGATIVE_INFINITY : range.low().doubleValue());
          all.add(range.high() == null ? Double.POSITIVE_INFINITY : range.high().doubleValue());
        });
  }
}
