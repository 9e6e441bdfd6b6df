package org.rodnan.export;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.rodnan.export.ExportManifest.ExportFile;

/**
 * The files of one kind of an export, line after line, each of a bounded length. For one thread.
 */
final class ExportFiles implements AutoCloseable {
  private final Path folder;
  private final String type;
  private final long bytesMax;
  private final List<ExportFile> written = new ArrayList<>();
  private @Nullable OutputStream out;
  private String name = "";
  private long bytes;
  private long lines;

  ExportFiles(Path folder, String type, long bytesMax) {
    this.folder = folder;
    this.type = type;
    this.bytesMax = bytesMax;
  }

  /**
   * @param json one value; line breaks in it are between its tokens, and become blanks
   */
  void line(byte[] json) throws IOException {
    OutputStream to = out;
    if (to == null || bytes + json.length + 1 > bytesMax) {
      finish();
      name = type + "." + (written.size() + 1) + ".ndjson";
      to = new BufferedOutputStream(Files.newOutputStream(folder.resolve(name)), 256 * 1024);
      out = to;
    }
    writeLine(to, json);
    bytes += json.length + 1;
    lines++;
  }

  private static void writeLine(OutputStream to, byte[] json) throws IOException {
    int from = 0;
    for (int i = 0; i < json.length; i++) {
      if (json[i] == '\n' || json[i] == '\r') {
        to.write(json, from, i - from);
        to.write(' ');
        from = i + 1;
      }
    }
    to.write(json, from, json.length - from);
    to.write('\n');
  }

  private void finish() throws IOException {
    OutputStream last = out;
    if (last != null) {
      last.close();
      written.add(new ExportFile(type, name, lines));
      out = null;
      bytes = 0;
      lines = 0;
    }
  }

  /** All files; ends the last one. */
  List<ExportFile> written() throws IOException {
    finish();
    return List.copyOf(written);
  }

  @Override
  public void close() throws IOException {
    OutputStream last = out;
    if (last != null) {
      last.close();
    }
  }
}
