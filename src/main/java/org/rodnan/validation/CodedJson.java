package org.rodnan.validation;

import java.util.List;
import org.hl7.fhir.utilities.json.model.JsonElement;
import org.hl7.fhir.utilities.json.model.JsonObject;
import org.jspecify.annotations.Nullable;
import org.rodnan.validation.compiled.Coded;

/** JSON as HL7's validator reads it. */
record CodedJson(JsonObject object) implements Coded {
  @Override
  public @Nullable String text(String name) {
    JsonElement value = object.get(name);
    return value != null && value.isJsonString() ? value.asString() : null;
  }

  @Override
  public List<CodedJson> objects(String name) {
    JsonElement value = object.get(name);
    if (value == null) {
      return List.of();
    }
    if (value.isJsonObject()) {
      return List.of(new CodedJson(value.asJsonObject()));
    }
    return value.isJsonArray()
        ? value.asJsonArray().getItems().stream()
            .filter(JsonElement::isJsonObject)
            .map(item -> new CodedJson(item.asJsonObject()))
            .toList()
        : List.of();
  }
}
