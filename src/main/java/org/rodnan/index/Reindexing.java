package org.rodnan.index;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermInSetQuery;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.LogPosition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Indexes stored resources by search parameters that came after them, a slice at a time, in the
 * order of creation, out of the index itself. What is written meanwhile is left alone: it is
 * indexed by them already. For the thread that writes to the index.
 */
final class Reindexing implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Reindexing.class);
  private static final int SLICE = 200;
  private static final long SLICE_BYTES_MAX = 4_000_000;

  /** Of the resources written while a reader is walked; beyond it a newer reader is walked. */
  private static final int WRITTEN_MAX = 10_000;

  private final Set<String> fields;
  private final Set<String> types;
  private final Set<Long> written = new HashSet<>();
  private LogPosition cursor;
  private ReindexProgress progress;
  private @Nullable DirectoryReader reader;

  private Reindexing(Collection<String> fields, Collection<String> types, LogPosition cursor) {
    this.fields = new TreeSet<>(fields);
    this.types = new TreeSet<>(types);
    this.cursor = cursor;
    this.progress = newProgress();
  }

  static Reindexing none() {
    return new Reindexing(List.of(), List.of(), LogPosition.START);
  }

  /**
   * What was under way when the index was committed.
   *
   * @param state {@link #state()} of then; empty if nothing was
   */
  static Reindexing resume(String state) {
    String[] parts = state.split(" ", -1);
    return parts.length == 3
        ? new Reindexing(
            Arrays.asList(parts[1].split(",")),
            Arrays.asList(parts[2].split(",")),
            new LogPosition(Long.parseLong(parts[0])))
        : none();
  }

  /** For {@link #resume}. */
  String state() {
    return isActive()
        ? cursor + " " + String.join(",", fields) + " " + String.join(",", types)
        : "";
  }

  boolean isActive() {
    return !fields.isEmpty();
  }

  ReindexProgress progress() {
    return progress;
  }

  private ReindexProgress newProgress() {
    return fields.isEmpty() ? ReindexProgress.NONE : new ReindexProgress(fields);
  }

  /** Takes note of other parameters: those that are new are waited for, those gone no longer. */
  void change(SearchParameters before, SearchParameters after) throws IOException {
    boolean fewer = fields.retainAll(after.fields());
    Map<String, Set<String>> beyond = after.fieldsBeyond(before);
    if (!beyond.isEmpty()) {
      fields.addAll(beyond.keySet());
      beyond.values().forEach(types::addAll);
      cursor = LogPosition.START;
    }
    if (fewer || !beyond.isEmpty()) {
      close();
      progress = newProgress();
    }
    if (!isActive()) {
      types.clear();
    }
  }

  /** To be told of every resource that is written or deleted. */
  void written(long number) {
    if (reader != null) {
      written.add(number);
    }
  }

  /**
   * Sees how much there is to do, if there is something and that isn't known yet.
   *
   * @param shown the reader that searches use
   */
  void prepare(LuceneIndex index, @Nullable DirectoryReader shown) throws IOException {
    if (isActive() && reader == null) {
      walked(index, shown);
    }
  }

  private DirectoryReader walked(LuceneIndex index, @Nullable DirectoryReader shown)
      throws IOException {
    DirectoryReader walked = reader;
    if (walked == null) {
      walked = index.refresh(shown);
      reader = walked;
      IndexSearcher searcher = new IndexSearcher(walked);
      int of = searcher.count(affected());
      progress.set(of - searcher.count(rest()), of);
    }
    return walked;
  }

  /** Resources of the types, and those that contain one. */
  private Query affected() {
    List<BytesRef> terms = types.stream().map(BytesRef::new).toList();
    return new BooleanQuery.Builder()
        .add(new TermInSetQuery(FieldNames.TYPE, terms), BooleanClause.Occur.SHOULD)
        .add(new TermInSetQuery(FieldNames.CONTAINED, terms), BooleanClause.Occur.SHOULD)
        .build();
  }

  private Query rest() {
    return new BooleanQuery.Builder()
        .add(affected(), BooleanClause.Occur.FILTER)
        .add(CreationOrder.after(cursor), BooleanClause.Occur.FILTER)
        .build();
  }

  /**
   * Indexes some resources again.
   *
   * @param shown the reader that searches use
   * @return whether all are done
   */
  boolean go(LuceneIndex index, LogApplication application, @Nullable DirectoryReader shown)
      throws IOException {
    if (written.size() > WRITTEN_MAX) {
      close();
    }
    List<IndexedResource> slice =
        IndexedResource.find(
            new IndexSearcher(walked(index, shown)), rest(), SLICE, SLICE_BYTES_MAX);
    if (slice.isEmpty()) {
      LOG.info("{} resources are indexed by {}", progress.of(), fields);
      close();
      fields.clear();
      types.clear();
      progress = newProgress();
      return true;
    }
    List<IndexedResource> old = new ArrayList<>(slice);
    old.removeIf(resource -> written.contains(resource.number()));
    application.applyAgain(index, old);
    cursor = slice.getLast().created();
    progress.set(progress.done() + slice.size(), progress.of());
    return false;
  }

  /** Lets go of the reader; the next slice takes a new one. */
  @Override
  public void close() throws IOException {
    written.clear();
    DirectoryReader walked = reader;
    reader = null;
    if (walked != null) {
      walked.decRef();
    }
  }
}
