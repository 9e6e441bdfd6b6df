package org.rodnan.export;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Files that are there whole or not at all, whenever the process or the machine stops. */
final class WholeFile {
  private static final ObjectMapper JSON = new ObjectMapper();

  private WholeFile() {}

  /** Writes a value as JSON in the place of what the file was before. */
  static void write(Path file, Object value) throws IOException {
    Path draft = file.resolveSibling(file.getFileName() + ".part");
    Files.write(draft, JSON.writeValueAsBytes(value));
    force(draft);
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /**
   * @throws java.nio.file.NoSuchFileException if it isn't there
   * @throws com.fasterxml.jackson.core.JacksonException if it is none of these values
   */
  static <T> T read(Path file, Class<T> type) throws IOException {
    return JSON.readValue(Files.readAllBytes(file), type);
  }

  /** Returns once the content is on the disk. */
  static void force(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }
}
