package org.rodnan.view;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Writes the rows of one view, one after the other. For one thread. */
public interface RowWriter extends AutoCloseable {
  /**
   * @param row as {@link View#rows} gives it; not kept
   */
  void write(@Nullable Object[] row) throws IOException;

  /** Writes what comes after the last row; the stream that it writes to stays open. */
  @Override
  void close() throws IOException;
}
