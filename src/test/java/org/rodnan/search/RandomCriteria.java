package org.rodnan.search;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.hl7.fhir.r4.model.Base;
import org.hl7.fhir.r4.model.BaseDateTimeType;
import org.hl7.fhir.r4.model.CanonicalType;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.Coding;
import org.hl7.fhir.r4.model.ContactPoint;
import org.hl7.fhir.r4.model.DecimalType;
import org.hl7.fhir.r4.model.Enumeration;
import org.hl7.fhir.r4.model.Enumerations.SearchParamType;
import org.hl7.fhir.r4.model.HumanName;
import org.hl7.fhir.r4.model.Identifier;
import org.hl7.fhir.r4.model.Period;
import org.hl7.fhir.r4.model.Quantity;
import org.hl7.fhir.r4.model.Reference;
import org.hl7.fhir.r4.model.Resource;
import org.hl7.fhir.r4.model.SearchParameter;

/** Random criteria about values that are really there, or nearly. */
final class RandomCriteria {
  private static final List<String> PREFIXES =
      List.of("", "eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap");

  private final Random random;
  private final SearchModel model;
  private final RandomTrial trial;

  RandomCriteria(Random random, SearchModel model, RandomTrial trial) {
    this.random = random;
    this.model = model;
    this.trial = trial;
  }

  private boolean chance(int oneIn) {
    return random.nextInt(oneIn) == 0;
  }

  private <T> T any(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  /**
   * @param links how many links it may have
   */
  SearchCriterion criterion(String type, int links) {
    while (true) {
      int kind = links == 0 ? 9 : random.nextInt(12);
      Optional<? extends SearchCriterion> found =
          switch (kind) {
            case 0, 1 -> chain(type, links);
            case 2, 3 -> reverse(type, links);
            case 10 -> Optional.of(new SearchCriterion.Content(words()));
            case 11 -> filter(type, links);
            default -> single(type);
          };
      if (found.isPresent()) {
        return found.get();
      }
    }
  }

  private String words() {
    return any(List.of("alpha", "Gamma", "muller", "lund", "lund clinic", "ALPHA text", "béta"));
  }

  private Optional<SearchCriterion.Filter> filter(String type, int links) {
    String word = any(List.of("and", "or", "not"));
    List<SearchCriterion> parts = new ArrayList<>();
    for (int i = word.equals("not") ? 1 : 2; i > 0; i--) {
      Optional<? extends SearchCriterion> part =
          chance(4) && links > 1
              ? filter(type, links - 1)
              : chance(4) ? test(chain(type, 1)) : test(single(type));
      if (part.isEmpty()) {
        return Optional.empty();
      }
      parts.add(part.get());
    }
    return Optional.of(new SearchCriterion.Filter(word, parts));
  }

  /** What can be said as a test of a filter, meaning the same. */
  private Optional<? extends SearchCriterion> test(Optional<? extends SearchCriterion> found) {
    return found.filter(criterion ->
        switch (criterion) {
          case SearchCriterion.Single single ->
              single.modifier().isEmpty()
                  && !single.value().contains(",")
                  && !single.value().contains("\\")
                  && !single.value().contains("$")
                  && !isText(single.code());
          case SearchCriterion.Chain chain -> test(Optional.of(chain.inner())).isPresent();
          default -> false;
        });
  }

  /** A filter's eq is not the start of a text, but all of it. */
  private boolean isText(String code) {
    return RandomTrial.TYPES.stream()
        .filter(type -> model.parameters().has(type, code))
        .anyMatch(type ->
            model.parameters().get(type, code).getType() == SearchParamType.STRING
                || model.parameters().get(type, code).hasComponent());
  }

  private Optional<SearchCriterion.Chain> chain(String type, int links) {
    List<SearchParameter> references = references(type);
    if (references.isEmpty()) {
      return Optional.empty();
    }
    String code = any(references).getCode();
    List<String> targets =
        model.targetTypes(type, code).stream().filter(RandomTrial.TYPES::contains).toList();
    if (targets.isEmpty()) {
      return Optional.empty();
    }
    String target = any(targets);
    SearchCriterion inner = criterion(target, links - 1);
    return Optional.of(new SearchCriterion.Chain(code, chance(2) ? target : "", inner));
  }

  private List<SearchParameter> references(String type) {
    return model.parameters().ofType(type).values().stream()
        .filter(parameter -> parameter.getType() == SearchParamType.REFERENCE)
        .filter(parameter -> !parameter.getTarget().isEmpty())
        .toList();
  }

  private Optional<SearchCriterion.Reverse> reverse(String type, int links) {
    String source = any(RandomTrial.TYPES);
    List<SearchParameter> leading =
        references(source).stream()
            .filter(parameter -> model.targetTypes(source, parameter.getCode()).contains(type))
            .toList();
    return leading.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new SearchCriterion.Reverse(
                source, any(leading).getCode(), criterion(source, links - 1)));
  }

