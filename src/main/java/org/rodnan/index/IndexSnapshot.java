package org.rodnan.index;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.search.IndexSearcher;
import org.rodnan.fhir.LogPosition;

/**
 * The index at one log position. Holds files open until it is closed: use it with
 * try-with-resources. For one thread at a time; many snapshots may share one reader.
 */
public final class IndexSnapshot implements AutoCloseable {
  private final IndexView view;
  private final IndexSearcher searcher;
  private final AtomicBoolean isClosed = new AtomicBoolean();

  private IndexSnapshot(IndexView view) {
    this.view = view;
    this.searcher = new IndexSearcher(view.reader());
  }

  /** Empty if the reader is closed already. */
  static Optional<IndexSnapshot> of(IndexView view) {
    return view.reader().tryIncRef() ? Optional.of(new IndexSnapshot(view)) : Optional.empty();
  }

  /** Everything up to here is in it, and nothing after it. */
  public LogPosition position() {
    return view.position();
  }

  /** This snapshot's own: a timeout may be set. Not to be used after {@link #close()}. */
  public IndexSearcher searcher() {
    return searcher;
  }

  /** The search parameters in force at its position. */
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
        view.reader().decRef();
      } catch (IOException e) {
        throw new UncheckedIOException("An index reader can't be closed", e);
      }
    }
  }
}
