package org.rodnan.search;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.FieldExistsQuery;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermInSetQuery;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.util.BytesRef;
import org.hl7.fhir.r4.model.MetadataResource;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.Limits;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.fhir.ResourceTypes;
import org.rodnan.index.FieldNames;
import org.rodnan.index.ParameterDefinition;
import org.rodnan.index.ParameterKind;
import org.rodnan.index.SearchParameters;

/** The parameters that select resources, each a Lucene query. Thread safe. */
final class Criteria {
  private static final String REVERSE_CHAIN = "_has:";

  /** Lucene makes it everything, at no cost, when nothing contained is there. */
  private static final Query NOT_CONTAINED = new FieldExistsQuery(FieldNames.NUMBER);

  private static final Set<String> OF_EVERY_RESOURCE =
      Set.of("_text", "_content", "_list", "_filter", "_query");

  /** A chain without types may lead to every type at every link. */
  private static final int BRANCHES_MAX = 1_000;

  private final SearchParameters parameters;
  private final ValueQueries values;
  private final Limits limits;

  /** What chains lead to; null if that is found by the same fields. */
  private final @Nullable Criteria ofTargets;

  Criteria(SearchParameters parameters, ValueQueries values, Limits limits) {
    this(parameters, values, limits, null);
  }

  private Criteria(
      SearchParameters parameters,
      ValueQueries values,
      Limits limits,
      @Nullable Criteria ofTargets) {
    this.parameters = parameters;
    this.values = values;
    this.limits = limits;
    this.ofTargets = ofTargets;
  }

  /**
   * The same parameters, asked of contained resources (R4, search.html#contained). Its clauses find
   * nothing but these, once they are joined with {@link #typesOfContained}.
   */
  Criteria ofContained() {
    return new Criteria(parameters, values, limits, this);
  }

  private boolean isOfContained() {
    return ofTargets != null;
  }

  private Criteria ofTargets() {
    return ofTargets == null ? this : ofTargets;
  }

  /** What stands for types in {@link #all} when contained resources are searched. */
  static List<String> typesOfContained(Collection<String> types) {
    return types.stream().map(FieldNames::contained).toList();
  }

  /**
   * One criterion as a query.
   *
   * @param impliesType whether it finds only resources of the one type searched
   */
  record Clause(Query query, boolean impliesType) {}

  /**
   * @param types the types searched; empty means all
   * @throws UnknownParameterException if one of the types doesn't have the parameter
   */
  Clause clause(List<String> types, SearchRequest.Parameter parameter) {
    return clause(types, parameter.name(), parameter, Path.start());
  }

  /** What is asked of the resource at the other end of a link. */
  interface Inner {
    /**
     * @throws InapplicableException if it can't be asked of the type
     */
    Clause on(String type, Path path);
  }

  /** How far down a chain, and how many branches the whole parameter has. */
  record Path(int depth, int[] branches) {
    static Path start() {
      return new Path(0, new int[1]);
    }

    Path deeper() {
      return new Path(depth + 1, branches);
    }
  }

  Clause clause(List<String> types, String name, SearchRequest.Parameter whole, Path path) {
    requireWithin(path, whole);
    requireAskable(name, whole);
    if (whole.value().isBlank()) {
      throw new FhirFailure.Malformed(
          "Search parameter '" + whole.name() + "' has no value", whole.name());
    }
    Optional<Query> special = ofEveryResource(types, name, whole, path);
    if (special.isPresent()) {
      return new Clause(special.get(), false);
    }
    if (name.startsWith(REVERSE_CHAIN)) {
      return new Clause(reverseChain(types, name, whole, path), false);
    }
    ParameterName parsed = ParameterName.parse(name);
    List<ParameterDefinition> definitions = resolve(types, parsed);
    boolean isOfOneType =
        types.size() == 1 && !definitions.getFirst().isOfEveryType() && !isOfContained();
    List<Query> queries = new ArrayList<>();
    for (ParameterDefinition definition : definitions) {
      queries.add(
          parsed.isChained()
              ? chain(definition, parsed, whole, path)
              : single(definition, parsed, whole));
    }
    return new Clause(ValueQueries.anyOf(queries), isOfOneType);
  }

