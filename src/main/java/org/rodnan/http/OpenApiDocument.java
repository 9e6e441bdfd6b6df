package org.rodnan.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.hl7.fhir.r4.model.CapabilityStatement;
import org.hl7.fhir.r4.model.CapabilityStatement.CapabilityStatementRestComponent;
import org.hl7.fhir.r4.model.CapabilityStatement.CapabilityStatementRestResourceComponent;
import org.hl7.fhir.r4.model.CapabilityStatement.CapabilityStatementRestResourceOperationComponent;
import org.hl7.fhir.r4.model.CapabilityStatement.CapabilityStatementRestResourceSearchParamComponent;
import org.rodnan.http.NamedOperation.Level;

/**
 * The interface in OpenAPI 3.0, made of the CapabilityStatement (types, search parameters) and of
 * the routes themselves, which say what methods a path has. Nothing is listed here by hand but the
 * forms that paths have in FHIR. Immutable, thread safe.
 */
final class OpenApiDocument {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern VARIABLE = Pattern.compile("\\{(\\w+)}");
  private static final String SYSTEM = "system";
  private static final List<String> FHIR = List.of("application/fhir+json", "application/fhir+xml");

  /** What stands for each variable when the routes are asked what methods a path has. */
  private static final Map<String, String> SAMPLES =
      Map.of("id", "1", "vid", "1", "type", "Observation", "job", "1");

  private final ObjectNode root = JSON.createObjectNode();
  private final ObjectNode paths;
  private final ObjectNode parameters;

  /** Search parameters of every type, by their names. */
  private final Map<String, CapabilityStatementRestResourceSearchParamComponent> common =
      new LinkedHashMap<>();

  private OpenApiDocument(CapabilityStatement statement, String basePath) {
    root.put("openapi", "3.0.3");
    root.putObject("info")
        .put("title", statement.getTitle())
        .put("version", statement.getSoftware().getVersion())
        .put(
            "description",
            "FHIR R4. Made of the same definitions as the CapabilityStatement at /metadata.");
    root.putArray("servers").addObject().put("url", basePath);
    this.paths = root.putObject("paths");
    this.parameters = root.putObject("components").putObject("parameters");
  }

