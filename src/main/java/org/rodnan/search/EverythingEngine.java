package org.rodnan.search;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.PrefixQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermInSetQuery;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.util.BytesRef;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.Limits;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.fhir.ResourceTypes;
import org.rodnan.index.Compartment;
import org.rodnan.index.FieldNames;
import org.rodnan.index.IndexSnapshot;
import org.rodnan.index.ParameterDefinition;
import org.rodnan.index.ParameterKind;
import org.rodnan.index.SearchParameters;
import org.rodnan.index.StoredBody;
import org.rodnan.search.SearchRequest.Parameter;

/**
 * Everything about one resource, or about all of a type (R4, patient-operation-everything.html):
 * the resource, its record, and what the record refers to, in the order of creation.
 *
 * <ul>
 *   <li>The record of an owner of a compartment is the compartment; that of any other resource is
 *       whatever refers to it.
 *   <li>What the record refers to comes along, but for other owners of such a compartment: the
 *       record of one patient doesn't show another patient. What that refers to comes along too, as
 *       far as it is of no patient's compartment, and so on, {@code
 *       rodnan.limits.include-depth-max} times.
 * </ul>
 *
 * Pages are those of a search: of one point in time, exact in their total, continued by a cursor.
 * Thread safe; fails as {@link SearchEngine} does.
 */
public final class EverythingEngine {
  private static final String PATIENT = "Patient";

  /** Documents of records that are kept for next pages. */
  private static final long KEPT_DOCUMENTS_MAX = 4_000_000;

  /** Dates of persons, not of their care. */
  private static final Set<String> DATES_OF_LIFE = Set.of("birthdate", "death-date");

  private static final List<String> COMPARTMENT_TYPES =
      ResourceTypes.all().stream().filter(type -> Compartment.has(PATIENT, type)).toList();

  private final Snapshots snapshots;
  private final Planning planning;
  private final Limits limits;
  private final KeptRequests keptRequests;
  private final Cache<KeptKey, Documents.InOrder> kept =
      Caffeine.newBuilder()
          .executor(Runnable::run)
          .maximumWeight(KEPT_DOCUMENTS_MAX)
          .weigher((KeptKey key, Documents.InOrder record) -> record.docs().length + 1)
          .build();

  private record KeptKey(IndexReader.CacheKey reader, SearchRequest request) {}

  /**
   * Whom it is about.
   *
   * @param owner empty means all of the type
   */
  private record Subject(String type, Optional<ResourceKey> owner) {
    /** Those of its request, which tell its cursors from others. */
    List<String> types() {
      return owner.isPresent() ? List.of() : List.of(type);
    }

    Query itself() {
      Query ofType = Criteria.ofTypes(List.of(type));
      return owner
          .map(key -> Criteria.and(new TermQuery(new Term(FieldNames.ID, key.id())), ofType))
          .orElse(ofType);
    }

    Query linked() {
      String field = Compartment.isOwner(type) ? FieldNames.COMPARTMENT : FieldNames.TARGET;
      return owner
          .<Query>map(key -> new TermQuery(new Term(field, key.toString())))
          .orElseGet(() -> new PrefixQuery(new Term(field, type + "/")));
    }

    @Override
    public String toString() {
      return owner.map(ResourceKey::toString).orElse("all of " + type);
    }
  }

  EverythingEngine(Snapshots snapshots, Planning planning, Limits limits) {
    this.snapshots = snapshots;
    this.planning = planning;
    this.limits = limits;
    this.keptRequests = new KeptRequests(limits.pinnedSnapshotAgeMax());
  }

  /**
   * The first page.
   *
   * @param owner that the index need not hold; then there is nothing
   * @param parameters {@code _since}, {@code _type}, {@code _count}, {@code start}, {@code end}
   * @throws FhirFailure.Malformed for another parameter or a value that can't be understood
   */
  public SearchPage search(ResourceKey owner, List<Parameter> parameters) {
    return search(new Subject(owner.type(), Optional.of(owner)), parameters);
  }

  /**
   * The first page of everything about all resources of a type, each once.
   *
   * @param parameters as for one resource
   * @throws FhirFailure.Malformed for another parameter or a value that can't be understood
   */
  public SearchPage search(String type, List<Parameter> parameters) {
    return search(new Subject(type, Optional.empty()), parameters);
  }