  /** Lists and references of others can't name a contained resource. */
  private void requireAskable(String name, SearchRequest.Parameter whole) {
    boolean isAskable =
        !name.startsWith(REVERSE_CHAIN) && !name.equals("_list") && !name.equals("_filter");
    if (isOfContained() && !isAskable) {
      throw new InapplicableException(
          "Search parameter '"
              + whole.name()
              + "' can't be asked of contained resources; expected _contained=false, or the"
              + " parameters of their type, _text or _content");
    }
  }

  /** The parameters that no SearchParameter defines by an expression. */
  private Optional<Query> ofEveryResource(
      List<String> types, String name, SearchRequest.Parameter whole, Path path) {
    return switch (name) {
      case "_text" -> Optional.of(FullText.query(ofWords(FieldNames.TEXT), values(whole), whole));
      case "_content" ->
          Optional.of(FullText.query(ofWords(FieldNames.CONTENT), values(whole), whole));
      case "_list" -> Optional.of(list(whole));
      case "_filter" -> Optional.of(new Filter(this, whole).query(types, path));
      case "_query" ->
          throw new FhirFailure.Malformed(
              IssueType.NOTSUPPORTED,
              "Search parameter '_query': no named query is defined on this server",
              whole.name());
      default -> {
        String code = name.split("[:.]", 2)[0];
        if (OF_EVERY_RESOURCE.contains(code)) {
          throw new FhirFailure.Malformed(
              IssueType.NOTSUPPORTED,
              "Search parameter '" + whole.name() + "': '" + code + "' takes no modifier",
              whole.name());
        }
        yield Optional.empty();
      }
    };
  }

  private String ofWords(String field) {
    return isOfContained() ? FieldNames.contained(field) : field;
  }

  /** What the entries of a List refer to (R4, search.html#list). */
  private Query list(SearchRequest.Parameter whole) {
    List<String> ids = new ArrayList<>();
    for (String value : values(whole)) {
      String id = value.startsWith("List/") ? value.substring("List/".length()) : value;
      if (!ResourceKey.isId(id)) {
        throw new FhirFailure.Malformed(
            IssueType.NOTSUPPORTED,
            "Search parameter '_list': found '"
                + value
                + "', expected the id of a List; a functional list stands alone, not in a"
                + " condition",
            whole.name());
      }
      ids.add(id);
    }
    Query lists =
        and(
            new TermInSetQuery(FieldNames.ID, ids.stream().map(BytesRef::new).toList()),
            ofTypes(List.of("List")));
    return new JoinQuery(lists, FieldNames.targets(ofLists("item").field()), FieldNames.NUMBER);
  }

  /** What the entries of a functional list refer to. */
  Clause clause(FunctionalList list) {
    List<String> type = List.of("List");
    List<Clause> clauses =
        list.criteria().stream().map(criterion -> clause(type, criterion)).toList();
    return new Clause(
        new CurrentListQuery(all(type, clauses), ofLists("item"), ofLists("date")), false);
  }

  private ParameterDefinition ofLists(String code) {
    return parameters
        .find("List", code)
        .orElseThrow(() -> new IllegalStateException("R4 defines List." + code));
  }

  void requireWithin(Path path, SearchRequest.Parameter whole) {
    if (path.depth() > limits.chainDepthMax()) {
      throw new FhirFailure.Malformed(
          IssueType.TOOCOSTLY,
          "Search parameter '"
              + whole.name()
              + "' has more links than rodnan.limits.chain-depth-max allows, "
              + limits.chainDepthMax(),
          whole.name());
    }
    path.branches()[0]++;
    if (path.branches()[0] > BRANCHES_MAX) {
      throw new FhirFailure.Malformed(
          IssueType.TOOCOSTLY,
          "Search parameter '"
              + whole.name()
              + "' may lead to too many types; name the type of each link, as in subject:Patient",
          whole.name());
    }
  }

