package org.rodnan.http;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Takes an answer of any length before it goes out: a short one in memory, a long one in a
 * temporary file. So what fails halfway is answered as a failure, not as a table that ends too
 * soon. For one thread.
 */
final class Spool extends OutputStream {
  private static final int MEMORY_BYTES_MAX = 1024 * 1024;

  private final Path folder;
  private @Nullable ByteArrayOutputStream memory = new ByteArrayOutputStream();
  private @Nullable Path path;
  private @Nullable OutputStream file;

  /**
   * @param folder made if it is missing
   */
  Spool(Path folder) {
    this.folder = folder;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int from, int length) throws IOException {
    ByteArrayOutputStream short1 = memory;
    if (short1 != null && short1.size() + length <= MEMORY_BYTES_MAX) {
      short1.write(bytes, from, length);
      return;
    }
    OutputStream out = file;
    if (out == null) {
      Files.createDirectories(folder);
      path = Files.createTempFile(folder, "answer-", ".part");
      out = new BufferedOutputStream(Files.newOutputStream(path), 64 * 1024);
      file = out;
      if (short1 != null) {
        short1.writeTo(out);
        memory = null;
      }
    }
    out.write(bytes, from, length);
  }

  /** All that was written, as an answer. */
  Answer answer(String contentType) throws IOException {
    ByteArrayOutputStream bytes = memory;
    if (bytes != null) {
      return Answer.of(200, JsonBytes.of(bytes.toByteArray())).with("Content-Type", contentType);
    }
    OutputStream out = file;
    Path written = path;
    if (out == null || written == null) {
      throw new IOException("Nothing was written");
    }
    out.close();
    return Answer.of(200, new FileContent(written, 0, Files.size(written), true), contentType);
  }

  /** Forgets it all. */
  void discard() throws IOException {
    OutputStream out = file;
    if (out != null) {
      out.close();
    }
    Path written = path;
    if (written != null) {
      Files.deleteIfExists(written);
    }
  }
}