  private SearchPage search(Subject subject, List<Parameter> parameters) {
    SearchRequest request = new SearchRequest(subject.types(), subject.owner(), parameters, false);
    EverythingPlan plan = EverythingPlan.of(request, limits);
    try (IndexSnapshot snapshot = snapshots.current()) {
      return page(subject, plan, request, snapshot, Optional.empty());
    }
  }

  /**
   * The page of a next link, as {@link SearchEngine#next}.
   *
   * @throws FhirFailure.Malformed if the cursor is not one of this owner
   */
  public SearchPage next(ResourceKey owner, String cursor) {
    return next(new Subject(owner.type(), Optional.of(owner)), cursor);
  }

  /**
   * The page of a next link of {@link #search(String, List)}.
   *
   * @throws FhirFailure.Malformed if the cursor is not one of everything about this type
   */
  public SearchPage next(String type, String cursor) {
    return next(new Subject(type, Optional.empty()), cursor);
  }

  private SearchPage next(Subject subject, String cursor) {
    Cursor decoded = Cursor.decode(cursor, keptRequests);
    SearchRequest request = decoded.request();
    boolean fits =
        request.compartment().equals(subject.owner())
            && request.types().equals(subject.types())
            && decoded.after().size() == 1
            && decoded.hasLastCreated();
    if (!fits) {
      throw new FhirFailure.Malformed("The page link is not one of everything about " + subject);
    }
    EverythingPlan plan = EverythingPlan.of(request, limits);
    try (IndexSnapshot snapshot = snapshots.of(decoded)) {
      return page(subject, plan, request, snapshot, Optional.of(decoded));
    }
  }

  private SearchPage page(
      Subject subject,
      EverythingPlan plan,
      SearchRequest request,
      IndexSnapshot snapshot,
      Optional<Cursor> cursor) {
    try {
      IndexSearcher searcher = snapshots.withTimeout(snapshot);
      Documents.InOrder whole = whole(subject, plan, request, snapshot, searcher);
      int from = cursor.map(after -> whole.after(after.lastCreated())).orElse(0);
      int to = Math.min(from + plan.count(), whole.docs().length);
      long total = cursor.flatMap(Cursor::total).orElse((long) whole.docs().length);
      Optional<String> next = Optional.empty();
      if (from < to && to < whole.docs().length) {
        snapshots.pin(snapshot);
        next =
            Optional.of(
                new Cursor(
                        request,
                        snapshot.position(),
                        Optional.of(total),
                        List.of(whole.created()[to - 1]))
                    .encode(keptRequests));
      }
      int[] docs = Arrays.copyOfRange(whole.docs(), from, to);
      return new SearchPage(
          Documents.bodies(searcher, docs).stream().map(EverythingEngine::entry).toList(),
          OptionalLong.of(total),
          plan.self(),
          next,
          List.of());
    } catch (IOException e) {
      throw new FhirFailure.Fault("The index can't be read", e);
    }
  }

  private static SearchPage.Entry entry(StoredBody body) {
    return SearchPage.Entry.of(body, SearchPage.Mode.MATCH);
  }

  private static Query criterion(Criteria criteria, String type, String code, String value) {
    List<String> types = type.equals("Resource") ? List.of() : List.of(type);
    return criteria.clause(types, new Parameter(code, value)).query();
  }

  /** All that belongs to it and is asked for; found once for all pages of a snapshot. */
  private Documents.InOrder whole(
      Subject subject,
      EverythingPlan plan,
      SearchRequest request,
      IndexSnapshot snapshot,
      IndexSearcher searcher)
      throws IOException {
    KeptKey key = new KeptKey(searcher.getIndexReader().getReaderCacheHelper().getKey(), request);
    Documents.InOrder known = kept.getIfPresent(key);
    if (known != null) {
      return known;
    }
    Criteria criteria = planning.with(snapshot.parameters()).criteria();
    List<Query> filters = new ArrayList<>();
    if (!plan.types().isEmpty()) {
      filters.add(Criteria.ofTypes(plan.types()));
    }
    plan.since()
        .ifPresent(since -> filters.add(criterion(criteria, "Resource", "_lastUpdated", since)));
    int[] docs = docs(subject, plan, snapshot, criteria, searcher);
    if (!filters.isEmpty()) {
      Documents.LongSet numbers = new Documents.LongSet();
      Documents.addNumbers(searcher, docs, FieldNames.NUMBER, numbers);
      filters.add(JoinQuery.among(FieldNames.NUMBER, numbers));
      docs = Documents.found(searcher, filters.stream().reduce(Criteria::and).orElseThrow());
    }
    Documents.InOrder whole = Documents.inOrder(searcher, docs);
    snapshots.requireInTime(searcher, () -> "everything about " + subject);
    kept.put(key, whole);
    return whole;
  }

