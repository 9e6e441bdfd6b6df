package org.rodnan.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.hl7.fhir.r4.model.Reference;
import org.rodnan.export.ExportJobs;
import org.rodnan.export.ExportManifest;
import org.rodnan.export.ExportManifest.ExportFile;
import org.rodnan.export.ExportRequest;
import org.rodnan.export.ExportRequest.NamedView;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.JsonFailure;
import org.rodnan.fhir.ResourceTypes;
import org.rodnan.search.SearchRequest.Parameter;
import org.rodnan.view.RowFormat;

/**
 * {@code $export} of resources (Bulk Data Access 2.0) and of views (SQL on FHIR v2), its state, and
 * its files.
 */
final class ExportEndpoint {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int RETRY_AFTER_SECONDS = 2;
  private static final Set<String> NDJSON =
      Set.of("application/fhir+ndjson", "application/ndjson", "ndjson");

  private static final Set<String> OF_RESOURCES =
      Set.of(
          "_type", "_typeFilter", "_since", "_elements", "_outputFormat", "patient", "_deidentify");

  private static final Set<String> OF_VIEWS =
      Set.of(
          "view",
          "viewReference",
          "viewResource",
          "patient",
          "group",
          "_since",
          "header",
          "_deidentify",
          "_format",
          "clientTrackingId");

  /** Where one filter ends and another begins. */
  private static final Pattern NEXT_FILTER = Pattern.compile(",(?=[A-Z][A-Za-z]+\\?)");

  private static final Pattern VIEW_NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");

  private final ExportJobs jobs;
  private final ViewEndpoint views;

  ExportEndpoint(ExportJobs jobs, ViewEndpoint views) {
    this.jobs = jobs;
    this.views = views;
  }

  /** Takes it on, and says where it is told about. */
  Answer start(OperationCall call, FhirRequest request) {
    if (!request.preferences().async()) {
      throw new FhirFailure.Malformed(
          IssueType.REQUIRED, "$export answers later; expected the header Prefer: respond-async");
    }
    String query = request.http().getQueryString();
    String url =
        request.links().base()
            + request.http().getPathInfo()
            + (query == null || query.isEmpty() ? "" : "?" + query);
    call.input()
        .body()
        .filter(body -> !body.type().equals("Parameters"))
        .ifPresent(body -> {
          throw new FhirFailure.Malformed(
              "The body is a "
                  + body.type()
                  + "; expected a Parameters: without it all would be exported");
        });
    boolean isOfViews = call.target().operation() == NamedOperation.EXPORT_VIEWS;
    ExportRequest asked = isOfViews ? ofViews(call, url) : ofResources(call, url);
    String id = jobs.start(asked);
    String place = request.links().base() + "/" + Routes.EXPORT + "/" + id;
    Answer answer = Answer.empty(202).with("Content-Location", place);
    return isOfViews
        ? answer.with(
            new ViewExportState(id, asked, place).parameters("accepted", Optional.empty()))
        : answer;
  }

  private static ExportRequest ofResources(OperationCall call, String url) {
    OperationInput input = call.input();
    if (!call.lenient()) {
      input.requireOnly(OF_RESOURCES);
    }
    String format = input.text("_outputFormat").orElse("ndjson").strip().replace(' ', '+');
    String formatType = MediaType.parse(format).type();
    boolean isParquet = RowFormat.find(formatType).equals(Optional.of(RowFormat.PARQUET));
    if (!isParquet && !NDJSON.contains(formatType)) {
      throw new FhirFailure.Malformed(
          IssueType.NOTSUPPORTED,
          "_outputFormat is '" + format + "'; expected application/fhir+ndjson or parquet",
          "_outputFormat");
    }
    boolean isOfSystem = call.target().type().isEmpty();
    List<String> patients = references(input, "patient");
    if (isOfSystem && !patients.isEmpty()) {
      throw new FhirFailure.Malformed(
          "patient has no place in an export of the system; expected Patient/$export", "patient");
    }
    List<String> types = list(input, "_type");
    for (String type : types) {
      requireType(type, "_type");
    }
    Map<String, List<List<Parameter>>> filters = filters(input);
    filters
        .keySet()
        .forEach(type -> {
          if (!types.isEmpty() && !types.contains(type)) {
            throw new FhirFailure.Malformed(
                "_typeFilter is about " + type + ", which is not among _type: " + types,
                "_typeFilter");
          }
        });
    List<String> elements = list(input, "_elements");
    if (!elements.isEmpty() && isParquet) {
      throw new FhirFailure.Malformed(
          IssueType.NOTSUPPORTED,
          "_elements has no place in an export to Parquet; expected a view of them",
          "_elements");
    }
    if (!elements.isEmpty()) {
      Projection.of(
          new QueryParameters(List.of(new Parameter("_elements", String.join(",", elements)))));
    }
    return new ExportRequest(
        url,
        isOfSystem ? ExportRequest.Scope.SYSTEM : ExportRequest.Scope.PATIENTS,
        patients,
        call.target().key().map(group -> List.of(group.toString())).orElse(List.of()),
        types,
        filters,
        since(input),
        elements,
        List.of(),
        isParquet ? RowFormat.PARQUET : RowFormat.NDJSON,
        true,
        input.flag("_deidentify"),
        "");
  }

