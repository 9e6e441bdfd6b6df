package org.rodnan.ingest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceTypes;

/**
 * What files an import is to fetch: the manifest of the proposal for bulk import (SMART on FHIR,
 * bulk-import/import-manifest.md) as JSON or as a Parameters resource of the same names, or the
 * manifest that a bulk export ends with (Bulk Data Access 2.0).
 *
 * @param inputs at least one
 * @param deleted addresses of files of deletions, which an import leaves out
 */
public record ImportManifest(List<Input> inputs, List<String> deleted) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<String> LISTS = Set.of("input", "output", "deleted", "error");
  private static final Set<String> NDJSON =
      Set.of("application/fhir+ndjson", "application/ndjson", "ndjson");

  private static final Set<String> OF_A_MANIFEST =
      Set.of(
          "inputFormat",
          "inputSource",
          "storageDetail",
          "input",
          "transactionTime",
          "request",
          "requiresAccessToken",
          "outputFormat",
          "output",
          "deleted",
          "error",
          "extension");

  private static final Set<String> OF_A_FILE = Set.of("type", "url", "count", "extension");
  private static final Set<String> OF_STORAGE = Set.of("type", "contentEncoding");

  public ImportManifest {
    inputs = List.copyOf(inputs);
    deleted = List.copyOf(deleted);
  }

  /**
   * A file.
   *
   * @param type of all resources in it
   */
  public record Input(String type, URI url) {}

  /**
   * Reads it strictly.
   *
   * @throws FhirFailure.Malformed if it is no manifest, or asks for what isn't offered
   */
  public static ImportManifest parse(byte[] text) {
    JsonNode json = object(text);
    if (json.path("resourceType").asText().equals("Parameters")) {
      json = plain(json.path("parameter"));
    }
    requireOnly(json, OF_A_MANIFEST, "");
    if (json.path("requiresAccessToken").asBoolean()) {
      throw notOffered("requiresAccessToken", "is true; expected files that need no token");
    }
    for (String format : List.of("inputFormat", "outputFormat")) {
      if (json.has(format) && !NDJSON.contains(json.get(format).asText())) {
        throw notOffered(
            format, "is '" + json.get(format).asText() + "'; expected application/fhir+ndjson");
      }
    }
    storage(json.path("storageDetail"));
    if (json.has("input") && json.has("output")) {
      throw new FhirFailure.Malformed(
          "There are both input and output; expected one of them", "input");
    }
    String name = json.has("output") ? "output" : "input";
    JsonNode files = json.path(name);
    if (!files.isArray() || files.isEmpty()) {
      throw new FhirFailure.Malformed(
          IssueType.REQUIRED,
          "There is no input; expected a list of files with type and url (or the output of a bulk"
              + " export)",
          name);
    }
    List<Input> inputs = new ArrayList<>();
    for (int i = 0; i < files.size(); i++) {
      inputs.add(input(files.get(i), name + "[" + i + "]"));
    }
    List<String> deleted = new ArrayList<>();
    json.path("deleted").forEach(file -> deleted.add(file.path("url").asText()));
    return new ImportManifest(inputs, deleted);
  }

  private static JsonNode object(byte[] text) {
    try {
      JsonNode json = JSON.readTree(text);
      if (json != null && json.isObject()) {
        return json;
      }
    } catch (IOException e) {
      // Said below.
    }
    throw new FhirFailure.Malformed("The body is no JSON object; expected a manifest of files");
  }

  private static JsonNode plain(JsonNode parameters) {
    ObjectNode plain = JSON.createObjectNode();
    for (JsonNode parameter : parameters) {
      String name = parameter.path("name").asText();
      JsonNode value = value(parameter);
      if (LISTS.contains(name)) {
        plain.withArray(name).add(value);
      } else if (plain.has(name)) {
        throw new FhirFailure.Malformed(
            "The parameter '" + name + "' stands there twice; expected it once", name);
      } else {
        plain.set(name, value);
      }
    }
    return plain;
  }

  private static JsonNode value(JsonNode parameter) {
    if (parameter.has("part")) {
      return plain(parameter.get("part"));
    }
    return parameter.properties().stream()
        .filter(member -> member.getKey().startsWith("value"))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElseGet(JSON::nullNode);
  }

  private static void storage(JsonNode storage) {
    requireOnly(storage, OF_STORAGE, "storageDetail.");
    String type = storage.path("type").asText("https");
    if (!type.equals("https")) {
      throw notOffered("storageDetail.type", "is '" + type + "'; expected https");
    }
    JsonNode encoding = storage.path("contentEncoding");
    JsonNode encodings = encoding.isArray() ? encoding : single(encoding);
    for (JsonNode each : encodings) {
      if (!each.asText().equals("gzip")) {
        throw notOffered(
            "storageDetail.contentEncoding", "is '" + each.asText() + "'; expected gzip");
      }
    }
  }

  private static ArrayNode single(JsonNode value) {
    ArrayNode list = JSON.createArrayNode();
    return value.isMissingNode() ? list : list.add(value);
  }

  private static Input input(JsonNode file, String place) {
    requireOnly(file, OF_A_FILE, place + ".");
    String type = file.path("type").asText();
    if (!ResourceTypes.isType(type)) {
      throw new FhirFailure.Malformed(
          place + ".type is '" + type + "'; expected a resource type of R4", place + ".type");
    }
    String url = file.path("url").asText();
    try {
      return new Input(type, new URI(url));
    } catch (URISyntaxException e) {
      throw new FhirFailure.Malformed(
          place + ".url is '" + url + "'; expected the address of a file", place + ".url");
    }
  }

  private static void requireOnly(JsonNode json, Set<String> names, String place) {
    if (!json.isMissingNode() && !json.isObject()) {
      throw new FhirFailure.Malformed(
          "Expected an object in place of " + json, place.replaceAll("\\.$", ""));
    }
    for (Map.Entry<String, JsonNode> member : json.properties()) {
      if (!names.contains(member.getKey())) {
        throw notOffered(
            place + member.getKey(),
            "is not known here; expected one of " + names.stream().sorted().toList());
      }
    }
  }

  private static FhirFailure.Malformed notOffered(String place, String problem) {
    return new FhirFailure.Malformed(IssueType.NOTSUPPORTED, place + " " + problem, place);
  }
}
