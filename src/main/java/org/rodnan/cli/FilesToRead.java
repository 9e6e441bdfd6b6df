package org.rodnan.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.ingest.Ingest;
import org.rodnan.ingest.Piece;
import org.rodnan.ingest.Source;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** The arguments of commands that read files of a source. */
final class FilesToRead {
  @Option(
      names = "--source",
      paramLabel = "SOURCE",
      defaultValue = "fhir",
      description = "What the files are, as for $$ingest (src/docs/ingest.md); otherwise fhir.")
  @SuppressWarnings("NullAway.Init")
  private String source;

  @Parameters(
      paramLabel = "FILE",
      arity = "1..*",
      description = "Files, zip files, or folders with all that is in them; also packed by gzip.")
  @SuppressWarnings("NullAway.Init")
  private List<Path> files;

  @Option(
      names = "--mapping",
      paramLabel = "FILE",
      description = "The mapping, for sources that take one.")
  private @Nullable Path mapping;

  /**
   * @throws ParameterException if there is no such source or file, or no mapping for it
   */
  Ingest.Order order(CommandSpec spec, boolean isTraced) {
    List<Piece> pieces = new ArrayList<>(pieces(spec, files));
    if (mapping != null) {
      if (!mapping.toString().matches("(?i).*\\.ya?ml")) {
        throw new ParameterException(
            spec.commandLine(), "The mapping is " + mapping + "; expected a file *.yaml");
      }
      pieces.addAll(pieces(spec, List.of(mapping)));
    }
    try {
      Source read = Source.of(source);
      if (read.needsMapping() && pieces.stream().noneMatch(FilesToRead::mayHaveMapping)) {
        throw new ParameterException(
            spec.commandLine(),
            "There is no mapping, which says which columns are what; expected --mapping FILE"
                + " (*.yaml)");
      }
      return new Ingest.Order(read, pieces, isTraced);
    } catch (FhirFailure.Malformed e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
  }

  private static boolean mayHaveMapping(Piece piece) {
    return piece.name().matches("(?i).*\\.(ya?ml|zip)");
  }

  /**
   * All files, also those in folders.
   *
   * @throws ParameterException if one can't be read
   */
  static List<Piece> pieces(CommandSpec spec, List<Path> files) {
    return files.stream().flatMap(file -> InputFiles.pieces(spec, file).stream()).toList();
  }
}
