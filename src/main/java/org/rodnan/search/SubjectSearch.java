package org.rodnan.search;

import java.io.IOException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.SortedNumericDocValues;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.SimpleCollector;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.TopFieldCollectorManager;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.NumericUtils;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.LogPosition;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.index.Compartment;
import org.rodnan.index.CreationOrder;
import org.rodnan.index.EarlierSnapshots;
import org.rodnan.index.FieldNames;
import org.rodnan.index.IndexSnapshot;
import org.rodnan.index.ParameterDefinition;
import org.rodnan.index.ParameterKind;
import org.rodnan.search.SearchRequest.Parameter;

/**
 * Whom searches are about, and what was measured of them: patients as permanent integers, values as
 * numbers, both from the index's doc values, without reading a resource. Thread safe.
 *
 * <p>All questions that are asked together are answered from one point in time, at which all writes
 * are seen that were acknowledged before.
 */
public final class SubjectSearch {
  private static final String PATIENT = "Patient";

  /** How many resources are held at once. */
  private static final int BATCH = 500;

  private static final Sort BY_CREATION = new Sort(CreationOrder.KEY);

  private final Snapshots snapshots;
  private final EarlierSnapshots earlier;
  private final Planning planning;

  SubjectSearch(Snapshots snapshots, EarlierSnapshots earlier, Planning planning) {
    this.snapshots = snapshots;
    this.earlier = earlier;
    this.planning = planning;
  }

  /**
   * Answers questions at the present moment.
   *
   * @param questions may keep what they are answered, but not the {@link Moment}
   * @throws FhirFailure.Busy if the time budget of one search is used up, or the index is rebuilt
   */
  public <T> T now(Function<Moment, T> questions) {
    try (IndexSnapshot snapshot = snapshots.current()) {
      return questions.apply(new Moment(snapshot, snapshots.withTimeout(snapshot)));
    }
  }

  /**
   * Answers questions from the data as they stood at a position of the log. Search parameters and
   * value sets are those of now.
   *
   * @param questions may keep what they are answered, but not the {@link Moment}
   * @throws FhirFailure.Malformed if the log isn't there yet, or was inside of a transaction there
   * @throws FhirFailure.Unprocessable if more was changed since than {@code
   *     rodnan.limits.as-of-changes-max}, or something that was current then was expunged
   * @throws FhirFailure.Busy as {@link #now}
   */
  public <T> T asOf(LogPosition position, Function<Moment, T> questions) {
    try (IndexSnapshot snapshot = earlier.at(position, snapshots.current())) {
      return questions.apply(new Moment(snapshot, snapshots.withTimeout(snapshot)));
    }
  }

  /** Takes what was measured of one patient. */
  @FunctionalInterface
  public interface MeasuredUse {
    /**
     * @param patient permanent integer
     * @param value in base units of UCUM, rounded to 12 digits; as sent, if the unit is none of
     *     UCUM
     * @param time the earliest moment of its date, in milliseconds since 1970 UTC; {@link
     *     Long#MIN_VALUE} without one
     * @param created orders those of one time by when they were first written
     */
    void take(int patient, double value, long time, long created);
  }

  /** One point in time. For one thread. */
  public final class Moment {
    private final IndexSnapshot snapshot;
    private final IndexSearcher searcher;

    private Moment(IndexSnapshot snapshot, IndexSearcher searcher) {
      this.snapshot = snapshot;
      this.searcher = searcher;
    }

    /** Everything up to here is seen, and nothing after it. */
    public LogPosition position() {
      return snapshot.position();
    }

