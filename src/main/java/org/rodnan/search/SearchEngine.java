package org.rodnan.search;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.FieldDoc;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.search.SortedNumericSortField;
import org.apache.lucene.search.TermInSetQuery;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopFieldCollectorManager;
import org.apache.lucene.search.TopFieldDocs;
import org.apache.lucene.util.BytesRef;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.Issue;
import org.rodnan.fhir.Limits;
import org.rodnan.fhir.LogPosition;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.index.CreationOrder;
import org.rodnan.index.FieldNames;
import org.rodnan.index.IndexSnapshot;
import org.rodnan.index.SearchParameters;
import org.rodnan.index.StoredBody;

/**
 * Search (R4, search.html): from parameters to a page. Every search sees all writes that were
 * acknowledged before it. Thread safe.
 *
 * <p>All methods fail with {@link FhirFailure.Malformed} for parameters that can't be understood,
 * naming the parameter, what was found and what was expected, and with {@link FhirFailure.Busy}
 * while the index is rebuilt or if the time budget is used up.
 */
public final class SearchEngine {
  /** Characters of the requests whose plans and totals are kept. */
  private static final List<BytesRef> RECORDS =
      List.of(new BytesRef("Provenance"), new BytesRef("AuditEvent"));

  private static final long KEPT_CHARS_MAX = 4_000_000;

  /** Each may hold a bit for every resource. */
  private static final int JOINS_KEPT_MAX = 32;

  private static final Sort BY_CREATION = new Sort(CreationOrder.KEY);

  static {
    // Or-lists are bounded by Limits, which says so to the client.
    IndexSearcher.setMaxClauseCount(1_000_000);
  }

  private final Snapshots snapshots;
  private final Planning planning;
  private final Limits limits;
  private final KeptRequests keptRequests;
  private final Cache<SnapshotKey, Long> totals =
      Caffeine.newBuilder()
          .executor(Runnable::run)
          .maximumWeight(KEPT_CHARS_MAX)
          .weigher((SnapshotKey key, Long total) -> KeptRequests.weight(key.identity()))
          .build();

  private final Cache<SnapshotKey, Query> joined =
      Caffeine.newBuilder().executor(Runnable::run).maximumSize(JOINS_KEPT_MAX).build();

  /** A search on a snapshot; its matches never change. */
  private record SnapshotKey(LogPosition position, SearchRequest identity) {}

  SearchEngine(Snapshots snapshots, Planning planning, Limits limits) {
    this.snapshots = snapshots;
    this.planning = planning;
    this.limits = limits;
    this.keptRequests = new KeptRequests(limits.pinnedSnapshotAgeMax());
  }

  /** The first page. */
  public SearchPage search(SearchRequest request) {
    try (IndexSnapshot snapshot = snapshots.current()) {
      SearchPlan plan = planning.with(snapshot.parameters()).plan(request);
      return page(plan, request, snapshot, Optional.empty());
    }
  }

  /**
   * The page of a next link: of the same point in time as the first one as long as its snapshot is
   * kept, else of now, continued after the last match that was served.
   *
   * @param place the types and the compartment that the link is under
   * @param cursor {@link SearchPage#next()} of the page before
   * @throws FhirFailure.Malformed also if it is a link of a search elsewhere
   */
  public SearchPage next(SearchRequest place, String cursor) {
    Cursor decoded = Cursor.decode(cursor, keptRequests);
    if (!decoded.request().types().equals(place.types())
        || !decoded.request().compartment().equals(place.compartment())) {
      throw new FhirFailure.Malformed(
          "The page link is one of another search than of "
              + place.compartment().map(owner -> owner + "/").orElse("")
              + (place.types().isEmpty() ? "all types" : String.join(", ", place.types()))
              + "; expected the link as it was given");
    }
    try (IndexSnapshot snapshot = snapshots.of(decoded)) {
      SearchPlan plan = planning.with(snapshot.parameters()).plan(decoded.request());
      requireFitting(decoded, plan);
      return page(plan, decoded.request(), snapshot, Optional.of(decoded));
    }
  }

  /**
   * What the criteria of a conditional interaction match, in order of creation. Unknown parameters
   * and those that shape a result ({@code _count} and its like) are refused, empty criteria too.
   *
   * @param limit at most so many
   * @param atLeast the position that the index must hold, such as the head inside the writer
   *     section
   */
  public List<ResourceKey> match(
      String type, List<SearchRequest.Parameter> criteria, int limit, LogPosition atLeast) {
    return keys(
        parameters -> planning.with(parameters).conditional(type, criteria), limit, atLeast);
  }