  /** The record and what it refers to. */
  private int[] docs(
      Subject subject,
      EverythingPlan plan,
      IndexSnapshot snapshot,
      Criteria criteria,
      IndexSearcher searcher)
      throws IOException {
    int[] found = Documents.found(searcher, record(subject, plan, snapshot, criteria));
    IntStream.Builder all = IntStream.builder();
    Arrays.stream(found).forEach(all);
    Documents.LongSet known = new Documents.LongSet();
    Query leftOut =
        Compartment.isOwner(subject.type()) ? Criteria.ofTypes(List.of(subject.type())) : null;
    for (int round = 0; round <= limits.includeDepthMax() && found.length > 0; round++) {
      Documents.addNumbers(searcher, found, FieldNames.NUMBER, known);
      Documents.LongSet targets = new Documents.LongSet();
      Documents.addNumbers(searcher, found, FieldNames.LINKS, targets);
      targets.bits().andNot(known.bits());
      if (round > 0) {
        leftOut = Criteria.ofTypes(COMPARTMENT_TYPES);
      }
      BooleanQuery.Builder next =
          new BooleanQuery.Builder()
              .add(JoinQuery.among(FieldNames.NUMBER, targets), BooleanClause.Occur.FILTER);
      if (leftOut != null) {
        next.add(leftOut, BooleanClause.Occur.MUST_NOT);
      }
      found = Documents.found(searcher, next.build());
      Arrays.stream(found).forEach(all);
    }
    return all.build().toArray();
  }

  /** The owners, and their records as far as they are of the time asked for. */
  private static Query record(
      Subject subject, EverythingPlan plan, IndexSnapshot snapshot, Criteria criteria) {
    Query linked = subject.linked();
    boolean isOfAllTimes = plan.start().isEmpty() && plan.end().isEmpty();
    if (isOfAllTimes && Compartment.isOwner(subject.type())) {
      return linked;
    }
    Query inTime =
        isOfAllTimes ? linked : Criteria.and(linked, ofTime(plan, snapshot.parameters(), criteria));
    return ValueQueries.anyOf(List.of(subject.itself(), inTime));
  }

  /** Resources without a date of care, and those with one that the time asked for touches. */
  private static Query ofTime(EverythingPlan plan, SearchParameters parameters, Criteria criteria) {
    Set<String> fields = new LinkedHashSet<>();
    BooleanQuery.Builder any = new BooleanQuery.Builder();
    for (String type : ResourceTypes.all()) {
      for (ParameterDefinition definition : parameters.of(type)) {
        if (definition.kind() == ParameterKind.DATE
            && !definition.isOfEveryType()
            && parameters.isIndexed(definition)
            && !DATES_OF_LIFE.contains(definition.code())
            && fields.add(definition.field())) {
          BooleanQuery.Builder touched = new BooleanQuery.Builder();
          plan.start()
              .ifPresent(start ->
                  touched.add(
                      criterion(criteria, type, definition.code(), "ge" + start),
                      BooleanClause.Occur.FILTER));
          plan.end()
              .ifPresent(end ->
                  touched.add(
                      criterion(criteria, type, definition.code(), "le" + end),
                      BooleanClause.Occur.FILTER));
          any.add(touched.build(), BooleanClause.Occur.SHOULD);
        }
      }
    }
    Collection<BytesRef> terms = fields.stream().map(BytesRef::new).toList();
    Query undated =
        new BooleanQuery.Builder()
            .add(new MatchAllDocsQuery(), BooleanClause.Occur.FILTER)
            .add(new TermInSetQuery(FieldNames.PRESENT, terms), BooleanClause.Occur.MUST_NOT)
            .build();
    return any.add(undated, BooleanClause.Occur.SHOULD).build();
  }
}
