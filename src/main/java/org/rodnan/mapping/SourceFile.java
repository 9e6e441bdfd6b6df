package org.rodnan.mapping;

import java.io.IOException;
import java.io.InputStream;

/**
 * A file that somebody sent.
 *
 * @param name as the report tells it; never a path of the sender's machine
 * @param opening opens it from its start, as often as it is called
 */
public record SourceFile(String name, Opening opening) {
  /** Opens a file; the caller closes what it gets. */
  public interface Opening {
    InputStream open() throws IOException;
  }
}