  /**
   * Current resources that refer to the target, anywhere in their content; but not those that
   * record what was done to it ({@code Provenance}, {@code AuditEvent}), which outlive it.
   */
  public List<ResourceKey> referencing(ResourceKey target, int limit, LogPosition atLeast) {
    Query query =
        new BooleanQuery.Builder()
            .add(new TermQuery(new Term(FieldNames.TARGET, target.toString())), Occur.MUST)
            .add(new TermInSetQuery(FieldNames.TYPE, RECORDS), Occur.MUST_NOT)
            .build();
    return keys(parameters -> query, limit, atLeast);
  }

  private List<ResourceKey> keys(
      Function<SearchParameters, Query> asked, int limit, LogPosition atLeast) {
    try (IndexSnapshot snapshot = snapshots.atLeast(atLeast)) {
      Query query = asked.apply(snapshot.parameters());
      IndexSearcher searcher = snapshots.withTimeout(snapshot);
      TopFieldDocs found = searcher.search(query, limit, BY_CREATION);
      snapshots.requireInTime(searcher, query::toString);
      return Documents.keys(searcher, docs(found.scoreDocs, limit));
    } catch (IOException e) {
      throw new FhirFailure.Fault("The index can't be read", e);
    } catch (IndexSearcher.TooManyClauses e) {
      throw tooManyValues(e);
    }
  }

  private SearchPage page(
      SearchPlan plan, SearchRequest request, IndexSnapshot snapshot, Optional<Cursor> cursor) {
    try {
      IndexSearcher searcher = snapshots.withTimeout(snapshot);
      if (plan.isCountOnly()) {
        long total = count(plan, snapshot, searcher);
        List<Issue> issues = new ArrayList<>(plan.issues());
        addExplanation(plan, searcher, issues);
        return new SearchPage(
            List.of(), OptionalLong.of(total), plan.self(), Optional.empty(), issues);
      }
      return page(plan, request, snapshot, cursor, searcher);
    } catch (IOException e) {
      throw new FhirFailure.Fault("The index can't be read", e);
    } catch (IndexSearcher.TooManyClauses e) {
      throw tooManyValues(e);
    }
  }

  private static FhirFailure.Malformed tooManyValues(IndexSearcher.TooManyClauses e) {
    return new FhirFailure.Malformed(
        IssueType.TOOCOSTLY, "The search has too many values: " + e.getMessage());
  }

  /** The plan's query; what it joins with is searched once for all pages of a snapshot. */
  private Query query(SearchPlan plan, IndexSnapshot snapshot, IndexSearcher searcher)
      throws IOException {
    if (!plan.hasJoin() || !plan.isTimeless()) {
      return plan.query();
    }
    SnapshotKey key = new SnapshotKey(snapshot.position(), plan.identity());
    Query known = joined.getIfPresent(key);
    if (known != null) {
      return known;
    }
    Query query = searcher.rewrite(plan.query());
    requireInTime(searcher, plan);
    joined.put(key, query);
    return query;
  }

  private long count(SearchPlan plan, IndexSnapshot snapshot, IndexSearcher searcher)
      throws IOException {
    Optional<Long> known = knownTotal(plan, snapshot);
    if (known.isPresent()) {
      return known.get();
    }
    long total = searcher.count(query(plan, snapshot, searcher));
    requireInTime(searcher, plan);
    keepTotal(plan, snapshot, total);
    return total;
  }

  private SearchPage page(
      SearchPlan plan,
      SearchRequest request,
      IndexSnapshot snapshot,
      Optional<Cursor> cursor,
      IndexSearcher searcher)
      throws IOException {
    Optional<Long> known =
        plan.hasTotal()
            ? cursor.flatMap(Cursor::total).or(() -> knownTotal(plan, snapshot))
            : Optional.empty();
    boolean countsAll = plan.hasTotal() && known.isEmpty();
    if (countsAll && plan.isByCreation()) {
      // A page in the order of creation ends early; counting is a matter of its own.
      known = Optional.of(count(plan, snapshot, searcher));
      countsAll = false;
    }
    TopFieldDocs top = top(plan, query(plan, snapshot, searcher), cursor, searcher, countsAll);
    requireInTime(searcher, plan);
    if (countsAll) {
      keepTotal(plan, snapshot, top.totalHits.value());
      known = Optional.of(top.totalHits.value());
    }
    Optional<Long> total = known;
    int[] matches = docs(top.scoreDocs, plan.count());
    List<SearchPage.Entry> entries = entries(searcher, matches, SearchPage.Mode.MATCH);
    List<Issue> issues = new ArrayList<>(plan.issues());
    addIncluded(plan, searcher, matches, entries, issues);
    addExplanation(plan, searcher, issues);
    requireInTime(searcher, plan);
    Optional<String> next = Optional.empty();
    if (top.scoreDocs.length > plan.count()) {
      snapshots.pin(snapshot);
      FieldDoc last = (FieldDoc) top.scoreDocs[plan.count() - 1];
      next =
          Optional.of(
              new Cursor(request, snapshot.position(), total, Arrays.asList(last.fields))
                  .encode(keptRequests));
    }
    return new SearchPage(
        entries,
        total.map(OptionalLong::of).orElseGet(OptionalLong::empty),
        plan.self(),
        next,
        issues);
  }

