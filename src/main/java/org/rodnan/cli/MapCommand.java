package org.rodnan.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.fhir.StartFailure;
import org.rodnan.fhir.UnlimitedJson;
import org.rodnan.ingest.Ingest;
import org.rodnan.ingest.IngestReport;
import org.rodnan.ingest.IngestReport.Action;
import org.rodnan.ingest.IngestReport.Row;
import org.rodnan.ingest.Source;
import org.rodnan.store.Origin;
import org.rodnan.store.ResourceStore;
import org.rodnan.store.ResourceVersion;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows what files would become. */
@Command(
    name = "map",
    description = {
      "Shows what files would become, each resource validated, and what would be refused.",
      "Nothing is written but to an empty store of its own, which is thrown away; no data directory"
          + " is touched.",
      "References to what isn't in the files are allowed, unless --with names what is there before,"
          + " such as the study: then they, and the rules of the study, are checked too."
    },
    footerHeading = "%nExit codes:%n",
    footer = {
      "  0   everything would be in",
      "  1   some records would be rejected, or it couldn't be done",
      "  2   the arguments make no sense"
    })
final class MapCommand implements Callable<Integer> {
  private final Function<List<String>, OpenProgram> program;

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec spec;

  @Mixin private final CommandOutput output = new CommandOutput();

  @Mixin private final FilesToRead files = new FilesToRead();

  @Option(
      names = "--with",
      paramLabel = "FILE",
      description = "FHIR that is there before, such as the study; may be given several times.")
  private List<Path> before = List.of();

  @Option(
      names = "--ndjson",
      description = "Prints the resources as NDJSON, and what would be refused on stderr.")
  private boolean isNdjson;

  /**
   * @param program opens a data directory, given settings; throws a {@link StartFailure} if it
   *     can't
   */
  MapCommand(Function<List<String>, OpenProgram> program) {
    this.program = program;
  }

  @Override
  public Integer call() throws IOException {
    Ingest.Order order = files.order(spec, false);
    Ingest.Order first = new Ingest.Order(Source.FHIR, FilesToRead.pieces(spec, before), false);
    ProgressLine line = output.progress();
    Path folder = Files.createTempDirectory("rodnan-map-");
    try (OpenProgram opened = program.apply(settings(folder))) {
      Ingest ingest = opened.part(Ingest.class);
      Origin origin = new Origin("rodnan", null, "map", null);
      try (IngestReport there = ingest.ingest(first, origin, line)) {
        if (there.count(Action.REJECTED) > 0) {
          line.end();
          there.told().forEach(row -> warn(ImportCommand.line(row)));
          return 1;
        }
      }
      try (IngestReport found = ingest.ingest(order, origin, line)) {
        line.end();
        tell(found, opened.part(ResourceStore.class));
        return found.count(Action.REJECTED) == 0 ? 0 : 1;
      }
    } catch (FhirFailure | StartFailure e) {
      line.end();
      warn("Not mapped. " + e.getMessage());
      return 1;
    } finally {
      delete(folder);
    }
  }

