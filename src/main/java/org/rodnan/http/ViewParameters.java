package org.rodnan.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.JsonFailure;
import org.rodnan.fhir.Limits;
import org.rodnan.search.SearchRequest.Parameter;

/** Reads a Parameters with resources that R4 doesn't know, or one such resource. */
final class ViewParameters {
  private final JsonMapper json;

  ViewParameters(Limits limits) {
    this.json =
        JsonMapper.builder(
                JsonFactory.builder()
                    .streamReadConstraints(
                        StreamReadConstraints.builder()
                            .maxNestingDepth(limits.jsonDepthMax())
                            .maxStringLength(limits.bodyBytesMax())
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();
  }

  /**
   * @throws FhirFailure.Malformed if it is no JSON object, or a parameter has no name
   */
  List<Parameter> read(byte[] body) {
    JsonNode root;
    try {
      root = json.readTree(body);
    } catch (JsonProcessingException e) {
      throw new FhirFailure.Malformed("The body is not JSON: " + JsonFailure.reason(e));
    } catch (IOException e) {
      throw new FhirFailure.Malformed("The body is not JSON");
    }
    if (!root.isObject()) {
      throw new FhirFailure.Malformed(
          "The body is no JSON object; expected a Parameters or a ViewDefinition");
    }
    if (!root.path("resourceType").asText().equals("Parameters")) {
      return List.of(new Parameter("viewResource", root.toString()));
    }
    List<Parameter> parameters = new ArrayList<>();
    for (JsonNode parameter : root.path("parameter")) {
      String name = parameter.path("name").asText();
      if (name.isEmpty()) {
        throw new FhirFailure.Malformed(
            "A parameter has no name; expected one", "Parameters.parameter.name");
      }
      parameters.add(new Parameter(name, text(parameter)));
    }
    return parameters;
  }

  private String text(JsonNode parameter) {
    if (parameter.has("resource")) {
      return parameter.get("resource").toString();
    }
    if (parameter.has("part")) {
      ObjectNode parts = json.createObjectNode();
      for (JsonNode part : parameter.get("part")) {
        parts.put(part.path("name").asText(), text(part));
      }
      return parts.toString();
    }
    for (Map.Entry<String, JsonNode> member : parameter.properties()) {
      if (member.getKey().startsWith("value")) {
        JsonNode value = member.getValue();
        return value.isObject() ? value.path("reference").asText() : value.asText();
      }
    }
    return "";
  }
}
