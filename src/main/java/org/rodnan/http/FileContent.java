package org.rodnan.http;

import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A part of a file, sent without being read into memory.
 *
 * @param from first byte
 * @param length bytes
 * @param isTemporary whether the file goes away once this is closed
 */
record FileContent(Path path, long from, long length, boolean isTemporary)
    implements AutoCloseable {
  private static final int BUFFER_BYTES = 64 * 1024;

  void writeTo(OutputStream out) throws IOException {
    WritableByteChannel to = Channels.newChannel(out);
    try (FileChannel file = FileChannel.open(path)) {
      ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
      for (long at = from; at < from + length; ) {
        buffer.clear().limit((int) Math.min(BUFFER_BYTES, from + length - at));
        int read = file.read(buffer, at);
        if (read < 0) {
          throw new EOFException(path + " is shorter than it was");
        }
        at += read;
        to.write(buffer.flip());
      }
    }
  }

  /** All of it, for an answer inside another one. */
  byte[] bytes() {
    java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();
    try (this) {
      writeTo(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  @Override
  public void close() throws IOException {
    if (isTemporary) {
      Files.deleteIfExists(path);
    }
  }
}
