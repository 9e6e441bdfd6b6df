package org.rodnan.index;

import org.apache.lucene.search.IndexSearcher;
import org.rodnan.fhir.LogPosition;

/**
 * The index at one log position. Holds files open until it is closed: use it with
 * try-with-resources. For one thread at a time; many snapshots may share one reader.
 */
public final class IndexSnapshot implements AutoCloseable {
  /** Everything up to here is in it, and nothing after it. */
  public LogPosition position() {
    throw new UnsupportedOperationException();
  }

  /** Not to be used after {@link #close()}. */
  public IndexSearcher searcher() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