    /**
     * The patients that a search is about: of Patients the matches themselves, of any other type
     * the patients in whose compartment they are (R4, compartmentdefinition-patient.html).
     *
     * @throws FhirFailure.Malformed if the search can't be understood, or its type is in no
     *     patient's compartment
     */
    public BitSet patients(String type, List<Parameter> parameters) {
      Query query = query(type, parameters);
      Documents.LongSet found = new Documents.LongSet();
      try {
        if (type.equals(PATIENT)) {
          found.addAll(JoinQuery.numbers(searcher, query, FieldNames.NUMBER));
        } else {
          Documents.LongSet targets =
              JoinQuery.numbers(
                  searcher,
                  query,
                  toPatients(type).stream()
                      .map(reference -> FieldNames.targets(reference.field()))
                      .toList());
          // A subject may be a group as well.
          Query people =
              Criteria.and(
                  JoinQuery.among(FieldNames.NUMBER, targets), Criteria.ofTypes(List.of(PATIENT)));
          found.addAll(JoinQuery.numbers(searcher, people, FieldNames.NUMBER));
        }
      } catch (IOException e) {
        throw new FhirFailure.Fault("The index can't be read", e);
      }
      requireInTime(type, parameters);
      BitSet patients = new BitSet();
      for (long number : found.toArray()) {
        patients.set((int) number);
      }
      return patients;
    }

    /**
     * Asks nothing, but fails as {@link #patients} would.
     *
     * @throws FhirFailure.Malformed if the search can't be understood, or its type is in no
     *     patient's compartment
     */
    public boolean requireAnswerable(String type, List<Parameter> parameters) {
      query(type, parameters);
      return type.equals(PATIENT) || !toPatients(type).isEmpty();
    }

    /**
     * Hands over the values of the Observations that a search finds, in no order, those with a
     * comparator left out; {@code value-quantity} tells the unit.
     *
     * @throws FhirFailure.Malformed if the search can't be understood
     */
    public void forEachMeasured(List<Parameter> parameters, MeasuredUse use) {
      try {
        searcher.search(query("Observation", parameters), new Values(use));
      } catch (IOException e) {
        throw new FhirFailure.Fault("The index can't be read", e);
      }
      requireInTime("Observation", parameters);
    }

    /** The keys of patients, in the order of their creation. */
    public Map<Integer, ResourceKey> keys(BitSet patients) {
      Documents.LongSet numbers = new Documents.LongSet();
      patients.stream().forEach(numbers::add);
      Map<Integer, ResourceKey> keys = new LinkedHashMap<>();
      try {
        Query query =
            Criteria.and(
                JoinQuery.among(FieldNames.NUMBER, numbers), Criteria.ofTypes(List.of(PATIENT)));
        int[] docs = Documents.inOrder(searcher, Documents.found(searcher, query)).docs();
        List<ResourceKey> found = Documents.keys(searcher, docs);
        long[] permanent = Documents.numbers(searcher, docs, FieldNames.NUMBER);
        for (int i = 0; i < docs.length; i++) {
          keys.put(Math.toIntExact(permanent[i]), found.get(i));
        }
      } catch (IOException e) {
        throw new FhirFailure.Fault("The index can't be read", e);
      }
      return keys;
    }

    /** The resources that a search finds, in the order of their creation, at most so many. */
    public List<byte[]> resources(String type, List<Parameter> parameters, int limit) {
      try {
        int most = Math.clamp(searcher.getIndexReader().maxDoc(), 1, limit);
        ScoreDoc[] hits =
            searcher.search(
                    query(type, parameters),
                    new TopFieldCollectorManager(BY_CREATION, most, null, 1))
                .scoreDocs;
        int[] docs = Arrays.stream(hits).mapToInt(hit -> hit.doc).toArray();
        return Documents.bodies(searcher, docs).stream().map(body -> body.json()).toList();
      } catch (IOException e) {
        throw new FhirFailure.Fault("The index can't be read", e);
      }
    }

    /**
     * Hands over the resources that a search finds, in the order of their creation; holds few of
     * them at once.
     *
     * @throws FhirFailure.Malformed if the search can't be understood
     */
    public void forEach(String type, List<Parameter> parameters, Consumer<byte[]> use) {
      try {
        int[] docs =
            Documents.inOrder(searcher, Documents.found(searcher, query(type, parameters))).docs();
        for (int from = 0; from < docs.length; from += BATCH) {
          int[] some = Arrays.copyOfRange(docs, from, Math.min(from + BATCH, docs.length));
          Documents.bodies(searcher, some).forEach(body -> use.accept(body.json()));
        }
      } catch (IOException e) {
        throw new FhirFailure.Fault("The index can't be read", e);
      }
      requireInTime(type, parameters);
    }

