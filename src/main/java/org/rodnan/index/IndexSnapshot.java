package org.rodnan.index;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.search.IndexSearcher;
import org.rodnan.fhir.LogPosition;

/**
 * The index at one log position. Holds files open until it is closed: use it with
 * try-with-resources. For one thread at a time; many snapshots may share one reader.
 */
public final class IndexSnapshot implements AutoCloseable {
  private final IndexView view;
  private final LogPosition position;
  private final IndexSearcher searcher;
  private final Closeable closing;
  private final AtomicBoolean isClosed = new AtomicBoolean();

  private IndexSnapshot(
      IndexView view, LogPosition position, IndexReader reader, Closeable closing) {
    this.view = view;
    this.position = position;
    this.searcher = new IndexSearcher(reader);
    this.closing = closing;
  }

  /** Empty if the reader is closed already. */
  static Optional<IndexSnapshot> of(IndexView view) {
    return view.reader().tryIncRef()
        ? Optional.of(
            new IndexSnapshot(view, view.position(), view.reader(), () -> view.reader().decRef()))
        : Optional.empty();
  }

  /**
   * One of another position that needs this one to be open, and closes it when it is closed.
   *
   * @param closing what else is closed then, before it
   */
  IndexSnapshot as(LogPosition other, IndexReader reader, Closeable closing) {
    return new IndexSnapshot(
        view,
        other,
        reader,
        () -> {
          try (IndexSnapshot base = this) {
            closing.close();
          }
        });
  }

  /** Everything up to here is in it, and nothing after it. */
  public LogPosition position() {
    return position;
  }

  /** This snapshot's own: a timeout may be set. Not to be used after {@link #close()}. */
  public IndexSearcher searcher() {
    return searcher;
  }

  /** The search parameters in force at its position, or of an earlier one those of now. */
  public SearchParameters parameters() {
    return view.parameters();
  }

  DirectoryReader reader() {
    return view.reader();
  }

  IndexView view() {
    return view;
  }

  @Override
  public void close() {
    if (isClosed.compareAndSet(false, true)) {
      try {
        closing.close();
      } catch (IOException e) {
        throw new UncheckedIOException("An index reader can't be closed", e);
      }
    }
  }
}
