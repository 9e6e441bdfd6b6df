package org.rodnan.search;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.apache.lucene.search.Query;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.Issue;
import org.rodnan.fhir.Limits;
import org.rodnan.fhir.ResourceTypes;
import org.rodnan.index.FieldNames;
import org.rodnan.index.ParameterDefinition;
import org.rodnan.index.ParameterKind;
import org.rodnan.index.SearchParameters;

/** Understands the parameters of a search (R4, search.html#summary). Thread safe. */
final class SearchPlanner {
  /** Known here, obeyed at the edge. */
  private static final Set<String> OF_THE_EDGE = Set.of("_format", "_pretty", "_elements");

  private static final Set<String> OF_THE_RESULT =
      Set.of(
          "_count",
          "_sort",
          "_total",
          "_summary",
          "_include",
          "_revinclude",
          "_type",
          "_explain",
          "_contained",
          "_containedType");

  private static final Pattern NEAR_NOW = Pattern.compile("(^|[,$ ])ap *\"?\\d");

  private final SearchParameters parameters;
  private final Criteria criteria;
  private final Limits limits;

  SearchPlanner(SearchParameters parameters, Criteria criteria, Limits limits) {
    this.parameters = parameters;
    this.criteria = criteria;
    this.limits = limits;
  }

  /**
   * @throws FhirFailure.Malformed naming the parameter, what was found and what was expected
   */
  SearchPlan plan(SearchRequest request) {
    Draft draft = new Draft(request);
    request.types().forEach(type -> requireType(type, "the path"));
    for (SearchRequest.Parameter parameter : request.parameters()) {
      switch (parameter.name()) {
        case "_type" -> draft.addTypes(parameter);
        case "_contained" -> draft.addContained(parameter);
        case "_containedType" -> draft.addContainedType(parameter);
        default -> {}
      }
    }
    draft.requireTypesOfContained();
    request.parameters().forEach(draft::add);
    return draft.plan();
  }

  /**
   * The query of a conditional interaction.
   *
   * @throws FhirFailure.Malformed also if there are no criteria, or one of them is none
   */
  Query conditional(String type, List<SearchRequest.Parameter> conditions) {
    if (conditions.isEmpty()) {
      throw new FhirFailure.Malformed("A condition must have at least one search parameter");
    }
    List<Criteria.Clause> clauses = new ArrayList<>();
    for (SearchRequest.Parameter condition : conditions) {
      String code = ParameterName.parse(condition.name()).code();
      if (OF_THE_RESULT.contains(code) || OF_THE_EDGE.contains(code)) {
        throw new FhirFailure.Malformed(
            "Search parameter '" + condition.name() + "' has no place in a condition",
            condition.name());
      }
      try {
        clauses.add(criteria.clause(List.of(type), condition));
      } catch (InapplicableException e) {
        throw refused(e, condition);
      }
    }
    return Criteria.all(List.of(type), clauses);
  }

  private static FhirFailure.Malformed refused(
      InapplicableException e, SearchRequest.Parameter parameter) {
    return new FhirFailure.Malformed(
        IssueType.NOTSUPPORTED, String.valueOf(e.getMessage()), parameter.name());
  }

  private static void requireType(String type, String where) {
    if (!ResourceTypes.isType(type)) {
      throw new FhirFailure.Malformed(
          "Found '" + type + "' in " + where + ", expected a resource type of FHIR R4");
    }
  }

  private static FhirFailure.Malformed malformed(
      SearchRequest.Parameter parameter, String expected) {
    return parameter.malformed("Search parameter", expected);
  }

  /**
   * {@code _count}, not more than {@code rodnan.limits.page-size-max}.
   *
   * @throws FhirFailure.Malformed if it is no whole number
   */
  static int count(SearchRequest.Parameter parameter, String kind, Limits limits) {
    if (!parameter.value().matches("\\d+")) {
      throw parameter.malformed(kind, "a whole number of 0 or more");
    }
    return new BigInteger(parameter.value())
        .min(BigInteger.valueOf(limits.pageSizeMax()))
        .intValue();
  }

