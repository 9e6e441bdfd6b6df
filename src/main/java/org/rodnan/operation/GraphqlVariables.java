package org.rodnan.operation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.hl7.fhir.utilities.graphql.NameValue;
import org.hl7.fhir.utilities.graphql.NumberValue;
import org.hl7.fhir.utilities.graphql.StringValue;
import org.hl7.fhir.utilities.graphql.Value;

/** The values that a client gives to the variables of a GraphQL document. */
final class GraphqlVariables {
  private static final ObjectMapper JSON = new ObjectMapper();

  private GraphqlVariables() {}

  /**
   * By their names; what is null isn't there.
   *
   * @throws org.rodnan.fhir.FhirFailure.Malformed if the text is no JSON object of such values
   */
  static Map<String, List<Value>> read(String json) {
    JsonNode object;
    try {
      object = JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw GraphqlDocument.malformed("the variables are no JSON");
    }
    if (!object.isObject()) {
      throw GraphqlDocument.malformed("the variables are not a JSON object");
    }
    Map<String, List<Value>> variables = new HashMap<>();
    object
        .properties()
        .forEach(member -> {
          JsonNode given = member.getValue();
          if (!given.isNull()) {
            List<Value> values = new ArrayList<>();
            (given.isArray() ? given : List.of(given))
                .forEach(each -> values.add(value(member.getKey(), each)));
            variables.put(member.getKey(), values);
          }
        });
    return variables;
  }

  private static Value value(String name, JsonNode json) {
    if (json.isTextual()) {
      return new StringValue(json.textValue());
    }
    if (json.isNumber()) {
      return new NumberValue(json.asText());
    }
    if (json.isBoolean()) {
      return new NameValue(json.asText());
    }
    throw GraphqlDocument.malformed(
        "the variable $" + name + " is neither text, number, boolean nor a list of them");
  }
}
