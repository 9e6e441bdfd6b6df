package org.rodnan.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.StartFailure;
import org.rodnan.ingest.Ingest;
import org.rodnan.ingest.IngestReport;
import org.rodnan.ingest.IngestReport.Action;
import org.rodnan.ingest.IngestReport.Row;
import org.rodnan.store.Origin;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Takes files into a data directory that no server has open, or sends them to a server. */
@Command(
    name = "import",
    description = {
      "Takes files into the data directory: each record is validated, and stored under its id or"
          + " rejected.",
      "The same files twice change nothing; if it is interrupted, do it again.",
      "On SQLite no server may have the directory open; --server sends the files to one instead."
    },
    footerHeading = "%nExit codes:%n",
    footer = {
      "  0   everything is in",
      "  1   some records were rejected, or it couldn't be done",
      "  2   the arguments make no sense"
    })
final class ImportCommand implements Callable<Integer> {
  private final Function<List<String>, OpenProgram> program;

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec spec;

  @Mixin private final CommandOutput output = new CommandOutput();

  @Mixin private final FilesToRead files = new FilesToRead();

  @Option(
      names = "--no-provenance",
      description = "Writes no Provenance that tells which file each record came from.")
  private boolean isUntraced;

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description = "Writes what became of each record: file,line,action,type,id,reason.")
  private @Nullable Path report;

  @Option(
      names = "--server",
      paramLabel = "URL",
      description = {
        "Sends the files to the $$ingest of a server, such as http://localhost:8080/fhir, instead"
            + " of opening a data directory."
      })
  private @Nullable URI server;

  @Mixin private final StoreOptions store = new StoreOptions();

  /**
   * @param program opens a data directory, given settings; throws a {@link StartFailure} if it
   *     can't
   */
  ImportCommand(Function<List<String>, OpenProgram> program) {
    this.program = program;
  }

  @Override
  public Integer call() {
    PrintWriter err = output.err();
    Ingest.Order order = files.order(spec, !isUntraced);
    ProgressLine line = output.progress();
    if (server != null) {
      return sent(server, order, line);
    }
    try (OpenProgram opened = OpenProgram.with(program, store);
        IngestReport found =
            opened
                .part(Ingest.class)
                .ingest(order, new Origin("rodnan", null, "import", null), line)) {
      line.end();
      if (report != null) {
        try (OutputStream out = Files.newOutputStream(report)) {
          found.writeCsv(out);
        }
      }
      tell(Counted.of(found));
      return found.count(Action.REJECTED) == 0 ? 0 : 1;
    } catch (FhirFailure | StartFailure e) {
      line.end();
      err.println("Not imported. " + e.getMessage());
      return 1;
    } catch (IOException e) {
      line.end();
      err.println("The report can't be written: " + e);
      return 1;
    }
  }

  private int sent(URI base, Ingest.Order order, ProgressLine line) {
    if (base.getHost() == null || !String.valueOf(base.getScheme()).matches("https?")) {
      throw new ParameterException(
          spec.commandLine(),
          "The server is " + base + "; expected an address such as http://localhost:8080/fhir");
    }
    Path temporary = null;
    try (RemoteIngest remote = new RemoteIngest(base)) {
      Path csv = report;
      if (csv == null) {
        temporary = Files.createTempFile("rodnan-", ".csv");
        csv = temporary;
      }
      remote.ingest(order, csv, line);
      line.end();
      Counted found = Counted.of(csv);
      tell(found);
      return found.count(Action.REJECTED) == 0 ? 0 : 1;
    } catch (IOException e) {
      line.end();
      output.err().println("Not imported. " + e.getMessage());
      return 1;
    } finally {
      if (temporary != null) {
        temporary.toFile().delete();
      }
    }
  }

  private void tell(Counted found) {
    PrintWriter out = output.out();
    if (output.isJson()) {
      out.println(json(found));
      return;
    }
    found.told().forEach(row -> output.err().println(line(row)));
    StringBuilder counts = new StringBuilder();
    for (Action action : Action.values()) {
      counts.append(counts.isEmpty() ? "" : ", ");
      counts.append(action.code()).append(' ').append(found.count(action));
    }
    out.println(counts);
  }

  /** A row that was rejected or left out, in words. */
  static String line(Row row) {
    return row.place() + ", " + row.action().code() + ": " + row.reason();
  }

  /** The counts, and the first rows that were rejected or left out. */
  static ObjectNode json(IngestReport found) {
    return json(Counted.of(found));
  }

  private static ObjectNode json(Counted found) {
    ObjectNode json = new ObjectMapper().createObjectNode();
    for (Action action : Action.values()) {
      json.put(action.code(), found.count(action));
    }
    ArrayNode told = json.putArray("told");
    for (Row row : found.told()) {
      told.addObject()
          .put("file", row.file())
          .put("line", row.line())
          .put("action", row.action().code())
          .put("type", row.type())
          .put("id", row.id())
          .put("reason", row.reason());
    }
    return json;
  }
}