  /** What is understood so far of one request. */
  private final class Draft {
    private final SearchRequest request;
    private List<String> types;
    private final List<Criteria.Clause> clauses = new ArrayList<>();
    private final List<Criteria.Clause> clausesOfContained = new ArrayList<>();
    private final List<SearchRequest.Parameter> criteriaUsed = new ArrayList<>();
    private final List<SearchPlan.SortKey> sortKeys = new ArrayList<>();
    private final List<SearchPlan.Include> includes = new ArrayList<>();
    private final List<SearchRequest.Parameter> self = new ArrayList<>();
    private final List<Issue> issues = new ArrayList<>();
    private final Set<String> single = new HashSet<>();
    private int count;
    private final List<SearchPlan.Step> steps = new ArrayList<>();
    private boolean explains;
    private boolean findsResources = true;
    private boolean findsContained;
    private boolean showsContained;
    private boolean isCountOnly;
    private boolean hasTotal = true;
    private boolean isTimeless = true;

    Draft(SearchRequest request) {
      this.request = request;
      this.types = request.types();
      this.count = limits.pageSizeDefault();
    }

    void addTypes(SearchRequest.Parameter parameter) {
      if (!request.types().isEmpty()) {
        throw malformed(parameter, "_type only in a search over all types");
      }
      Set<String> named = new LinkedHashSet<>(Escapes.split(parameter.value(), ','));
      named.forEach(type -> requireType(type, "_type"));
      types = List.copyOf(named);
    }

    void add(SearchRequest.Parameter parameter) {
      ParameterName name = ParameterName.parse(parameter.name());
      if (OF_THE_RESULT.contains(name.code()) || OF_THE_EDGE.contains(name.code())) {
        requirePlain(parameter, name);
      }
      try {
        switch (name.code()) {
          case "_type", "_format", "_pretty", "_elements" -> self.add(parameter);
          case "_summary" -> addSummary(parameter);
          case "_count" -> addCount(parameter);
          case "_total" -> addTotal(parameter);
          case "_sort" -> addSort(parameter);
          case "_explain" -> addExplain(parameter);
          case "_contained", "_containedType" -> {
            criteriaUsed.add(parameter);
            self.add(parameter);
          }
          case "_include", "_revinclude" -> addInclude(parameter, name);
          default -> addCriterion(parameter);
        }
      } catch (UnknownParameterException e) {
        if (!request.lenient()) {
          throw refused(e, parameter);
        }
        issues.add(
            Issue.warning(IssueType.NOTSUPPORTED, "Ignored: " + e.getMessage(), parameter.name()));
      } catch (InapplicableException e) {
        throw refused(e, parameter);
      }
    }

    private void requirePlain(SearchRequest.Parameter parameter, ParameterName name) {
      boolean isInclude = name.code().equals("_include") || name.code().equals("_revinclude");
      boolean iterates = isInclude && name.modifier().equals("iterate");
      if (name.isChained() || (name.hasModifier() && !iterates)) {
        throw new FhirFailure.Malformed(
            IssueType.NOTSUPPORTED,
            "Search parameter '"
                + parameter.name()
                + "': expected '"
                + name.code()
                + (isInclude ? "' or '" + name.code() + ":iterate'" : "'"),
            parameter.name());
      }
      if (!isInclude && !single.add(name.code())) {
        throw new FhirFailure.Malformed(
            "Search parameter '" + parameter.name() + "' is given twice, expected once",
            parameter.name());
      }
    }

    private void addCriterion(SearchRequest.Parameter parameter) {
      if (findsResources) {
        addClause(parameter, criteria, clauses);
      }
      if (findsContained) {
        addClause(parameter, criteria.ofContained(), clausesOfContained);
      }
      criteriaUsed.add(parameter);
      self.add(parameter);
      isTimeless &= !NEAR_NOW.matcher(parameter.value()).find();
    }

    private void addClause(
        SearchRequest.Parameter parameter, Criteria asked, List<Criteria.Clause> all) {
      Criteria.Clause clause =
          FunctionalList.isNamedBy(parameter) && !findsContained
              ? asked.clause(FunctionalList.of(parameter, request))
              : asked.clause(types, parameter);
      all.add(clause);
      steps.add(new SearchPlan.Step(parameter, clause.query()));
    }

    private void addSummary(SearchRequest.Parameter parameter) {
      isCountOnly |= parameter.value().equals("count");
      self.add(parameter);
    }

    private void addCount(SearchRequest.Parameter parameter) {
      count = count(parameter, "Search parameter", limits);
      isCountOnly |= count == 0;
      self.add(new SearchRequest.Parameter("_count", Integer.toString(count)));
    }

    private void addTotal(SearchRequest.Parameter parameter) {
      hasTotal =
          switch (parameter.value()) {
            case "none" -> false;
            case "accurate", "estimate" -> true;
            default -> throw malformed(parameter, "none, estimate or accurate");
          };
      self.add(parameter);
    }

