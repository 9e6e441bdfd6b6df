package org.rodnan.search;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.PrefixQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermInSetQuery;
import org.apache.lucene.util.BytesRef;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.LogPosition;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.index.Compartment;
import org.rodnan.index.CreationOrder;
import org.rodnan.index.EarlierSnapshots;
import org.rodnan.index.FieldNames;
import org.rodnan.index.IndexSnapshot;
import org.rodnan.index.StoredBody;
import org.rodnan.search.SearchRequest.Parameter;

/**
 * Walks over all resources of a type, or those among them that are asked for, however many: one
 * after the other, of one point in time, in constant memory. Thread safe.
 */
public final class ResourceScan {
  private static final String PATIENT = "Patient";

  private final Snapshots snapshots;
  private final EarlierSnapshots earlier;
  private final Planning planning;

  ResourceScan(Snapshots snapshots, EarlierSnapshots earlier, Planning planning) {
    this.snapshots = snapshots;
    this.earlier = earlier;
    this.planning = planning;
  }

  /** Whose resources are meant. */
  public sealed interface Owners {
    /** Everybody's and nobody's. */
    record All() implements Owners {}

    /** Those in the compartment of any patient. */
    record AnyPatient() implements Owners {}

    /** Those in the compartments of these patients. */
    record Patients(Set<ResourceKey> keys) implements Owners {
      public Patients {
        keys = Set.copyOf(keys);
      }
    }
  }

  /**
   * Which resources.
   *
   * @param since only those that were written at or after it
   * @param filters searches of the type, of which one must fit; none means all
   */
  public record Selection(
      String type, Owners owners, Optional<Instant> since, List<List<Parameter>> filters) {
    public Selection {
      filters = filters.stream().map(List::copyOf).toList();
    }
  }

  /**
   * The present moment; it holds all writes that were acknowledged before.
   *
   * @throws FhirFailure.Busy while the index is rebuilt
   */
  public Moment open() {
    return new Moment(snapshots.current());
  }

  /**
   * A moment that was open before. Search parameters and value sets are those of now.
   *
   * @param position of that moment
   * @param folder for what was changed since, made anew, and deleted when the moment is closed
   * @param changesMax so many changed resources are looked up
   * @throws FhirFailure.Malformed if the log isn't there yet, or was inside of a transaction there
   * @throws FhirFailure.Unprocessable if more was changed since, or something that was current then
   *     was expunged
   * @throws FhirFailure.Busy while the index is rebuilt
   */
  public Moment open(LogPosition position, Path folder, int changesMax) {
    return new Moment(earlier.at(position, snapshots.current(), folder, changesMax));
  }

  /** Takes resources one after the other. */
  @FunctionalInterface
  public interface Use {
    /**
     * @param created orders the resources
     * @return whether more are wanted
     */
    boolean take(StoredBody body, LogPosition created);
  }

  /** One point in time, which holds files open until it is closed. For one thread at a time. */
  public final class Moment implements AutoCloseable {
    private final IndexSnapshot snapshot;

    private Moment(IndexSnapshot snapshot) {
      this.snapshot = snapshot;
    }

    /** Everything up to here is seen, and nothing after it. */
    public LogPosition position() {
      return snapshot.position();
    }

    /**
     * @throws FhirFailure.Malformed if a filter can't be understood
     */
    public long count(Selection selection) {
      return count(selection, LogPosition.START);
    }

    /**
     * @param after only those that were created after it
     * @throws FhirFailure.Malformed if a filter can't be understood
     */
    public long count(Selection selection, LogPosition after) {
      try {
        return snapshot.searcher().count(query(selection, after));
      } catch (IOException e) {
        throw new FhirFailure.Fault("The index can't be read", e);
      }
    }

    /**
     * Hands over each resource, in the order in which they were first created.
     *
     * @param after only those that were created after it
     * @throws FhirFailure.Malformed if a filter can't be understood
     */
    public void forEach(Selection selection, LogPosition after, Use use) {
      try {
        InCreationOrder.forEach(snapshot.searcher(), query(selection, after), use);
      } catch (IOException e) {
        throw new FhirFailure.Fault("The index can't be read", e);
      }
    }

    private Query query(Selection selection, LogPosition after) {
      return after.equals(LogPosition.START)
          ? query(selection)
          : Criteria.and(query(selection), CreationOrder.after(after));
    }

    private Query query(Selection selection) {
      List<String> types = List.of(selection.type());
      Criteria criteria = planning.with(snapshot.parameters()).criteria();
      Query query = Criteria.ofTypes(types);
      switch (selection.owners()) {
        case Owners.All all -> {}
        case Owners.AnyPatient any ->
            query =
                Compartment.has(PATIENT, selection.type())
                    ? Criteria.and(
                        query, new PrefixQuery(new Term(FieldNames.COMPARTMENT, PATIENT + "/")))
                    : new MatchNoDocsQuery();
        case Owners.Patients patients ->
            query =
                Criteria.and(
                    query,
                    new TermInSetQuery(
                        FieldNames.COMPARTMENT,
                        patients.keys().stream()
                            .map(key -> new BytesRef(key.toString()))
                            .toList()));
      }
      if (selection.since().isPresent()) {
        Parameter since = new Parameter("_lastUpdated", "ge" + selection.since().get());
        query = Criteria.and(query, criteria.clause(types, since).query());
      }
      List<Query> filters = new ArrayList<>();
      for (List<Parameter> filter : selection.filters()) {
        filters.add(planning.with(snapshot.parameters()).conditional(selection.type(), filter));
      }
      return filters.isEmpty() ? query : Criteria.and(query, ValueQueries.anyOf(filters));
    }

    @Override
    public void close() {
      snapshot.close();
    }
  }
}