  /** Whatever the environment says: no other store, and no port. */
  private List<String> settings(Path folder) {
    return List.of(
        "--rodnan.data-dir=" + folder,
        "--rodnan.store.url=jdbc:sqlite:" + folder.resolve("map.db"),
        "--rodnan.trials.load=false",
        "--rodnan.references=" + (before.isEmpty() ? "allow" : "enforce"));
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(each);
      }
    }
  }

  private void warn(String text) {
    output.err().println(text);
  }

  private void tell(IngestReport found, ResourceStore store) {
    PrintWriter out = output.out();
    Map<String, Long> types = new TreeMap<>();
    found.forEach(row -> {
      boolean isStored = row.action() != Action.REJECTED && row.action() != Action.LEFT_OUT;
      if (isStored) {
        types.merge(row.type(), 1L, Long::sum);
      }
      if (output.isJson()) {
        return;
      }
      if (!isStored) {
        if (isNdjson) {
          warn(ImportCommand.line(row));
        } else {
          out.println(ImportCommand.line(row));
        }
      } else {
        ObjectNode resource = resource(row, store);
        out.println(
            isNdjson
                ? resource.toString()
                : row.place() + ": " + row.type() + "/" + row.id() + summary(resource));
      }
    });
    if (output.isJson()) {
      ObjectNode json = UnlimitedJson.EXACT.createObjectNode();
      ObjectNode resources = json.putObject("resources");
      types.forEach(resources::put);
      ObjectNode told = ImportCommand.json(found);
      json.set("rejected", told.get("rejected"));
      json.set("left-out", told.get("left-out"));
      json.set("told", told.get("told"));
      out.println(json);
    } else if (!isNdjson) {
      out.println(
          types.entrySet().stream()
              .map(each -> each.getKey() + " " + each.getValue())
              .collect(
                  Collectors.joining(
                      ", ",
                      "",
                      (types.isEmpty() ? "" : ", ")
                          + "rejected "
                          + found.count(Action.REJECTED)
                          + ", left-out "
                          + found.count(Action.LEFT_OUT))));
    }
  }

  /** Without what only the store of its own has given it. */
  private static ObjectNode resource(Row row, ResourceStore store) {
    ResourceKey key = new ResourceKey(row.type(), row.id());
    if (!(store.read(key).orElseThrow() instanceof ResourceVersion.Content content)) {
      throw new IllegalStateException(key + " was written and is not there");
    }
    try {
      ObjectNode resource = (ObjectNode) UnlimitedJson.EXACT.readTree(content.json());
      if (resource.get("meta") instanceof ObjectNode meta) {
        meta.remove(List.of("versionId", "lastUpdated"));
        if (meta.isEmpty()) {
          resource.remove("meta");
        }
      }
      return resource;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What a person looks for first. */
  private static String summary(JsonNode resource) {
    StringBuilder text = new StringBuilder();
    add(text, resource.at("/gender"));
    add(text, resource.at("/birthDate"));
    add(text, resource.at("/assignedArm"));
    add(text, concept(resource.path("code")));
    add(text, concept(resource.path("event")));
    add(text, concept(resource.path("medicationCodeableConcept")));
    dose(text, resource.at("/dosage/dose"));
    dose(text, resource.at("/dosage/0/doseAndRate/0/doseQuantity"));
    add(text, resource.at("/title"));
    JsonNode quantity = resource.path("valueQuantity");
    if (quantity.isObject()) {
      text.append(" =");
      add(text, quantity.path("comparator"));
      add(text, quantity.path("value"));
      add(text, quantity.path("unit"));
    }
    add(text, concept(resource.path("valueCodeableConcept")));
    add(text, concept(resource.path("dataAbsentReason")));
    add(text, visit(resource));
    add(text, resource.at("/effectiveDateTime"));
    add(text, resource.at("/date"));
    span(text, resource.at("/effectivePeriod/start"), resource.at("/effectivePeriod/end"));
    span(text, resource.at("/onsetDateTime"), resource.at("/abatementDateTime"));
    return text.toString();
  }

  private static void dose(StringBuilder text, JsonNode dose) {
    add(text, dose.path("value"));
    add(text, dose.path("unit"));
  }

  private static void span(StringBuilder text, JsonNode start, JsonNode end) {
    if (start.isTextual() || end.isTextual()) {
      text.append(' ').append(start.asText()).append("..").append(end.asText());
    }
  }

  private static void add(StringBuilder text, @Nullable JsonNode value) {
    if (value != null && value.isValueNode()) {
      text.append(' ').append(value.asText());
    }
  }

  private static JsonNode concept(JsonNode concept) {
    JsonNode text = concept.path("text");
    return text.isTextual() ? text : concept.at("/coding/0/code");
  }

  private static @Nullable JsonNode visit(JsonNode resource) {
    for (JsonNode extension : resource.path("extension")) {
      if (extension.path("url").asText().endsWith("/ssc-visit")) {
        for (JsonNode part : extension.path("extension")) {
          if (part.path("url").asText().equals("code")) {
            return part.at("/valueCodeableConcept/coding/0/code");
          }
        }
      }
    }
    return null;
  }
}