  private static TopFieldDocs top(
      SearchPlan plan,
      Query matches,
      Optional<Cursor> cursor,
      IndexSearcher searcher,
      boolean countsAll)
      throws IOException {
    boolean isByCreation = plan.isByCreation() && !countsAll;
    Query query =
        isByCreation && cursor.isPresent()
            ? Criteria.and(matches, CreationOrder.after(cursor.get().lastCreated()))
            : matches;
    return searcher.search(
        query,
        new TopFieldCollectorManager(
            plan.sort().rewrite(searcher),
            plan.count() + 1,
            isByCreation ? null : cursor.map(SearchEngine::after).orElse(null),
            countsAll ? Integer.MAX_VALUE : 1));
  }

  private void addExplanation(SearchPlan plan, IndexSearcher searcher, List<Issue> issues)
      throws IOException {
    if (plan.explains()) {
      issues.addAll(Explanation.of(plan, searcher));
      requireInTime(searcher, plan);
    }
  }

  private void addIncluded(
      SearchPlan plan,
      IndexSearcher searcher,
      int[] matches,
      List<SearchPage.Entry> entries,
      List<Issue> issues)
      throws IOException {
    if (plan.includes().isEmpty()) {
      return;
    }
    Includes includes = new Includes(searcher, limits);
    int[] included = includes.of(matches, plan.includes());
    entries.addAll(entries(searcher, included, SearchPage.Mode.INCLUDE));
    if (includes.isCut()) {
      issues.add(
          Issue.warning(
              IssueType.TOOCOSTLY,
              "Not all that was asked for is included: rodnan.limits.includes-max allows "
                  + limits.includesMax()
                  + " resources a page"));
    }
  }

  private static List<SearchPage.Entry> entries(
      IndexSearcher searcher, int[] docs, SearchPage.Mode mode) throws IOException {
    List<SearchPage.Entry> entries = new ArrayList<>(docs.length);
    for (StoredBody body : Documents.bodies(searcher, docs)) {
      entries.add(SearchPage.Entry.of(body, mode));
    }
    return entries;
  }

  private static int[] docs(ScoreDoc[] hits, int limit) {
    int[] docs = new int[Math.min(hits.length, limit)];
    for (int i = 0; i < docs.length; i++) {
      docs[i] = hits[i].doc;
    }
    return docs;
  }

  private Optional<Long> knownTotal(SearchPlan plan, IndexSnapshot snapshot) {
    return plan.isTimeless()
        ? Optional.ofNullable(
            totals.getIfPresent(new SnapshotKey(snapshot.position(), plan.identity())))
        : Optional.empty();
  }

  private void keepTotal(SearchPlan plan, IndexSnapshot snapshot, long total) {
    if (plan.isTimeless()) {
      totals.put(new SnapshotKey(snapshot.position(), plan.identity()), total);
    }
  }

  private void requireInTime(IndexSearcher searcher, SearchPlan plan) {
    snapshots.requireInTime(searcher, () -> Explanation.of(plan));
  }

  /** The document number counts only among equals, and the position of creation has none. */
  private static FieldDoc after(Cursor cursor) {
    return new FieldDoc(Integer.MAX_VALUE, Float.NaN, cursor.after().toArray());
  }

  private static void requireFitting(Cursor cursor, SearchPlan plan) {
    SortField[] fields = plan.sort().getSort();
    boolean fits = cursor.after().size() == fields.length && cursor.hasLastCreated();
    for (int i = 0; fits && i < fields.length; i++) {
      Object value = cursor.after().get(i);
      fits =
          switch (fields[i]) {
            case SortedNumericSortField number -> value instanceof Long;
            case ChainedSortField chained ->
                chained.isNumeric() ? value == null || value instanceof Long : isTextOrNone(value);
            default -> isTextOrNone(value);
          };
    }
    if (!fits) {
      throw new FhirFailure.Malformed(
          "The page link doesn't fit its search; start the search again");
    }
  }

  private static boolean isTextOrNone(@Nullable Object value) {
    return value == null || value instanceof BytesRef;
  }
}
