package org.rodnan.http;

import ca.uhn.fhir.parser.DataFormatException;
import ca.uhn.fhir.parser.LenientErrorHandler;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import org.hl7.fhir.r4.model.Bundle;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.hl7.fhir.r4.model.Resource;
import org.rodnan.export.RecordOwners;
import org.rodnan.export.ViewLibrary;
import org.rodnan.export.ViewRun;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.view.RowFormat;
import org.rodnan.view.View;
import org.rodnan.view.ViewCompiler;

/** {@code ViewDefinition/$run} (SQL on FHIR v2), and the definitions that there are. */
final class ViewEndpoint {
  private static final Set<String> PARAMETERS =
      Set.of(
          "viewReference",
          "viewResource",
          "patient",
          "group",
          "_since",
          "_limit",
          "resource",
          "header",
          "_format");

  private final ViewCompiler compiler;
  private final ViewLibrary library;
  private final RecordOwners owners;
  private final ViewRun runs;
  private final Path temporary;

  /**
   * @param temporary a folder for answers on their way
   */
  ViewEndpoint(
      ViewCompiler compiler,
      ViewLibrary library,
      RecordOwners owners,
      ViewRun runs,
      Path temporary) {
    this.compiler = compiler;
    this.library = library;
    this.owners = owners;
    this.runs = runs;
    this.temporary = temporary;
  }

  /** One of ours, or a Bundle of all. */
  Answer read(FhirRequest request, Optional<String> id) {
    request.requireParameters(Set.of());
    if (id.isPresent()) {
      return Answer.of(200, JsonBytes.of(library.our(id.get())))
          .with("Content-Type", "application/fhir+json;charset=utf-8");
    }
    Map<String, byte[]> ours = library.ours();
    JsonText text =
        new JsonText()
            .raw("{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"total\":" + ours.size())
            .raw(",\"entry\":[");
    String separator = "";
    for (Map.Entry<String, byte[]> each : ours.entrySet()) {
      text.raw(separator + "{")
          .member(
              "fullUrl",
              request.links().base() + "/" + Routes.VIEW_DEFINITION + "/" + each.getKey())
          .raw(",\"resource\":")
          .stored(each.getValue())
          .raw("}");
      separator = ",";
    }
    return Answer.of(200, text.raw("]}").toBytes())
        .with("Content-Type", "application/fhir+json;charset=utf-8");
  }

  Answer run(OperationCall call) {
    OperationInput input = call.input();
    input.requireOnly(PARAMETERS);
    RowFormat format = format(input.text("_format"), call.accept());
    View view = view(call);
    ViewRun.Request request =
        new ViewRun.Request(
            view,
            format,
            input.text("header").isEmpty() || input.flag("header"),
            owners.of(input.texts("patient"), input.texts("group")),
            input.text("_since").map(ViewEndpoint::since),
            limit(input.text("_limit")),
            resources(input.texts("resource"), view.type()));
    Spool spool = new Spool(temporary);
    try {
      boolean isDone = false;
      try {
        runs.write(request, spool);
        isDone = true;
        return spool.answer(contentType(format, request.hasHeader()));
      } finally {
        if (!isDone) {
          spool.discard();
        }
      }
    } catch (IOException e) {
      throw new FhirFailure.Fault("The rows can't be written", e);
    }
  }

  /** The definition that a reference names, and whether it can be carried out. */
  String definition(Optional<String> json, Optional<String> reference) {
    if (json.isPresent() == reference.isPresent()) {
      throw new FhirFailure.Malformed(
          IssueType.REQUIRED,
          "A view has "
              + (json.isPresent() ? "both" : "neither")
              + " viewResource and viewReference; expected one of them",
          "view");
    }
    return json.orElseGet(
        () -> new String(library.find(reference.orElseThrow()), StandardCharsets.UTF_8));
  }

