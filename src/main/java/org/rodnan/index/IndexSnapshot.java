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
  private final DirectoryReader reader;
  private final LogPosition position;
  private final IndexSearcher searcher;
  private final AtomicBoolean isClosed = new AtomicBoolean();

  private IndexSnapshot(DirectoryReader reader, LogPosition position) {
    this.reader = reader;
    this.position = position;
    this.searcher = new IndexSearcher(reader);
  }

  /** Empty if the reader is closed already. */
  static Optional<IndexSnapshot> of(DirectoryReader reader, LogPosition position) {
    return reader.tryIncRef() ? Optional.of(new IndexSnapshot(reader, position)) : Optional.empty();
  }

  /** Everything up to here is in it, and nothing after it. */
  public LogPosition position() {
    return position;
  }

  /** This snapshot's own: a timeout may be set. Not to be used after {@link #close()}. */
  public IndexSearcher searcher() {
    return searcher;
  }

  DirectoryReader reader() {
    return reader;
  }

  @Override
  public void close() {
    if (isClosed.compareAndSet(false, true)) {
      try {
        reader.decRef();
      } catch (IOException e) {
        throw new UncheckedIOException("An index reader can't be closed", e);
      }
    }
  }
}
