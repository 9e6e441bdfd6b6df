package org.rodnan;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** What benchmarks read and leave behind. */
public final class BenchmarkFiles {
  private BenchmarkFiles() {}

  /** An example of the profiles, as it is written, from the class path. */
  public static String example(String name) throws IOException {
    try (InputStream in =
        BenchmarkFiles.class.getResourceAsStream("/profiles/examples/" + name + ".json")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** Deletes a folder with all that is in it. */
  public static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