  private View view(OperationCall call) {
    Optional<String> given = call.input().text("viewResource");
    Optional<String> named = call.input().text("viewReference");
    if (call.target().key().isPresent()) {
      if (given.isPresent() || named.isPresent()) {
        throw new FhirFailure.Malformed(
            "The view is named in the path already; expected neither viewResource nor"
                + " viewReference");
      }
      return compiler.compile(library.our(call.key().id()));
    }
    if (given.isPresent() == named.isPresent()) {
      throw new FhirFailure.Malformed(
          IssueType.REQUIRED,
          given.isPresent()
              ? "There are both a viewResource and a viewReference; expected one of them"
              : "There is no view; expected viewResource or viewReference");
    }
    return compiler.compile(
        given
            .map(json -> json.getBytes(StandardCharsets.UTF_8))
            .orElseGet(() -> library.find(named.orElseThrow())));
  }

  /** What is asked for by name goes before what is accepted. */
  static RowFormat format(Optional<String> named, List<String> accept) {
    if (named.isPresent()) {
      String type = MediaType.parse(named.get().strip().replace(' ', '+')).type();
      return RowFormat.find(type)
          .orElseThrow(() ->
              new FhirFailure.Malformed(
                  IssueType.NOTSUPPORTED,
                  "_format is '" + named.get() + "'; expected json, ndjson, csv or parquet",
                  "_format"));
    }
    List<MediaType> ranges =
        accept.stream()
            .flatMap(header -> Stream.of(header.split(",", -1)))
            .filter(range -> !range.isBlank())
            .map(MediaType::parse)
            .filter(range -> range.quality() > 0)
            .sorted(Comparator.comparingDouble(MediaType::quality).reversed())
            .toList();
    for (MediaType range : ranges) {
      Optional<RowFormat> format =
          range.type().endsWith("/*")
              ? Optional.of(range.type().equals("text/*") ? RowFormat.CSV : RowFormat.JSON)
              : RowFormat.find(range.type());
      if (format.isPresent()) {
        return format.get();
      }
    }
    if (!ranges.isEmpty()) {
      throw new FhirFailure.NotAcceptable(
          "Accept is '"
              + String.join(", ", accept)
              + "'; expected application/json, application/x-ndjson, text/csv or"
              + " application/vnd.apache.parquet");
    }
    return RowFormat.JSON;
  }

  private static String contentType(RowFormat format, boolean hasHeader) {
    String type = format.mediaType();
    return format == RowFormat.CSV
        ? type + ";charset=utf-8;header=" + (hasHeader ? "present" : "absent")
        : type;
  }

  static Instant since(String text) {
    try {
      return OffsetDateTime.parse(text.replace(' ', '+')).toInstant();
    } catch (DateTimeParseException e) {
      throw new FhirFailure.Malformed(
          "_since is '" + text + "'; expected an instant such as 2026-01-31T12:00:00Z", "_since");
    }
  }

  private static OptionalLong limit(Optional<String> text) {
    if (text.isEmpty()) {
      return OptionalLong.empty();
    }
    if (!text.get().matches("[1-9]\\d{0,14}")) {
      throw new FhirFailure.Malformed(
          "_limit is '" + text.get() + "'; expected a whole number from 1", "_limit");
    }
    return OptionalLong.of(Long.parseLong(text.get()));
  }

  /** Those of the request are only looked at: what they hold beyond R4 does no harm. */
  private static List<Resource> resources(List<String> texts, String type) {
    List<Resource> resources = new ArrayList<>();
    for (String json : texts) {
      String name = String.format(Locale.ROOT, "resource[%d]", resources.size());
      try {
        resources.add(
            (Resource)
                FhirContexts.r4()
                    .newJsonParser()
                    .setParserErrorHandler(new LenientErrorHandler(false))
                    .parseResource(json));
      } catch (DataFormatException | IllegalArgumentException | ClassCastException e) {
        throw new FhirFailure.Malformed(
            name + " is no resource of FHIR R4: " + e.getMessage(), name);
      }
      if (resources.getLast() instanceof Bundle && !type.equals("Bundle")) {
        throw new FhirFailure.Malformed(
            name
                + " is a Bundle, and the view is of "
                + type
                + "; expected each resource as a parameter of its own",
            name);
      }
    }
    return resources;
  }
}
