package org.rodnan.fhir;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Tells of each byte that is read or skipped, once; so it can't go back to a mark. For one thread,
 * as the stream beneath it.
 */
public abstract class CountedInputStream extends FilterInputStream {
  protected CountedInputStream(InputStream in) {
    super(in);
  }

  /**
   * Called after bytes were taken from the stream beneath, before the reader has them.
   *
   * @param more how many, 0 or more
   * @throws IOException to refuse them; any unchecked exception does so too
   */
  protected abstract void counted(long more) throws IOException;

  @Override
  public int read() throws IOException {
    int read = super.read();
    counted(read < 0 ? 0 : 1);
    return read;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    int read = super.read(buffer, offset, length);
    counted(Math.max(0, read));
    return read;
  }

  @Override
  public long skip(long bytes) throws IOException {
    long skipped = super.skip(bytes);
    counted(skipped);
    return skipped;
  }

  @Override
  public boolean markSupported() {
    return false;
  }
}