  private ExportRequest ofViews(OperationCall call, String url) {
    OperationInput input = call.input();
    input.requireOnly(OF_VIEWS);
    List<NamedView> named = new ArrayList<>();
    call.target()
        .key()
        .ifPresent(key ->
            named.add(view(Optional.of(key.id()), Optional.empty(), Optional.of(key.toString()))));
    for (String reference : input.texts("viewReference")) {
      named.add(view(Optional.empty(), Optional.empty(), Optional.of(reference)));
    }
    for (String definition : input.texts("viewResource")) {
      named.add(view(Optional.empty(), Optional.of(definition), Optional.empty()));
    }
    for (String parts : input.texts("view")) {
      JsonNode view = json(parts);
      named.add(view(text(view, "name"), text(view, "viewResource"), text(view, "viewReference")));
    }
    if (named.isEmpty()) {
      throw new FhirFailure.Malformed(
          IssueType.REQUIRED, "There is no view; expected one or more", "view");
    }
    Set<String> names = new HashSet<>();
    for (NamedView view : named) {
      if (!names.add(view.name())) {
        throw new FhirFailure.Malformed(
            "There are two views of the name '" + view.name() + "'; expected one", "view");
      }
    }
    return new ExportRequest(
        url,
        ExportRequest.Scope.SYSTEM,
        input.texts("patient"),
        input.texts("group"),
        List.of(),
        Map.of(),
        since(input),
        List.of(),
        named,
        ViewEndpoint.format(
            Optional.of(input.text("_format").orElse(RowFormat.NDJSON.code())), List.of()),
        input.text("header").isEmpty() || input.flag("header"),
        input.flag("_deidentify"),
        input.text("clientTrackingId").orElse(""));
  }