  /** The parameter on each of the types, each field once. */
  List<ParameterDefinition> resolve(Collection<String> types, ParameterName name) {
    Map<String, ParameterDefinition> byField = new LinkedHashMap<>();
    Collection<String> searched = types.isEmpty() ? ResourceTypes.all() : types;
    for (String type : searched) {
      ParameterDefinition definition =
          parameters
              .find(type, name.code())
              .filter(found -> !types.isEmpty() || found.isOfEveryType())
              .orElseThrow(() -> unknown(types, name.full()));
      ParameterDefinition asked = isOfContained() ? definition.ofContained() : definition;
      byField.put(asked.field(), asked);
    }
    return new ArrayList<>(byField.values());
  }

  /** What is common to all of the types, to name what was perhaps meant. */
  UnknownParameterException unknown(Collection<String> types, String name) {
    Collection<ParameterDefinition> known =
        types.size() == 1 ? parameters.of(types.iterator().next()) : parameters.ofEveryType();
    Set<String> codes = new TreeSet<>();
    known.forEach(definition -> codes.add(definition.code()));
    return new UnknownParameterException(
        name, types.isEmpty() ? "all types" : String.join(", ", types), codes);
  }

  private Query single(
      ParameterDefinition definition, ParameterName name, SearchRequest.Parameter whole) {
    requireModifier(definition, name, whole);
    if (name.modifier().equals("missing")) {
      return missing(definition, whole);
    }
    Query query = values.query(definition, name, parts(whole));
    return switch (name.modifier()) {
      case "not", "not-in" -> not(definition, query);
      default -> query;
    };
  }

  /** The values joined by commas, without their escapes. */
  private List<String> values(SearchRequest.Parameter whole) {
    return parts(whole).stream().map(Escapes::unescape).toList();
  }

  /** The values joined by commas, with their escapes. */
  private List<String> parts(SearchRequest.Parameter whole) {
    List<String> parts = Escapes.split(whole.value(), ',');
    if (parts.size() > limits.orValuesMax()) {
      throw new FhirFailure.Malformed(
          IssueType.TOOCOSTLY,
          "Search parameter '"
              + whole.name()
              + "' has "
              + parts.size()
              + " values; rodnan.limits.or-values-max allows "
              + limits.orValuesMax(),
          whole.name());
    }
    if (parts.stream().anyMatch(String::isBlank)) {
      throw new FhirFailure.Malformed(
          "Search parameter '" + whole.name() + "': found an empty value between commas",
          whole.name());
    }
    return parts;
  }

  /** Values of a parameter, for callers that have read them from elsewhere. */
  ValueQueries values() {
    return values;
  }

  private static void requireModifier(
      ParameterDefinition definition, ParameterName name, SearchRequest.Parameter whole) {
    if (!name.hasModifier() || modifiers(definition).contains(name.modifier())) {
      return;
    }
    if (definition.kind() == ParameterKind.REFERENCE && isTarget(definition, name.modifier())) {
      return;
    }
    throw new InapplicableException(
        "Search parameter '"
            + whole.name()
            + "': found modifier ':"
            + name.modifier()
            + "', expected one of "
            + modifiers(definition)
            + (definition.kind() == ParameterKind.REFERENCE
                ? " or one of the types " + new TreeSet<>(definition.targets())
                : "")
            + " or none");
  }

  private static List<String> modifiers(ParameterDefinition definition) {
    return switch (definition.kind()) {
      case TOKEN ->
          definition.code().equals(FieldNames.ID)
              ? List.of("missing", "not")
              : List.of("missing", "not", "text", "in", "not-in", "below", "above", "of-type");
      case STRING -> List.of("missing", "exact", "contains");
      case URI -> List.of("missing", "below", "above");
      case REFERENCE -> List.of("missing", "identifier", "text", "below", "above");
      case DATE, NUMBER, QUANTITY, COMPOSITE, SPECIAL -> List.of("missing");
    };
  }

