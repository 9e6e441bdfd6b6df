package org.rodnan.search;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.lucene.document.LongField;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.FieldDoc;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.SimpleCollector;
import org.apache.lucene.search.TermInSetQuery;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopFieldCollectorManager;
import org.apache.lucene.search.TopFieldDocs;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.IntsRefBuilder;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.Limits;
import org.rodnan.fhir.LogPosition;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.fhir.ResourceTypes;
import org.rodnan.index.CreationOrder;
import org.rodnan.index.FieldNames;
import org.rodnan.index.IndexSnapshot;
import org.rodnan.index.ParameterDefinition;
import org.rodnan.index.ParameterKind;
import org.rodnan.index.ReferenceText;
import org.rodnan.index.ResourceIndex;
import org.rodnan.index.SearchParameters;
import org.rodnan.index.StoredBody;
import org.rodnan.search.SearchRequest.Parameter;
import org.rodnan.terminology.UnitConversion;

/**
 * Everything about one resource (R4, patient-operation-everything.html): the resource, its record,
 * and what the record refers to, in the order of creation.
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
  private static final Duration RETRY_AFTER = Duration.ofSeconds(5);
  private static final String PATIENT = "Patient";

  /** Each may hold a bit for every resource. */
  private static final int KEPT_MAX = 32;

  /** Up to so many integers are looked up one by one; more are checked against a bit set. */
  private static final int LOOK_UPS_MAX = 1024;

  /** Dates of persons, not of their care. */
  private static final Set<String> DATES_OF_LIFE = Set.of("birthdate", "death-date");

  private final ResourceIndex index;
  private final Supplier<LogPosition> head;
  private final SearchParameters parameters;
  private final Criteria criteria;
  private final Compartments compartments;
  private final Limits limits;
  private final KeptRequests keptRequests;
  private final Set<String> compartmentTypes;
  private final Cache<KeptKey, Documents.LongSet> kept =
      Caffeine.newBuilder().executor(Runnable::run).maximumSize(KEPT_MAX).build();

  private record KeptKey(LogPosition position, ResourceKey owner, String start, String end) {}

  /**
   * @param head the log's last committed position
   */
  public EverythingEngine(
      ResourceIndex index,
      Supplier<LogPosition> head,
      SearchParameters parameters,
      UnitConversion units,
      Vocabulary vocabulary,
      ReferenceText references,
      Limits limits,
      Clock clock) {
    this.index = index;
    this.head = head;
    this.parameters = parameters;
    this.limits = limits;
    this.keptRequests = new KeptRequests(limits.pinnedSnapshotAgeMax());
    ValueQueries values = new ValueQueries(parameters, units, vocabulary, references, clock);
    this.criteria = new Criteria(parameters, values, limits);
    this.compartments = new Compartments(parameters);
    this.compartmentTypes = new LinkedHashSet<>();
    for (String type : ResourceTypes.all()) {
      if (type.equals(PATIENT) || !Compartments.codes(PATIENT, type).isEmpty()) {
        compartmentTypes.add(type);
      }
    }
  }

  /**
   * The first page.
   *
   * @param owner that the index need not hold; then there is nothing
   * @param parameters {@code _since}, {@code _type}, {@code _count}, {@code start}, {@code end}
   * @throws FhirFailure.Malformed for another parameter or a value that can't be understood
   */
  public SearchPage search(ResourceKey owner, List<Parameter> parameters) {
    SearchRequest request = new SearchRequest(List.of(), Optional.of(owner), parameters, false);
    EverythingPlan plan = EverythingPlan.of(request, limits);
    try (IndexSnapshot snapshot = index.acquire(head.get(), limits.queryTimeMax())) {
      return page(owner, plan, request, snapshot, Optional.empty());
    }
  }

  /**
   * The page of a next link, as {@link SearchEngine#next}.
   *
   * @throws FhirFailure.Malformed if the cursor is not one of this owner
   */
  public SearchPage next(ResourceKey owner, String cursor) {
    Cursor decoded = Cursor.decode(cursor, keptRequests);
    SearchRequest request = decoded.request();
    boolean fits =
        request.compartment().equals(Optional.of(owner))
            && request.types().isEmpty()
            && decoded.after().size() == 1
            && decoded.after().getLast() instanceof Long created
            && created >= 0
            && created < Long.MAX_VALUE;
    if (!fits) {
      throw new FhirFailure.Malformed("The page link is not one of everything about " + owner);
    }
    EverythingPlan plan = EverythingPlan.of(request, limits);
    try (IndexSnapshot snapshot =
        index
            .pinned(decoded.snapshot())
            .orElseGet(() -> index.acquire(head.get(), limits.queryTimeMax()))) {
      return page(owner, plan, request, snapshot, Optional.of(decoded));
    }
  }

  private SearchPage page(
      ResourceKey owner,
      EverythingPlan plan,
      SearchRequest request,
      IndexSnapshot snapshot,
      Optional<Cursor> cursor) {
    try {
      IndexSearcher searcher = withTimeout(snapshot);
      Query query = filtered(numbers(owner, plan, snapshot, searcher), plan);
      long total = cursor.flatMap(Cursor::total).orElse(-1L);
      if (total < 0) {
        total = searcher.count(query);
      }
      int count = plan.count();
      TopFieldDocs top = top(query, count, cursor, searcher);
      requireInTime(searcher);
      int[] docs = Arrays.stream(top.scoreDocs).limit(count).mapToInt(hit -> hit.doc).toArray();
      Optional<String> next = Optional.empty();
      if (count > 0 && top.scoreDocs.length > count) {
        index.pin(snapshot);
        FieldDoc last = (FieldDoc) top.scoreDocs[count - 1];
        next =
            Optional.of(
                new Cursor(
                        request,
                        snapshot.position(),
                        Optional.of(total),
                        Arrays.asList(last.fields))
                    .encode(keptRequests));
      }
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
    return new SearchPage.Entry(
        body.key(), body.version(), body.lastUpdated(), SearchPage.Mode.MATCH, body.json());
  }

  private static TopFieldDocs top(
      Query query, int count, Optional<Cursor> cursor, IndexSearcher searcher) throws IOException {
    Query rest =
        cursor
            .map(after -> Criteria.and(query, CreationOrder.after(after.lastCreated())))
            .orElse(query);
    return searcher.search(
        rest, new TopFieldCollectorManager(SearchPlan.sort(List.of()), count + 1, null, 1));
  }

  private Query filtered(Documents.LongSet numbers, EverythingPlan plan) {
    BooleanQuery.Builder all =
        new BooleanQuery.Builder().add(withNumbers(numbers), BooleanClause.Occur.FILTER);
    if (!plan.types().isEmpty()) {
      all.add(Criteria.ofTypes(plan.types()), BooleanClause.Occur.FILTER);
    }
    plan.since()
        .ifPresent(since ->
            all.add(criterion("Resource", "_lastUpdated", since), BooleanClause.Occur.FILTER));
    return all.build();
  }

  private Query criterion(String type, String code, String value) {
    List<String> types = type.equals("Resource") ? List.of() : List.of(type);
    return criteria.clause(types, new Parameter(code, value)).query();
  }

  /** The permanent integers of all that belongs to it; found once for all pages of a snapshot. */
  private Documents.LongSet numbers(
      ResourceKey owner, EverythingPlan plan, IndexSnapshot snapshot, IndexSearcher searcher)
      throws IOException {
    KeptKey key =
        new KeptKey(snapshot.position(), owner, plan.start().orElse(""), plan.end().orElse(""));
    Documents.LongSet known = kept.getIfPresent(key);
    if (known != null) {
      return known;
    }
    Documents.LongSet all = new Documents.LongSet();
    int[] found = docs(searcher, record(owner, plan));
    Documents.addNumbers(searcher, found, FieldNames.NUMBER, all);
    boolean isCompartment = Compartments.isOwner(owner.type());
    Query leftOut = isCompartment ? Criteria.ofTypes(List.of(owner.type())) : null;
    for (int round = 0; round <= limits.includeDepthMax() && found.length > 0; round++) {
      Documents.LongSet targets = targets(searcher, found);
      targets.bits().andNot(all.bits());
      if (round > 0) {
        leftOut = Criteria.ofTypes(compartmentTypes);
      }
      BooleanQuery.Builder next =
          new BooleanQuery.Builder().add(withNumbers(targets), BooleanClause.Occur.FILTER);
      if (leftOut != null) {
        next.add(leftOut, BooleanClause.Occur.MUST_NOT);
      }
      found = docs(searcher, next.build());
      Documents.addNumbers(searcher, found, FieldNames.NUMBER, all);
    }
    requireInTime(searcher);
    kept.put(key, all);
    return all;
  }

  /** The owner, and its record as far as it is of the time asked for. */
  private Query record(ResourceKey owner, EverythingPlan plan) {
    Query itself =
        Criteria.and(
            new TermQuery(new Term(FieldNames.ID, owner.id())),
            Criteria.ofTypes(List.of(owner.type())));
    Query linked =
        Compartments.isOwner(owner.type())
            ? compartments.members(owner, List.of())
            : new TermQuery(new Term(FieldNames.TARGET, owner.toString()));
    Query inTime =
        plan.start().isEmpty() && plan.end().isEmpty()
            ? linked
            : Criteria.and(linked, ofTime(plan));
    return ValueQueries.anyOf(List.of(itself, inTime));
  }

  /** Resources without a date of care, and those with one that the time asked for touches. */
  private Query ofTime(EverythingPlan plan) {
    Set<String> fields = new LinkedHashSet<>();
    BooleanQuery.Builder any = new BooleanQuery.Builder();
    for (String type : ResourceTypes.all()) {
      for (ParameterDefinition definition : parameters.of(type)) {
        if (definition.kind() == ParameterKind.DATE
            && !definition.isOfEveryType()
            && !DATES_OF_LIFE.contains(definition.code())
            && fields.add(definition.field())) {
          BooleanQuery.Builder touched = new BooleanQuery.Builder();
          plan.start()
              .ifPresent(start ->
                  touched.add(
                      criterion(type, definition.code(), "ge" + start),
                      BooleanClause.Occur.FILTER));
          plan.end()
              .ifPresent(end ->
                  touched.add(
                      criterion(type, definition.code(), "le" + end), BooleanClause.Occur.FILTER));
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

  private static Query withNumbers(Documents.LongSet numbers) {
    return numbers.bits().cardinality() > LOOK_UPS_MAX
        ? new NumberBitsQuery(FieldNames.NUMBER, numbers.bits())
        : LongField.newSetQuery(FieldNames.NUMBER, numbers.toArray());
  }

  /** What the documents refer to, by any search parameter. */
  private static Documents.LongSet targets(IndexSearcher searcher, int[] docs) throws IOException {
    Set<String> fields = new LinkedHashSet<>();
    for (LeafReaderContext leaf : searcher.getLeafContexts()) {
      for (FieldInfo field : leaf.reader().getFieldInfos()) {
        if (field.name.endsWith(FieldNames.targets(""))) {
          fields.add(field.name);
        }
      }
    }
    Documents.LongSet targets = new Documents.LongSet();
    for (String field : fields) {
      Documents.addNumbers(searcher, docs, field, targets);
    }
    return targets;
  }

  private static int[] docs(IndexSearcher searcher, Query query) throws IOException {
    IntsRefBuilder docs = new IntsRefBuilder();
    searcher.search(
        query,
        new SimpleCollector() {
          private int base;

          @Override
          protected void doSetNextReader(LeafReaderContext context) {
            base = context.docBase;
          }

          @Override
          public void collect(int doc) {
            docs.append(base + doc);
          }

          @Override
          public ScoreMode scoreMode() {
            return ScoreMode.COMPLETE_NO_SCORES;
          }
        });
    return Arrays.copyOf(docs.ints(), docs.length());
  }

  private IndexSearcher withTimeout(IndexSnapshot snapshot) {
    long deadline = System.nanoTime() + limits.queryTimeMax().toNanos();
    IndexSearcher searcher = snapshot.searcher();
    searcher.setTimeout(() -> System.nanoTime() - deadline > 0);
    return searcher;
  }

  private void requireInTime(IndexSearcher searcher) {
    if (searcher.timedOut()) {
      throw new FhirFailure.Busy(
          "It took longer than rodnan.limits.query-time-max allows, "
              + limits.queryTimeMax().toMillis()
              + " ms",
          RETRY_AFTER);
    }
  }
}