  /**
   * The document as JSON.
   *
   * @param basePath where the interface begins, such as {@code /fhir}
   */
  static byte[] of(CapabilityStatement statement, String basePath) {
    OpenApiDocument document = new OpenApiDocument(statement, basePath);
    CapabilityStatementRestComponent rest = statement.getRestFirstRep();
    rest.getSearchParam().forEach(each -> document.common.put(each.getName(), each));
    document.system(rest);
    rest.getResource().forEach(document::type);
    try {
      return JSON.writeValueAsBytes(document.root);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Those that the statement names. */
  private static List<NamedOperation> operations(
      List<CapabilityStatementRestResourceOperationComponent> stated) {
    Set<String> names =
        stated.stream()
            .map(CapabilityStatementRestResourceOperationComponent::getName)
            .collect(Collectors.toSet());
    return Arrays.stream(NamedOperation.values())
        .filter(operation -> names.contains(operation.code()))
        .toList();
  }

  private void system(CapabilityStatementRestComponent rest) {
    path("/metadata", SYSTEM, List.of());
    path("/", SYSTEM, List.copyOf(common.values()));
    path("/_search", SYSTEM, List.of());
    path("/_history", SYSTEM, List.of());
    path("/_async/{job}", SYSTEM, List.of());
    for (NamedOperation operation : operations(rest.getOperation())) {
      if (operation.isAt(Level.SYSTEM)) {
        path("/$" + operation.code(), SYSTEM, List.of());
      }
    }
    views();
  }

  /** R4 has no such type, so that the statement doesn't name it. */
  private void views() {
    String type = Routes.VIEW_DEFINITION;
    path("/" + type, type, List.of());
    path("/" + type + "/{id}", type, List.of());
    for (NamedOperation operation : NamedOperation.values()) {
      if (operation.isOf(type) && operation.hasFormats()) {
        path("/" + type + "/$" + operation.code(), type, List.of());
        path("/" + type + "/{id}/$" + operation.code(), type, List.of());
      }
    }
    path("/" + Routes.EXPORT + "/{job}", SYSTEM, List.of());
  }

  private void type(CapabilityStatementRestResourceComponent resource) {
    String type = resource.getType();
    Map<String, CapabilityStatementRestResourceSearchParamComponent> searched =
        new TreeMap<>(common);
    resource.getSearchParam().forEach(each -> searched.put(each.getName(), each));
    path("/" + type, type, List.copyOf(searched.values()));
    path("/" + type + "/_search", type, List.of());
    path("/" + type + "/_history", type, List.of());
    path("/" + type + "/{id}", type, List.of());
    path("/" + type + "/{id}/_history", type, List.of());
    path("/" + type + "/{id}/_history/{vid}", type, List.of());
    if (Routes.isCompartment(type)) {
      path("/" + type + "/{id}/{type}", type, List.of());
      path("/" + type + "/{id}/*", type, List.of());
    }
    for (NamedOperation operation : operations(resource.getOperation())) {
      if (operation.isOf(type) && operation.isAt(Level.TYPE)) {
        path("/" + type + "/$" + operation.code(), type, List.of());
      }
      if (operation.isOf(type) && operation.isAt(Level.INSTANCE)) {
        path("/" + type + "/{id}/$" + operation.code(), type, List.of());
      }
    }
  }

  /**
   * @param searched parameters of GET
   */
  private void path(
      String path, String tag, List<CapabilityStatementRestResourceSearchParamComponent> searched) {
    ObjectNode item = paths.putObject(path);
    Target target = Routes.target(sample(path));
    Matcher variable = VARIABLE.matcher(path);
    while (variable.find()) {
      array(item, "parameters").add(inPath(variable.group(1)));
    }
    for (String method : target.methods()) {
      if (method.equals("HEAD")) {
        continue;
      }
      ObjectNode operation = item.putObject(method.toLowerCase(Locale.ROOT));
      operation.putArray("tags").add(tag);
      operation.put("summary", summary(method, target));
      operation.put("operationId", method.toLowerCase(Locale.ROOT) + " " + path);
      if (method.equals("GET")) {
        searched.forEach(each -> array(operation, "parameters").add(reference(tag, each)));
      }
      if (method.equals("GET") && target instanceof Target.Operation) {
        array(operation, "parameters").add(freeForm());
      }
      body(operation, method, target);
      ObjectNode responses = operation.putObject("responses");
      responses.putObject("200").put("description", "What was asked for");
      responses.putObject("default").put("description", "An OperationOutcome that says why not");
    }
  }

  private static String sample(String path) {
    return VARIABLE.matcher(path).replaceAll(each -> SAMPLES.get(each.group(1)));
  }

  private static ArrayNode array(ObjectNode node, String name) {
    return node.withArray("/" + name);
  }

  private static ObjectNode inPath(String name) {
    ObjectNode parameter = JSON.createObjectNode();
    parameter.put("name", name).put("in", "path").put("required", true);
    parameter.putObject("schema").put("type", "string");
    return parameter;
  }

  /** A search parameter, defined once for each type that has it in its own way. */
  private ObjectNode reference(
      String tag, CapabilityStatementRestResourceSearchParamComponent searched) {
    String owner = common.get(searched.getName()) == searched ? SYSTEM : tag;
    String key = owner + "." + searched.getName();
    if (!parameters.has(key)) {
      ObjectNode parameter = parameters.putObject(key);
      parameter.put("name", searched.getName()).put("in", "query");
      parameter.put(
          "description",
          searched.getType().toCode()
              + (searched.hasDocumentation() ? ": " + searched.getDocumentation() : ""));
      parameter.put("style", "form").put("explode", true);
      parameter.putObject("schema").put("type", "array").putObject("items").put("type", "string");
    }
    return JSON.createObjectNode().put("$ref", "#/components/parameters/" + key);
  }

  /** The parameters of an operation, by whatever names its definition gives them. */
  private static ObjectNode freeForm() {
    ObjectNode parameter = JSON.createObjectNode();
    parameter.put("name", "parameters").put("in", "query").put("style", "form");
    parameter.put("explode", true);
    parameter
        .putObject("schema")
        .put("type", "object")
        .putObject("additionalProperties")
        .put("type", "string");
    return parameter;
  }

  private static void body(ObjectNode operation, String method, Target target) {
    List<String> types =
        switch (method) {
          case "POST" ->
              target instanceof Target.Search ? List.of("application/x-www-form-urlencoded") : FHIR;
          case "PUT" -> FHIR;
          case "PATCH" ->
              List.of("application/json-patch+json", "application/xml-patch+xml", FHIR.getFirst());
          default -> List.of();
        };
    if (!types.isEmpty()) {
      ObjectNode content = operation.putObject("requestBody").putObject("content");
      types.forEach(type -> content.putObject(type).putObject("schema").put("type", "object"));
    }
  }

  private static String summary(String method, Target target) {
    return switch (target) {
      case Target.SystemRoot root ->
          method.equals("POST") ? "batch or transaction" : "search of all types";
      case Target.Metadata metadata -> "capabilities";
      case Target.OfType type ->
          switch (method) {
            case "POST" -> "create";
            case "GET" -> "search";
            default -> "conditional " + ofOne(method);
          };
      case Target.Instance instance -> method.equals("GET") ? "read" : ofOne(method);
      case Target.Version version -> "vread";
      case Target.History history -> "history";
      case Target.Search search -> search.compartment().isPresent() ? "compartment" : "search";
      case Target.Async async ->
          method.equals("DELETE") ? "forget the request" : "answer to an asynchronous request";
      case Target.Export export ->
          method.equals("DELETE") ? "delete the export" : "state of an export, or one of its files";
      case Target.Views views -> "views that come with the server";
      case Target.Operation operation -> "$" + operation.operation().code();
    };
  }

  private static String ofOne(String method) {
    return method.equals("PUT") ? "update" : method.toLowerCase(Locale.ROOT);
  }
}
