package org.rodnan.sdtm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import org.hl7.fhir.r4.model.Resource;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.mapping.MappedContent;

/** What of resources is the same after they were written as SDTM and read back, as text. */
public final class Surviving {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Surviving() {}

  /** All of it, to the byte, with the rows. */
  public static String bytes(MappedContent content) {
    StringBuilder all = new StringBuilder();
    content
        .resources()
        .forEach(each ->
            all.append(FhirContexts.r4().newJsonParser().encodeResourceToString(each.resource()))
                .append(each.row())
                .append('\n'));
    return all.toString();
  }

  /**
   * But for what {@code src/docs/sdtm.md} says does not survive: narratives, names, displays, and
   * the order of extensions and sites.
   */
  public static String known(Resource resource) {
    try {
      ObjectNode json =
          (ObjectNode)
              JSON.readTree(FhirContexts.r4().newJsonParser().encodeResourceToString(resource));
      json.remove("text");
      if (resource.fhirType().equals("Patient")) {
        json.remove("name");
      }
      strip(json);
      return JSON.writerWithDefaultPrettyPrinter()
          .writeValueAsString(JSON.treeToValue(json, TreeMap.class));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void strip(JsonNode node) {
    node.forEach(Surviving::strip);
    if (node instanceof ObjectNode object) {
      if (object.has("system") && object.has("code") && !object.has("value")) {
        object.remove("display");
      }
      for (String list : List.of("extension", "component")) {
        if (object.get(list) instanceof ArrayNode items) {
          List<JsonNode> sorted = new ArrayList<>();
          items.forEach(sorted::add);
          sorted.sort(Comparator.comparing(JsonNode::toString));
          items.removeAll();
          items.addAll(sorted);
        }
      }
    }
  }
}