  Optional<SearchCriterion.Single> single(String type) {
    SearchParameter parameter = any(List.copyOf(model.parameters().ofType(type).values()));
    String code = parameter.getCode();
    if (chance(12)) {
      return code.startsWith("_") && parameter.getType() == SearchParamType.COMPOSITE
          ? Optional.empty()
          : Optional.of(new SearchCriterion.Single(code, "missing", chance(2) ? "true" : "false"));
    }
    List<String> values = new ArrayList<>();
    String modifier = chance(3) ? modifier(parameter) : "";
    for (int i = chance(4) ? 1 + random.nextInt(3) : 1; i > 0; i--) {
      value(type, parameter, modifier).ifPresent(values::add);
    }
    return values.isEmpty()
        ? Optional.empty()
        : Optional.of(new SearchCriterion.Single(code, modifier, String.join(",", values)));
  }

  private String modifier(SearchParameter parameter) {
    return switch (parameter.getType()) {
      case TOKEN ->
          parameter.getCode().equals("_id") ? "not" : any(List.of("not", "text", "of-type"));
      case STRING -> any(List.of("exact", "contains"));
      case URI -> any(List.of("above", "below"));
      case REFERENCE ->
          parameter.getTarget().isEmpty() || chance(2)
              ? any(List.of("identifier", "text"))
              : any(parameter.getTarget()).getCode();
      default -> "";
    };
  }

  /** Something like a value that a resource of the type has. */
  private Optional<String> value(String type, SearchParameter parameter, String modifier) {
    List<Resource> resources = model.ofType(type);
    for (int attempt = 0; attempt < 8; attempt++) {
      List<Base> found = model.values(any(resources), parameter.getCode());
      if (!found.isEmpty()) {
        return value(parameter, modifier, any(found));
      }
    }
    return Optional.empty();
  }

  private Optional<String> value(SearchParameter parameter, String modifier, Base element) {
    return switch (parameter.getType()) {
      case TOKEN ->
          parameter.getCode().equals("_id")
              ? Optional.of(element.primitiveValue().replaceFirst(".*/", ""))
              : switch (modifier) {
                case "text" -> Optional.of(any(List.of("Alp", "alpha text", "gamma", "some")));
                case "of-type" -> ofType(element);
                default -> token(element);
              };
      case STRING -> text(element).map(text -> escaped(partOf(text, modifier)));
      case DATE -> Optional.of(date(element));
      case NUMBER -> Optional.of(any(PREFIXES) + number(element));
      case QUANTITY -> quantity(element);
      case REFERENCE -> reference(element, modifier);
      case URI -> Optional.of(uri(element.primitiveValue(), modifier));
      case COMPOSITE -> composite(parameter, element);
      default -> Optional.empty();
    };
  }

  private static Optional<String> ofType(Base element) {
    return element instanceof Identifier identifier && identifier.getType().hasCoding()
        ? Optional.of(
            String.valueOf(identifier.getType().getCodingFirstRep().getSystem()).replace("null", "")
                + "|"
                + identifier.getType().getCodingFirstRep().getCode()
                + "|"
                + escaped(identifier.getValue()))
        : Optional.empty();
  }

  private static String escaped(String text) {
    return text.replaceAll("([\\\\,$|])", "\\\\$1");
  }

  private Optional<String> token(Base element) {
    return switch (element) {
      case CodeableConcept concept ->
          concept.hasCoding() ? token(any(concept.getCoding())) : Optional.empty();
      case Coding coding -> Optional.of(token(coding.getSystem(), coding.getCode()));
      case Identifier identifier ->
          Optional.of(token(identifier.getSystem(), identifier.getValue()));
      case ContactPoint contact -> Optional.of(escaped(contact.getValue()));
      case Enumeration<?> code -> Optional.of(token(code.getSystem(), code.getValueAsString()));
      default -> Optional.of(escaped(element.primitiveValue()));
    };
  }

  private String token(@org.jspecify.annotations.Nullable String system, String code) {
    String known = system == null ? "" : system;
    return switch (random.nextInt(6)) {
      case 0 -> known + "|" + escaped(code);
      case 1 -> any(RandomTrial.SYSTEMS) + "|" + escaped(code);
      case 2 -> known.isEmpty() ? "|" + escaped(code) : known + "|";
      case 3 -> "|" + escaped(code);
      default -> escaped(code);
    };
  }

  private static Optional<String> text(Base element) {
    return switch (element) {
      case HumanName name -> Optional.ofNullable(name.getFamily());
      case org.hl7.fhir.r4.model.Address address -> Optional.ofNullable(address.getCity());
      case CodeableConcept concept ->
          concept.hasText()
              ? Optional.of(concept.getText())
              : concept.getCoding().stream()
                  .filter(Coding::hasDisplay)
                  .map(Coding::getDisplay)
                  .findFirst();
      default -> Optional.ofNullable(element.primitiveValue());
    };
  }