  private NamedView view(
      Optional<String> given, Optional<String> definition, Optional<String> reference) {
    String json = views.definition(definition, reference);
    JsonNode parsed = json(json);
    String name =
        given
            .or(() -> text(parsed, "name"))
            .or(() -> reference.map(path -> path.substring(path.lastIndexOf('/') + 1)))
            .orElse("view");
    if (!VIEW_NAME.matcher(name).matches()) {
      throw new FhirFailure.Malformed(
          "A view has the name '"
              + name
              + "'; expected 1 to 64 letters, digits, hyphens and underscores",
          "view.name");
    }
    return new NamedView(name, json);
  }

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new FhirFailure.Malformed("A view is not JSON: " + JsonFailure.reason(e), "view");
    }
  }

  private static Optional<String> text(JsonNode node, String member) {
    return Optional.of(node.path(member).asText()).filter(text -> !text.isEmpty());
  }

  private static String since(OperationInput input) {
    return input.text("_since").map(text -> ViewEndpoint.since(text).toString()).orElse("");
  }

  private static List<String> list(OperationInput input, String name) {
    return input.texts(name).stream()
        .flatMap(text -> Stream.of(text.split(",", -1)))
        .map(String::strip)
        .filter(text -> !text.isEmpty())
        .distinct()
        .toList();
  }

  private static List<String> references(OperationInput input, String name) {
    List<String> references = new ArrayList<>(input.texts(name));
    input.complex(name, Reference.class).stream()
        .map(Reference::getReference)
        .filter(reference -> reference != null)
        .forEach(references::add);
    return references;
  }

  private static Map<String, List<List<Parameter>>> filters(OperationInput input) {
    Map<String, List<List<Parameter>>> filters = new HashMap<>();
    for (String text : input.texts("_typeFilter")) {
      for (String filter : NEXT_FILTER.split(text, -1)) {
        int mark = filter.indexOf('?');
        if (mark < 0) {
          throw new FhirFailure.Malformed(
              "_typeFilter is '" + filter + "'; expected a search such as Observation?code=x",
              "_typeFilter");
        }
        String type = filter.substring(0, mark);
        requireType(type, "_typeFilter");
        filters
            .computeIfAbsent(type, key -> new ArrayList<>())
            .add(QueryParameters.parse(filter.substring(mark + 1)).all());
      }
    }
    return filters;
  }

  private static void requireType(String type, String parameter) {
    if (!ResourceTypes.isType(type)) {
      throw new FhirFailure.Malformed(
          parameter + " names '" + type + "'; expected resource types of FHIR R4", parameter);
    }
  }

  /** The state of an export, one of its files, or its end. */
  Answer answer(String method, FhirRequest request, Target.Export target) {
    request.requireParameters(Set.of());
    if (method.equals("DELETE")) {
      jobs.delete(target.id());
      return Answer.empty(202);
    }
    if (target.file().isPresent()) {
      return file(method, request, target.id(), target.file().get());
    }
    String place = request.links().base() + "/" + Routes.EXPORT + "/" + target.id();
    return switch (jobs.state(target.id())) {
      case ExportJobs.State.Working(long done, long total) ->
          Answer.empty(202)
              .with(
                  "X-Progress",
                  total == 0
                      ? "begins"
                      : "%d %%: %d of %d resources"
                          .formatted(Math.min(100, done * 100 / total), done, total))
              .with("Retry-After", Integer.toString(RETRY_AFTER_SECONDS));
      case ExportJobs.State.Failed(FhirFailure reason) -> OperationOutcomes.answer(reason);
      case ExportJobs.State.Done done -> {
        JsonBytes body =
            done.request().views().isEmpty()
                ? manifest(done, place)
                : new ViewExportState(target.id(), done.request(), place)
                    .parameters("completed", Optional.of(done.manifest()));
        Answer answer = Answer.of(200, body).with("Expires", HttpDates.format(done.until()));
        yield done.request().views().isEmpty()
            ? answer.with("Content-Type", "application/json")
            : answer;
      }
    };
  }

  private static JsonBytes manifest(ExportJobs.State.Done done, String place) {
    ExportManifest manifest = done.manifest();
    JsonText text =
        new JsonText()
            .raw("{")
            .member("transactionTime", manifest.transactionTime().toString())
            .raw(",")
            .member("request", done.request().url())
            .raw(",\"requiresAccessToken\":false,\"output\":[");
    files(text, manifest.output(), place);
    text.raw("],\"deleted\":[");
    files(text, manifest.deleted(), place);
    return text.raw("],\"error\":[]}").toBytes();
  }

  private static void files(JsonText text, List<ExportFile> files, String place) {
    String separator = "";
    for (ExportFile file : files) {
      text.raw(separator + "{")
          .member("type", file.type())
          .raw(",")
          .member("url", place + "/" + file.name())
          .raw(",\"count\":" + file.count() + "}");
      separator = ",";
    }
  }

  private Answer file(String method, FhirRequest request, String id, String name) {
    // A file never changes once it is listed.
    FileDownload download =
        new FileDownload(jobs.file(id, name), type(name), "\"" + id + "-" + name + "\"");
    return download
        .answer(method, request::header)
        .orElseThrow(
            () -> new FhirFailure.NotFound("The file " + name + " of export " + id + " is gone"));
  }

  private static String type(String name) {
    if (name.endsWith(".ndjson")) {
      return Character.isUpperCase(name.charAt(0)) || name.startsWith("deleted.")
          ? "application/fhir+ndjson"
          : RowFormat.NDJSON.mediaType();
    }
    return RowFormat.find(name.substring(name.lastIndexOf('.') + 1))
        .map(RowFormat::mediaType)
        .orElse("application/octet-stream");
  }

  /** What is told of an export of views: a Parameters. */
  private record ViewExportState(String id, ExportRequest request, String place) {
    JsonBytes parameters(String status, Optional<ExportManifest> manifest) {
      JsonText text = new JsonText().raw("{\"resourceType\":\"Parameters\",\"parameter\":[");
      text.raw("{\"name\":\"exportId\",").member("valueString", id).raw("}");
      if (!request.trackingId().isEmpty()) {
        text.raw(",{\"name\":\"clientTrackingId\",")
            .member("valueString", request.trackingId())
            .raw("}");
      }
      text.raw(",{\"name\":\"status\",").member("valueCode", status).raw("}");
      text.raw(",{\"name\":\"location\",").member("valueUri", place).raw("}");
      text.raw(",{\"name\":\"cancelUrl\",").member("valueUri", place).raw("}");
      text.raw(",{\"name\":\"_format\",").member("valueCode", request.format().code()).raw("}");
      manifest.ifPresent(done -> {
        text.raw(",{\"name\":\"exportStartTime\",")
            .member("valueInstant", done.started().toString())
            .raw("},{\"name\":\"exportEndTime\",")
            .member("valueInstant", done.ended().toString())
            .raw("},{\"name\":\"exportDuration\",\"valueInteger\":")
            .raw(Duration.between(done.started(), done.ended()).toSeconds() + "}");
        for (ExportFile file : done.output()) {
          text.raw(",{\"name\":\"output\",\"part\":[{\"name\":\"name\",")
              .member("valueString", file.type())
              .raw("},{\"name\":\"location\",")
              .member("valueUri", place + "/" + file.name())
              .raw("}]}");
        }
      });
      return text.raw("]}").toBytes();
    }
  }
}