    /**
     * How many resources a search finds.
     *
     * @throws FhirFailure.Malformed if the search can't be understood
     */
    public int count(String type, List<Parameter> parameters) {
      try {
        int count = searcher.count(query(type, parameters));
        requireInTime(type, parameters);
        return count;
      } catch (IOException e) {
        throw new FhirFailure.Fault("The index can't be read", e);
      }
    }

    /**
     * The codes that the resources which a search finds have under a token parameter.
     *
     * @throws FhirFailure.Malformed if there is no such parameter
     */
    public Set<String> codes(String type, List<Parameter> parameters, String code) {
      ParameterDefinition token =
          snapshot
              .parameters()
              .find(type, code)
              .filter(found -> found.kind() == ParameterKind.TOKEN)
              .orElseThrow(
                  () -> new FhirFailure.Malformed(type + " has no token parameter '" + code + "'"));
      Set<BytesRef> terms = new HashSet<>();
      try {
        int[] docs = Documents.found(searcher, query(type, parameters));
        Documents.addTerms(searcher, docs, FieldNames.sort(token.field()), terms);
      } catch (IOException e) {
        throw new FhirFailure.Fault("The index can't be read", e);
      }
      return terms.stream().map(BytesRef::utf8ToString).collect(Collectors.toSet());
    }

    private Query query(String type, List<Parameter> parameters) {
      SearchRequest request = new SearchRequest(List.of(type), Optional.empty(), parameters, false);
      return planning.with(snapshot.parameters()).plan(request).query();
    }

    private List<ParameterDefinition> toPatients(String type) {
      List<ParameterDefinition> references =
          snapshot.parameters().of(type).stream()
              .filter(parameter ->
                  parameter.kind() == ParameterKind.REFERENCE
                      && Compartment.isMember(parameter.field(), PATIENT))
              .toList();
      if (references.isEmpty()) {
        throw new FhirFailure.Malformed(
            type + " is in no patient's compartment; expected a search about patients");
      }
      return references;
    }

    private void requireInTime(String type, List<Parameter> parameters) {
      snapshots.requireInTime(searcher, () -> type + " " + parameters);
    }

    /** Reads patient, value and time of each match. */
    private final class Values extends SimpleCollector {
      private final MeasuredUse use;
      private final String patientField = FieldNames.targets(parameter("patient").field());
      private final String valueField = FieldNames.sort(parameter("value-quantity").field());
      private final String timeField = FieldNames.sort(parameter("date").field());
      private SortedNumericDocValues patients = DocValues.emptySortedNumeric();
      private SortedNumericDocValues values = DocValues.emptySortedNumeric();
      private SortedNumericDocValues times = DocValues.emptySortedNumeric();
      private SortedNumericDocValues created = DocValues.emptySortedNumeric();

      Values(MeasuredUse use) {
        this.use = use;
      }

      private ParameterDefinition parameter(String code) {
        return snapshot.parameters().find("Observation", code).orElseThrow();
      }

      @Override
      protected void doSetNextReader(LeafReaderContext context) throws IOException {
        patients = DocValues.getSortedNumeric(context.reader(), patientField);
        values = DocValues.getSortedNumeric(context.reader(), valueField);
        times = DocValues.getSortedNumeric(context.reader(), timeField);
        created = DocValues.getSortedNumeric(context.reader(), FieldNames.CREATED);
      }

      @Override
      public void collect(int doc) throws IOException {
        boolean isNumber = values.advanceExact(doc) && values.docValueCount() == 1;
        if (!isNumber || !patients.advanceExact(doc) || patients.docValueCount() != 1) {
          return;
        }
        use.take(
            Math.toIntExact(patients.nextValue()),
            NumericUtils.sortableLongToDouble(values.nextValue()),
            times.advanceExact(doc) ? times.nextValue() : Long.MIN_VALUE,
            created.advanceExact(doc) ? created.nextValue() : 0);
      }

      @Override
      public ScoreMode scoreMode() {
        return ScoreMode.COMPLETE_NO_SCORES;
      }
    }
  }
}
