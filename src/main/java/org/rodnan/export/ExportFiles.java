package org.rodnan.export;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.rodnan.export.ExportManifest.ExportFile;
import org.rodnan.fhir.LogPosition;

/**
 * The files of one kind of an export, line after line, each of a bounded length, after those that
 * are finished. For one thread.
 */
final class ExportFiles implements AutoCloseable {
  private final Path folder;
  private final String kind;
  private final String type;
  private final long bytesMax;
  private final Checkpoint checkpoint;
  private @Nullable OutputStream out;
  private String name = "";
  private long bytes;
  private long lines;
  private LogPosition until = LogPosition.START;

  /**
   * @param kind the beginning of the files' names
   * @param type that the manifest gives them
   */
  ExportFiles(Path folder, String kind, String type, long bytesMax, Checkpoint checkpoint) {
    this.folder = folder;
    this.kind = kind;
    this.type = type;
    this.bytesMax = bytesMax;
    this.checkpoint = checkpoint;
  }

  /**
   * @param json one value; line breaks in it are between its tokens, and become blanks
   * @param position where another process would go on after it
   */
  void line(byte[] json, LogPosition position) throws IOException {
    OutputStream to = out;
    if (to == null || bytes + json.length + 1 > bytesMax) {
      finish();
      name = kind + "." + (checkpoint.files(kind).size() + 1) + ".ndjson";
      to = new BufferedOutputStream(Files.newOutputStream(folder.resolve(name)), 256 * 1024);
      out = to;
    }
    writeLine(to, json);
    bytes += json.length + 1;
    lines++;
    until = position;
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
      out = null;
      last.close();
      checkpoint.add(kind, new ExportFile(type, name, lines), folder.resolve(name), until);
      bytes = 0;
      lines = 0;
    }
  }

  /** All files; ends the last one. */
  List<ExportFile> written() throws IOException {
    finish();
    return checkpoint.files(kind);
  }

  @Override
  public void close() throws IOException {
    OutputStream last = out;
    if (last != null) {
      last.close();
    }
  }
}
