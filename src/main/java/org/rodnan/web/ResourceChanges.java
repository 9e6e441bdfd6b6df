package org.rodnan.web;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.hl7.fhir.r4.model.Base;
import org.hl7.fhir.r4.model.Resource;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.index.FhirPaths;
import org.rodnan.operation.DiffOperation;

/** The differences between two versions, from {@code $diff}, as rows of a table. Thread safe. */
final class ResourceChanges {
  /** Rows that are shown; the operation itself gives all. */
  static final int CHANGES_MAX = 500;

  private final DiffOperation diff;
  private final FhirPaths paths = new FhirPaths();

  /**
   * One difference.
   *
   * @param path FHIRPath of the element
   * @param before its text; empty if it was added
   * @param after its text; empty if it was taken away
   */
  record Change(String path, String before, String after) {}

  ResourceChanges(DiffOperation diff) {
    this.diff = diff;
  }

  /**
   * What makes the second version of the first, but for their meta.
   *
   * @throws org.rodnan.fhir.FhirFailure if there is no such version, or it has no content
   */
  List<Change> between(ResourceKey key, long from, long to, StoredResource first) {
    JsonNode patch =
        StoredResource.parsed(
            diff.between(key + "/_history/" + from, key + "/_history/" + to, false));
    List<Change> changes = new ArrayList<>();
    Resource before =
        (Resource) FhirContexts.r4().newJsonParser().parseResource(first.json().toString());
    for (JsonNode operation : patch.path("parameter")) {
      if (changes.size() == CHANGES_MAX) {
        break;
      }
      changes.add(change(operation, before));
    }
    return changes;
  }

  private Change change(JsonNode operation, Resource first) {
    Map<String, JsonNode> parts = new LinkedHashMap<>();
    operation.path("part").forEach(part -> parts.put(part.path("name").asText(), part));
    String path = text(parts, "path");
    String after = text(parts, "value");
    return switch (text(parts, "type")) {
      case "replace" -> new Change(path, text(parts, "previousValue"), after);
      case "delete" -> new Change(path, deleted(path, first), "");
      case "insert" -> new Change(path + "[" + text(parts, "index") + "]", "", after);
      default -> new Change(path + "." + text(parts, "name"), "", after);
    };
  }

  private static String text(Map<String, JsonNode> parts, String name) {
    return Optional.ofNullable(parts.get(name)).map(ResourceChanges::text).orElse("");
  }

  private static String text(JsonNode part) {
    Optional<JsonNode> value = ResourceText.choice(part, "value");
    if (value.isPresent()) {
      String words = ResourceText.of(value.get());
      return words.isEmpty() ? value.get().toString() : words;
    }
    if (part.has("resource")) {
      return part.path("resource").toString();
    }
    List<String> inner = new ArrayList<>();
    part.path("part").forEach(each -> inner.add(each.path("name").asText() + ": " + text(each)));
    return String.join(", ", inner);
  }

  /** A FHIRPath Patch doesn't say what it deletes; places count in the first version. */
  private String deleted(String path, Resource first) {
    List<String> texts = new ArrayList<>();
    for (Base value : paths.evaluate(paths.compile(path), first, first)) {
      texts.add(value.isPrimitive() ? value.primitiveValue() : encoded(value));
    }
    return String.join(", ", texts);
  }

  private static String encoded(Base value) {
    String json = FhirContexts.r4().newJsonParser().encodeToString(value);
    String words = ResourceText.of(StoredResource.parsed(json.getBytes(StandardCharsets.UTF_8)));
    return words.isEmpty() ? json : words;
  }
}