    private void addExplain(SearchRequest.Parameter parameter) {
      explains =
          switch (parameter.value()) {
            case "true" -> true;
            case "false" -> false;
            default -> throw malformed(parameter, "true or false");
          };
      self.add(parameter);
    }

    void addContained(SearchRequest.Parameter parameter) {
      findsContained =
          switch (parameter.value()) {
            case "true", "both" -> true;
            case "false" -> false;
            default -> throw malformed(parameter, "true, both or false");
          };
      findsResources = !parameter.value().equals("true");
    }

    void addContainedType(SearchRequest.Parameter parameter) {
      showsContained =
          switch (parameter.value()) {
            case "contained" -> true;
            case "container" -> false;
            default -> throw malformed(parameter, "container or contained");
          };
    }

    void requireTypesOfContained() {
      showsContained &= findsContained;
      if (findsContained && types.isEmpty()) {
        throw new FhirFailure.Malformed(
            IssueType.NOTSUPPORTED,
            "Search parameter '_contained': expected a search of one type, or _type, which says of"
                + " what type the contained resources are to be",
            "_contained");
      }
    }

    private void addSort(SearchRequest.Parameter parameter) {
      for (String key : Escapes.split(parameter.value(), ',')) {
        boolean isDescending = key.startsWith("-");
        String code = isDescending ? key.substring(1) : key;
        sortKeys.add(sortKey(code, isDescending, parameter));
      }
      if (sortKeys.size() > limits.sortKeysMax()) {
        throw malformed(
            parameter, "at most " + limits.sortKeysMax() + " keys (rodnan.limits.sort-keys-max)");
      }
      self.add(parameter);
    }

    private SearchPlan.SortKey sortKey(
        String key, boolean isDescending, SearchRequest.Parameter parameter) {
      int dot = key.indexOf('.');
      if (dot < 0) {
        ParameterDefinition found = sortable(types, key, parameter);
        return new SearchPlan.SortKey(
            Optional.empty(), List.of(found), inside(found), isDescending);
      }
      if (findsContained) {
        throw malformed(parameter, "no reference to sort by when contained resources are searched");
      }
      String[] link = key.substring(0, dot).split(":", 2);
      ParameterDefinition via = sortable(types, link[0], parameter);
      if (via.kind() != ParameterKind.REFERENCE || key.indexOf('.', dot + 1) >= 0) {
        throw malformed(parameter, "a reference, one dot and a parameter of what it leads to");
      }
      String only = link.length == 2 ? link[1] : "";
      criteria.requireReference(via, only, parameter);
      List<ParameterDefinition> all = new ArrayList<>();
      Optional<InapplicableException> inapplicable = Optional.empty();
      for (String target : only.isEmpty() ? new TreeSet<>(via.targets()) : List.of(only)) {
        try {
          all.add(sortable(List.of(target), key.substring(dot + 1), parameter));
        } catch (InapplicableException e) {
          inapplicable = Optional.of(e);
        }
      }
      if (all.isEmpty()) {
        throw inapplicable.orElseGet(() -> criteria.unknown(types, key));
      }
      boolean isNumeric = SearchPlan.SortKey.isNumeric(all.getFirst());
      if (all.stream().anyMatch(each -> SearchPlan.SortKey.isNumeric(each) != isNumeric)) {
        throw malformed(
            parameter, "the type of what " + link[0] + " leads to, as in subject:Patient.name");
      }
      return new SearchPlan.SortKey(Optional.of(via), List.copyOf(all), List.of(), isDescending);
    }

    /** Containers sort by what they contain; matches that are no containers by their own values. */
    private List<ChainedSortField.Target> inside(ParameterDefinition parameter) {
      List<ChainedSortField.Target> inside = new ArrayList<>();
      if (findsContained && !showsContained) {
        String field = FieldNames.sort(parameter.field());
        for (String type : types) {
          inside.add(
              new ChainedSortField.Target(FieldNames.contained(type), FieldNames.CONTAINER, field));
          if (findsResources) {
            inside.add(new ChainedSortField.Target(type, FieldNames.NUMBER, field));
          }
        }
      }
      return inside;
    }

