package org.rodnan.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.rodnan.ingest.Piece;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Files that a command is given. */
final class InputFiles {
  private InputFiles() {}

  /**
   * A file, or all files in a folder but those whose names begin with a dot, by name.
   *
   * @throws ParameterException if it is neither
   */
  static List<Piece> pieces(CommandSpec spec, Path file) {
    if (Files.isRegularFile(file)) {
      return List.of(new Piece(String.valueOf(file.getFileName()), file));
    }
    if (!Files.isDirectory(file)) {
      throw new ParameterException(
          spec.commandLine(), "There is no file or folder " + file + " that can be read");
    }
    try (Stream<Path> inside = Files.walk(file)) {
      return inside
          .filter(Files::isRegularFile)
          .filter(each -> !String.valueOf(each.getFileName()).startsWith("."))
          .sorted()
          .map(each -> new Piece(file.relativize(each).toString(), each))
          .toList();
    } catch (IOException e) {
      throw new ParameterException(
          spec.commandLine(), "The folder " + file + " can't be read: " + e, e);
    }
  }
}