  static boolean isTarget(ParameterDefinition definition, String type) {
    return ResourceTypes.isType(type)
        && (definition.targets().isEmpty()
            || definition.targets().contains(type)
            || definition.targets().contains("Resource"));
  }

  private static Query missing(ParameterDefinition definition, SearchRequest.Parameter whole) {
    return missing(definition, isMissing(whole));
  }

  private static boolean isMissing(SearchRequest.Parameter whole) {
    return switch (whole.value()) {
      case "true" -> true;
      case "false" -> false;
      default ->
          throw new FhirFailure.Malformed(
              "Search parameter '"
                  + whole.name()
                  + "': found '"
                  + whole.value()
                  + "', expected true or false",
              whole.name());
    };
  }

  static Query missing(ParameterDefinition definition, boolean isMissing) {
    String field = definition.field();
    String code = definition.code();
    if (code.equals(FieldNames.ID) || code.equals(FieldNames.LAST_UPDATED)) {
      return isMissing ? new MatchNoDocsQuery("always there") : new MatchAllDocsQuery();
    }
    Query present = new TermQuery(new Term(FieldNames.PRESENT, field));
    return isMissing ? not(definition, present) : present;
  }

  /** All resources that have the parameter, or could, but for those found. */
  static Query not(ParameterDefinition definition, Query query) {
    Query all =
        definition.isOfEveryType() || definition.isOfContained()
            ? new MatchAllDocsQuery()
            : ofTypes(List.of(definition.type()));
    return new BooleanQuery.Builder()
        .add(all, BooleanClause.Occur.FILTER)
        .add(query, BooleanClause.Occur.MUST_NOT)
        .build();
  }

  /** Resources of the types. */
  static Query ofTypes(Collection<String> types) {
    return types.size() == 1
        ? new TermQuery(new Term(FieldNames.TYPE, types.iterator().next()))
        : new TermInSetQuery(FieldNames.TYPE, types.stream().map(BytesRef::new).toList());
  }

  private Query chain(
      ParameterDefinition definition,
      ParameterName name,
      SearchRequest.Parameter whole,
      Path path) {
    requireReference(definition, name.modifier(), whole);
    return follow(
        definition,
        name.modifier(),
        path,
        (target, deeper) -> ofTargets().clause(List.of(target), name.chain(), whole, deeper));
  }

  /**
   * @param type of the target; empty means any
   */
  void requireReference(
      ParameterDefinition definition, String type, SearchRequest.Parameter whole) {
    if (definition.kind() != ParameterKind.REFERENCE) {
      throw new InapplicableException(
          "Search parameter '"
              + whole.name()
              + "': '"
              + definition.code()
              + "' is of type "
              + definition.kind().code()
              + ", only a reference can be chained");
    }
    if (!type.isEmpty() && !isTarget(definition, type)) {
      throw new InapplicableException(
          "Search parameter '"
              + whole.name()
              + "': found modifier ':"
              + type
              + "' before a chain, expected one of the types "
              + new TreeSet<>(definition.targets()));
    }
  }

  /**
   * Resources that refer to others of which something is asked.
   *
   * @param type the only type that counts at the other end; empty means any
   * @throws InapplicableException if it can be asked of none of the types
   */
  Query follow(ParameterDefinition definition, String type, Path path, Inner asked) {
    Set<String> targets = type.isEmpty() ? new TreeSet<>(targets(definition)) : Set.of(type);
    List<Query> inner = new ArrayList<>();
    Optional<InapplicableException> inapplicable = Optional.empty();
    for (String target : targets) {
      try {
        inner.add(typed(asked.on(target, path.deeper()), target));
      } catch (InapplicableException e) {
        inapplicable = Optional.of(e);
      }
    }
    if (inner.isEmpty()) {
      throw inapplicable.orElseThrow();
    }
    Query any = ValueQueries.anyOf(inner);
    Query byReference =
        new JoinQuery(any, FieldNames.NUMBER, FieldNames.targets(definition.field()));
    return targets.stream().anyMatch(Criteria::hasCanonical)
        ? ValueQueries.anyOf(
            List.of(
                byReference,
                new CanonicalJoinQuery(
                    any, FieldNames.CANONICAL, FieldNames.canonicals(definition.field()))))
        : byReference;
  }