  private String partOf(String text, String modifier) {
    int from = modifier.equals("contains") ? random.nextInt(text.length()) : 0;
    String part =
        modifier.equals("exact") && !chance(3)
            ? text
            : text.substring(from, from + 1 + random.nextInt(text.length() - from));
    boolean hasWord = !SearchModel.plain(part).isEmpty();
    String whole = hasWord ? part.strip() : text;
    return chance(3) ? whole.toLowerCase(java.util.Locale.ROOT) : whole;
  }

  private String date(Base element) {
    String date =
        switch (element) {
          case BaseDateTimeType time -> time.getValueAsString();
          case Period period ->
              period.hasStart() && (chance(2) || !period.hasEnd())
                  ? period.getStartElement().getValueAsString()
                  : period.getEndElement().getValueAsString();
          default -> trial.date();
        };
    String other = chance(3) ? trial.date() : date;
    return any(PREFIXES) + (chance(3) ? other.replaceFirst("-.*", "") : other);
  }

  private String number(Base element) {
    BigDecimal number =
        element instanceof DecimalType decimal
            ? decimal.getValue()
            : new BigDecimal(random.nextInt(60));
    return near(number).toPlainString();
  }

  private BigDecimal near(BigDecimal number) {
    return chance(2) ? number : number.setScale(random.nextInt(3), java.math.RoundingMode.HALF_UP);
  }

  private Optional<String> quantity(Base element) {
    BigDecimal value = new BigDecimal(random.nextInt(60));
    String unit = "||g";
    if (element instanceof Quantity quantity) {
      value = quantity.getValue();
      if (quantity.hasCode()) {
        unit = "|" + (chance(3) ? "" : quantity.getSystem()) + "|" + quantity.getCode();
      } else if (quantity.hasUnit()) {
        unit = "||" + quantity.getUnit();
      }
      if (chance(4) && quantity.hasCode()) {
        unit = unit.replaceFirst("(m?)(g|L)$", "m$2");
      }
    }
    return Optional.of(any(PREFIXES) + near(value).toPlainString() + (chance(3) ? "" : unit));
  }

  private Optional<String> reference(Base element, String modifier) {
    if (element instanceof CanonicalType canonical) {
      return modifier.isEmpty() ? Optional.of(escaped(canonical.getValue())) : Optional.empty();
    }
    if (!(element instanceof Reference reference)) {
      return Optional.empty();
    }
    if (modifier.equals("text")) {
      return Optional.of(any(List.of("alp", "Delta", "delta ONE")));
    }
    if (modifier.equals("identifier")) {
      return Optional.of(
          reference.hasIdentifier()
              ? token(reference.getIdentifier().getSystem(), reference.getIdentifier().getValue())
              : "1");
    }
    String text = reference.getReference();
    String id = text.replaceFirst("/_history.*", "").replaceFirst(".*/", "");
    if (!modifier.isEmpty()) {
      return Optional.of(id);
    }
    String key = model.local(text);
    return Optional.of(
        switch (random.nextInt(4)) {
          case 0 -> id;
          case 1 -> key == null ? text : SearchFixture.BASE + "/" + key;
          case 2 -> text;
          default -> key == null ? id : key;
        });
  }

  private String uri(String uri, String modifier) {
    return escaped(
        switch (modifier) {
          case "above" -> uri + (chance(2) ? "" : "/more/of/it");
          case "below" -> uri.substring(0, 1 + random.nextInt(uri.length()));
          default -> uri;
        });
  }

  private Optional<String> composite(SearchParameter composite, Base element) {
    List<String> parts = new ArrayList<>();
    for (SearchParameter.SearchParameterComponentComponent component : composite.getComponent()) {
      List<Base> found = model.parameters().select(element, component.getExpression());
      Optional<String> part =
          found.isEmpty()
              ? Optional.empty()
              : value(model.parameters().definition(component.getDefinition()), "", any(found));
      if (part.isEmpty()) {
        return Optional.empty();
      }
      parts.add(part.get());
    }
    return Optional.of(String.join("$", parts));
  }

  /** Keys of {@code _sort}. */
  List<String> sort(String type) {
    List<String> keys = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      keys.add((chance(2) ? "-" : "") + (chance(4) ? chainedKey(type) : key(type)));
    }
    return keys;
  }

  private String key(String type) {
    return any(model.parameters().ofType(type).values().stream()
            .filter(parameter -> parameter.getType() != SearchParamType.COMPOSITE)
            .toList())
        .getCode();
  }

  private String chainedKey(String type) {
    List<SearchParameter> references = references(type);
    if (references.isEmpty()) {
      return key(type);
    }
    String code = any(references).getCode();
    String target = any(List.copyOf(model.targetTypes(type, code)));
    return code + ":" + target + "." + key(target);
  }
}
