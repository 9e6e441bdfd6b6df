package org.rodnan.dataset;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Reads the tables of one file, one row at a time: {@code while (reader.nextTable()) while
 * (reader.nextRow())}. Not thread safe.
 *
 * <p>Whatever is wrong with the file is a {@link DatasetFormatException}; rows before it were read
 * well, but a file that ends with one is to be taken as a whole or not at all.
 */
public interface DatasetReader extends Closeable {
  /**
   * The next table, whatever is left of the one before; empty after the last one.
   *
   * @throws DatasetFormatException if the file is not what its format says
   */
  Optional<Table> nextTable() throws IOException;

  /**
   * The next row of the table, a value for each variable; empty after the last one.
   *
   * @throws DatasetFormatException if the file is not what its format says
   */
  Optional<List<Value>> nextRow() throws IOException;
}