    private ParameterDefinition sortable(
        List<String> types, String code, SearchRequest.Parameter parameter) {
      if (code.isBlank()) {
        throw malformed(parameter, "search parameters joined by commas, '-' before those falling");
      }
      ParameterDefinition found =
          types.size() == 1
              ? parameters.find(types.getFirst(), code).orElse(null)
              : parameters.ofEveryType().stream()
                  .filter(definition -> definition.code().equals(code))
                  .findFirst()
                  .orElse(null);
      if (found == null) {
        throw criteria.unknown(types, code);
      }
      parameters.requireIndexed(found);
      if (found.kind() == ParameterKind.COMPOSITE || found.kind() == ParameterKind.SPECIAL) {
        throw malformed(parameter, "a parameter that is neither a composite nor a place");
      }
      return found;
    }

    private void addInclude(SearchRequest.Parameter parameter, ParameterName name) {
      boolean isReverse = name.code().equals("_revinclude");
      String[] parts = parameter.value().split(":", -1);
      boolean isAny = parameter.value().equals("*") && !isReverse;
      if (!isAny && (parts.length < 2 || parts.length > 3)) {
        throw malformed(
            parameter,
            "[type]:[reference parameter] or [type]:[reference parameter]:[target type]"
                + (isReverse ? "" : " or *"));
      }
      String target = parts.length == 3 ? parts[2] : "";
      if (!target.isEmpty()) {
        requireType(target, "'" + parameter.name() + "'");
      }
      List<ParameterDefinition> followed =
          new ArrayList<>(isAny ? allReferences() : references(parts[0], parts[1], parameter));
      if (showsContained && !isReverse) {
        followed.addAll(followed.stream().map(ParameterDefinition::ofContained).toList());
      }
      includes.add(
          new SearchPlan.Include(isReverse, name.hasModifier(), List.copyOf(followed), target));
      self.add(parameter);
    }

    private List<ParameterDefinition> allReferences() {
      boolean isOfAnyType = types.isEmpty() || (findsContained && !showsContained);
      return (isOfAnyType ? ResourceTypes.all() : types)
          .stream().flatMap(type -> referencesOf(type).stream()).toList();
    }

    private List<ParameterDefinition> referencesOf(String type) {
      List<ParameterDefinition> references =
          parameters.of(type).stream()
              .filter(definition -> definition.kind() == ParameterKind.REFERENCE)
              .toList();
      references.forEach(parameters::requireIndexed);
      return references;
    }

    private List<ParameterDefinition> references(
        String type, String code, SearchRequest.Parameter parameter) {
      requireType(type, "'" + parameter.name() + "'");
      if (code.equals("*")) {
        return referencesOf(type);
      }
      Optional<ParameterDefinition> found = parameters.find(type, code);
      if (found.isEmpty()) {
        throw criteria.unknown(List.of(type), code);
      }
      if (found.get().kind() != ParameterKind.REFERENCE) {
        throw malformed(parameter, "a parameter of type reference");
      }
      return List.of(found.get());
    }

    private Query resources() {
      List<Criteria.Clause> all = new ArrayList<>(clauses);
      request
          .compartment()
          .ifPresent(
              owner -> all.add(new Criteria.Clause(Compartments.members(owner, types), false)));
      return Criteria.all(types, all);
    }

    /** What is contained is in the compartments that its container is in. */
    private Query contained() {
      List<Criteria.Clause> all = new ArrayList<>(clausesOfContained);
      request
          .compartment()
          .map(owner -> Compartments.members(owner, List.of()))
          .map(members -> new JoinQuery(members, FieldNames.NUMBER, FieldNames.CONTAINER))
          .ifPresent(inside -> all.add(new Criteria.Clause(inside, false)));
      Query contained = Criteria.all(Criteria.typesOfContained(types), all);
      return showsContained
          ? contained
          : new JoinQuery(contained, FieldNames.CONTAINER, FieldNames.NUMBER);
    }

    SearchPlan plan() {
      List<Query> found = new ArrayList<>();
      if (findsResources) {
        found.add(resources());
      }
      if (findsContained) {
        found.add(contained());
      }
      Query query = ValueQueries.anyOf(found);
      return new SearchPlan(
          query,
          List.copyOf(sortKeys),
          count,
          isCountOnly,
          hasTotal || isCountOnly,
          List.copyOf(includes),
          List.copyOf(self),
          List.copyOf(issues),
          new SearchRequest(types, request.compartment(), criteriaUsed, false),
          isTimeless,
          SnapshotQuery.isIn(query),
          List.copyOf(steps),
          explains,
          showsContained);
    }
  }
}