  private static Query typed(Clause clause, String type) {
    return clause.impliesType() ? clause.query() : and(clause.query(), ofTypes(List.of(type)));
  }

  /** Whether resources of the type may be referred to by a canonical URL. */
  static boolean hasCanonical(String type) {
    return MetadataResource.class.isAssignableFrom(
        FhirContexts.r4().getResourceDefinition(type).getImplementingClass());
  }

  private static Collection<String> targets(ParameterDefinition definition) {
    return definition.targets().isEmpty() || definition.targets().contains("Resource")
        ? ResourceTypes.all()
        : definition.targets();
  }

  static Query and(Query first, Query second) {
    return new BooleanQuery.Builder()
        .add(first, BooleanClause.Occur.FILTER)
        .add(second, BooleanClause.Occur.FILTER)
        .build();
  }

  /** {@code _has:Observation:patient:code=…} (R4, search.html#has). */
  private Query reverseChain(
      List<String> types, String name, SearchRequest.Parameter whole, Path path) {
    String[] parts = name.split(":", 4);
    if (parts.length < 4 || parts[3].isEmpty()) {
      throw new FhirFailure.Malformed(
          "Search parameter '"
              + whole.name()
              + "': expected _has:[type]:[reference parameter]:[parameter], as in"
              + " _has:Observation:patient:code",
          whole.name());
    }
    return reverse(
        types,
        parts[1],
        parts[2],
        whole,
        path,
        (source, deeper) -> clause(List.of(source), parts[3], whole, deeper));
  }

  /**
   * Resources to which others refer of which something is asked.
   *
   * @param code the reference of the others
   * @throws InapplicableException if it doesn't lead to one of the types
   */
  Query reverse(
      List<String> types,
      String source,
      String code,
      SearchRequest.Parameter whole,
      Path path,
      Inner asked) {
    if (!ResourceTypes.isType(source)) {
      throw new FhirFailure.Malformed(
          "Search parameter '" + whole.name() + "': '" + source + "' is not a resource type",
          whole.name());
    }
    ParameterDefinition reference =
        parameters.find(source, code).orElseThrow(() -> unknown(List.of(source), code));
    boolean leadsHere =
        reference.kind() == ParameterKind.REFERENCE
            && (types.isEmpty() || types.stream().anyMatch(type -> isTarget(reference, type)));
    if (!leadsHere) {
      throw new InapplicableException(
          "Search parameter '"
              + whole.name()
              + "': '"
              + code
              + "' of "
              + source
              + " is not a reference to "
              + String.join(", ", types));
    }
    Query inner = typed(asked.on(source, path.deeper()), source);
    Query byReference =
        new JoinQuery(inner, FieldNames.targets(reference.field()), FieldNames.NUMBER);
    return (types.isEmpty() ? ResourceTypes.all() : types).stream().anyMatch(Criteria::hasCanonical)
        ? ValueQueries.anyOf(
            List.of(
                byReference,
                new CanonicalJoinQuery(
                    inner, FieldNames.canonicals(reference.field()), FieldNames.CANONICAL)))
        : byReference;
  }

  /** Joins clauses and the types they are about into one query. */
  static Query all(List<String> types, List<Clause> clauses) {
    Set<Query> filters = new LinkedHashSet<>();
    clauses.forEach(clause -> filters.add(clause.query()));
    if (!types.isEmpty() && clauses.stream().noneMatch(Clause::impliesType)) {
      filters.add(ofTypes(types));
    }
    if (types.isEmpty()) {
      filters.add(NOT_CONTAINED);
    }
    if (filters.size() == 1) {
      return filters.iterator().next();
    }
    BooleanQuery.Builder all = new BooleanQuery.Builder();
    filters.forEach(filter -> all.add(filter, BooleanClause.Occur.FILTER));
    return all.build();
  }
}
