package org.rodnan.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.rodnan.ingest.FileCheck;
import org.rodnan.ingest.FileCheck.Counts;
import org.rodnan.ingest.FileCheck.Finding;
import org.rodnan.ingest.Piece;
import org.springframework.util.FileSystemUtils;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Validates files without storing them. */
@Command(
    name = "validate",
    description = {
      "Validates files of FHIR (JSON, XML, NDJSON, Bundles), each resource by itself, against R4"
          + " and the profiles. Nothing is stored.",
      "Each finding is told with file, line, resource, element and what is wrong."
    },
    footerHeading = "%nExit codes:%n",
    footer = {
      "  0   no errors; there may be warnings",
      "  1   there are errors, or it couldn't be done",
      "  2   the arguments make no sense"
    })
final class ValidateCommand implements Callable<Integer> {
  private static final JsonFactory JSON = new JsonFactory();

  private final Function<List<String>, OpenProgram> program;

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec spec;

  @Mixin private final CommandOutput output = new CommandOutput();

  @Parameters(
      paramLabel = "FILE",
      arity = "1..*",
      description = "Files, zip files, or folders with all that is in them; also packed by gzip.")
  @SuppressWarnings("NullAway.Init")
  private List<Path> files;

  @Option(
      names = {"--data-dir", "--rodnan.data-dir"},
      paramLabel = "FOLDER",
      description =
          "A data directory whose stored profiles and code systems count too; no server may have it"
              + " open. Otherwise those that come with the program.")
  private @Nullable Path dataDir;

  @Option(names = "--quiet", description = "Tells errors only, no warnings.")
  private boolean isQuiet;

  /**
   * @param program opens a data directory, given settings
   */
  ValidateCommand(Function<List<String>, OpenProgram> program) {
    this.program = program;
  }

  @Override
  public Integer call() throws IOException {
    List<Piece> pieces = new ArrayList<>();
    for (Path file : files) {
      pieces.addAll(InputFiles.pieces(spec, file));
    }
    Path none = dataDir == null ? Files.createTempDirectory("rodnan-validate-") : null;
    ProgressLine line = output.progress();
    Counts counts;
    try (OpenProgram opened =
        program.apply(
            List.of(
                "--rodnan.data-dir=" + (none == null ? dataDir : none),
                "--rodnan.trials.load=false"))) {
      counts = opened.part(FileCheck.class).check(pieces, this::tell, line);
    } finally {
      line.end();
      if (none != null) {
        FileSystemUtils.deleteRecursively(none);
      }
    }
    tell(counts);
    return counts.errors() == 0 ? 0 : 1;
  }

  private void tell(Finding finding) {
    if (isQuiet && !finding.issue().isError()) {
      return;
    }
    PrintWriter out = output.out();
    String severity = finding.issue().severity().name().toLowerCase(Locale.ROOT);
    String element = String.join(", ", finding.issue().expression());
    if (output.isJson()) {
      out.println(json(finding, severity, element));
      return;
    }
    StringBuilder text = new StringBuilder(finding.file());
    text.append(", line ").append(finding.line());
    for (String part : List.of(finding.resource(), severity, element)) {
      text.append(part.isEmpty() ? "" : ", ").append(part);
    }
    out.println(text.append(": ").append(finding.issue().diagnostics()));
  }

  private static String json(Finding finding, String severity, String element) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartObject();
      json.writeStringField("file", finding.file());
      json.writeNumberField("line", finding.line());
      json.writeStringField("resource", finding.resource());
      json.writeStringField("severity", severity);
      json.writeStringField("code", finding.issue().code().toCode());
      json.writeStringField("element", element);
      json.writeStringField("diagnostics", finding.issue().diagnostics());
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  private void tell(Counts counts) {
    PrintWriter out = output.out();
    if (output.isJson()) {
      Map<String, Object> told = new LinkedHashMap<>();
      told.put("files", counts.files());
      told.put("resources", counts.resources());
      told.put("invalid", counts.invalid());
      told.put("errors", counts.errors());
      told.put("warnings", counts.warnings());
      Told.json(out, told);
    } else {
      out.printf(
          "%d files, %d resources, %d invalid, %d errors, %d warnings%n",
          counts.files(), counts.resources(), counts.invalid(), counts.errors(), counts.warnings());
    }
  }
}
