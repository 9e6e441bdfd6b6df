package org.rodnan.fhir;

import ca.uhn.fhir.context.BaseRuntimeChildDefinition;
import ca.uhn.fhir.context.BaseRuntimeElementCompositeDefinition;
import ca.uhn.fhir.context.BaseRuntimeElementDefinition;
import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.RuntimeResourceDefinition;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.util.TokenBuffer;
import java.io.IOException;
import org.hl7.fhir.r4.model.BooleanType;
import org.hl7.fhir.r4.model.DecimalType;
import org.hl7.fhir.r4.model.IntegerType;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.jspecify.annotations.Nullable;

/**
 * Checks that JSON has the shape that R4 gives it (json.html): known names, an array exactly where
 * an element may repeat, each primitive in its JSON type, nothing empty, text that is Unicode.
 * HAPI's parser lets some of that pass, and what it lets pass would be stored and served as it is.
 * Thread safe.
 */
final class JsonShape {
  private final FhirContext context;

  JsonShape(FhirContext context) {
    this.context = context;
  }

  /**
   * Reads one resource. The parser stands at its first token; afterwards at its last.
   *
   * @throws FhirFailure.Malformed naming the element, what was found and what was expected
   */
  void require(JsonParser json) throws IOException {
    if (json.currentToken() != JsonToken.START_OBJECT) {
      throw new FhirFailure.Malformed(
          IssueType.STRUCTURE, "The body is not a JSON object; expected a FHIR R4 resource");
    }
    resource(json, "");
  }

  /** At the start of an object; afterwards at its end. */
  private void resource(JsonParser json, String path) throws IOException {
    requireObject(json, path.isEmpty() ? "The body" : path);
    JsonToken first = json.nextToken();
    if (first != JsonToken.FIELD_NAME || json.currentName().equals("resourceType")) {
      members(json, definition(first == JsonToken.FIELD_NAME ? json : null, path), path);
      return;
    }
    // The type comes later: the members before it are kept until it is known.
    try (TokenBuffer kept = new TokenBuffer(json, null)) {
      kept.writeStartObject();
      for (; json.currentToken() == JsonToken.FIELD_NAME; json.nextToken()) {
        kept.copyCurrentStructure(json);
      }
      kept.writeEndObject();
      BaseRuntimeElementCompositeDefinition<?> definition;
      try (JsonParser search = kept.asParser()) {
        search.nextToken();
        boolean found = false;
        while (!found && search.nextToken() == JsonToken.FIELD_NAME) {
          found = search.currentName().equals("resourceType");
          if (!found) {
            search.nextToken();
            search.skipChildren();
          }
        }
        definition = definition(found ? search : null, path);
      }
      try (JsonParser again = kept.asParser()) {
        again.nextToken();
        again.nextToken();
        members(again, definition, path);
      }
    }
  }

  /** The parser stands at the name {@code resourceType}, or is null if there is none. */
  private BaseRuntimeElementCompositeDefinition<?> definition(
      @Nullable JsonParser json, String path) throws IOException {
    String where = path.isEmpty() ? "resourceType" : path + ".resourceType";
    if (json == null) {
      throw new FhirFailure.Malformed(
          IssueType.STRUCTURE, where + " is missing; expected the name of a resource type");
    }
    if (json.nextToken() != JsonToken.VALUE_STRING) {
      throw wrong(where, found(json.currentToken()), "the name of a resource type");
    }
    String type = json.getText();
    if (!ResourceTypes.isType(type)) {
      throw wrong(where, "'" + type + "'", "a resource type of FHIR R4");
    }
    json.nextToken();
    return context.getResourceDefinition(type);
  }

  /** At the first name of an object, or its end; afterwards at its end. */
  private void members(
      JsonParser json, BaseRuntimeElementCompositeDefinition<?> definition, String parent)
      throws IOException {
    String base = parent.isEmpty() ? definition.getName() : parent;
    for (; json.currentToken() == JsonToken.FIELD_NAME; json.nextToken()) {
      String name = json.currentName();
      String path = base + "." + name;
      json.nextToken();
      if (name.equals("resourceType") && definition instanceof RuntimeResourceDefinition) {
        continue;
      }
      boolean companion = name.startsWith("_");
      String element = companion ? name.substring(1) : name;
      if (name.equals("extension") || name.equals("modifierExtension")) {
        array(json, extension(), false, path);
        continue;
      }
      BaseRuntimeChildDefinition child = definition.getChildByName(element);
      BaseRuntimeElementDefinition<?> type = child == null ? null : child.getChildByName(element);
      if (child == null || type == null || (companion && !isPrimitive(type))) {
        throw new FhirFailure.Malformed(IssueType.STRUCTURE, "R4 knows no element " + path, path);
      }
      if (child.getMax() == 1) {
        value(json, type, companion, path);
      } else {
        array(json, type, companion, path);
      }
    }
  }

  private void array(
      JsonParser json, BaseRuntimeElementDefinition<?> type, boolean companion, String path)
      throws IOException {
    if (json.currentToken() != JsonToken.START_ARRAY) {
      throw wrong(path, found(json.currentToken()), "an array, for it may repeat");
    }
    boolean mayHaveGaps = isPrimitive(type);
    boolean any = false;
    for (int i = 0; json.nextToken() != JsonToken.END_ARRAY; i++) {
      if (!mayHaveGaps || json.currentToken() != JsonToken.VALUE_NULL) {
        value(json, type, companion, path + "[" + i + "]");
        any = true;
      }
    }
    if (!any) {
      throw wrong(path, "an empty array", "at least one value");
    }
  }

  private void value(
      JsonParser json, BaseRuntimeElementDefinition<?> type, boolean companion, String path)
      throws IOException {
    if (companion) {
      requireObject(json, path);
      json.nextToken();
      requireNotEmpty(json, path);
      companion(json, path);
      return;
    }
    switch (type.getChildType()) {
      case ID_DATATYPE, PRIMITIVE_DATATYPE, PRIMITIVE_XHTML, PRIMITIVE_XHTML_HL7ORG ->
          primitive(json, type, path);
      case CONTAINED_RESOURCES, CONTAINED_RESOURCE_LIST, RESOURCE -> resource(json, path);
      case COMPOSITE_DATATYPE, RESOURCE_BLOCK, EXTENSION_DECLARED, UNDECL_EXT -> {
        requireObject(json, path);
        json.nextToken();
        requireNotEmpty(json, path);
        members(json, composite(type), path);
      }
    }
  }

  private BaseRuntimeElementCompositeDefinition<?> composite(BaseRuntimeElementDefinition<?> type) {
    return type instanceof BaseRuntimeElementCompositeDefinition<?> composite
        ? composite
        : extension();
  }

  private BaseRuntimeElementCompositeDefinition<?> extension() {
    return (BaseRuntimeElementCompositeDefinition<?>) context.getElementDefinition("Extension");
  }

  /** What goes with a primitive under its name with an underscore: an id and extensions. */
  private void companion(JsonParser json, String parent) throws IOException {
    for (; json.currentToken() == JsonToken.FIELD_NAME; json.nextToken()) {
      String name = json.currentName();
      String path = parent + "." + name;
      json.nextToken();
      switch (name) {
        case "id" -> text(json, path);
        case "extension" -> array(json, extension(), false, path);
        default ->
            throw new FhirFailure.Malformed(
                IssueType.STRUCTURE, "R4 knows no element " + path, path);
      }
    }
  }

  private static boolean isPrimitive(BaseRuntimeElementDefinition<?> type) {
    return switch (type.getChildType()) {
      case ID_DATATYPE, PRIMITIVE_DATATYPE, PRIMITIVE_XHTML, PRIMITIVE_XHTML_HL7ORG -> true;
      default -> false;
    };
  }

  private static void primitive(JsonParser json, BaseRuntimeElementDefinition<?> type, String path)
      throws IOException {
    JsonToken token = json.currentToken();
    Class<?> model = type.getImplementingClass();
    if (BooleanType.class.isAssignableFrom(model)) {
      if (!token.isBoolean()) {
        throw wrong(path, found(token), "true or false");
      }
    } else if (IntegerType.class.isAssignableFrom(model)) {
      if (token != JsonToken.VALUE_NUMBER_INT) {
        throw wrong(path, found(token), "a whole number");
      }
    } else if (DecimalType.class.isAssignableFrom(model)) {
      if (!token.isNumeric()) {
        throw wrong(path, found(token), "a number");
      }
    } else {
      text(json, path);
    }
  }

  private static void text(JsonParser json, String path) throws IOException {
    if (json.currentToken() != JsonToken.VALUE_STRING) {
      throw wrong(path, found(json.currentToken()), "a string");
    }
    String text = json.getText();
    if (text.isEmpty()) {
      throw wrong(path, "an empty string", "some text, or no such element");
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(c)) {
        throw wrong(path, "half of a surrogate pair", "Unicode text");
      }
    }
  }

  private static void requireObject(JsonParser json, String path) {
    if (json.currentToken() != JsonToken.START_OBJECT) {
      throw wrong(path, found(json.currentToken()), "an object");
    }
  }

  private static void requireNotEmpty(JsonParser json, String path) {
    if (json.currentToken() == JsonToken.END_OBJECT) {
      throw wrong(path, "an empty object", "at least one member");
    }
  }

  private static String found(JsonToken token) {
    return switch (token) {
      case START_OBJECT -> "an object";
      case START_ARRAY -> "an array";
      case VALUE_STRING -> "a string";
      case VALUE_TRUE, VALUE_FALSE -> "a boolean";
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number";
      case VALUE_NULL -> "null";
      default -> "something else";
    };
  }

  private static FhirFailure.Malformed wrong(String path, String found, String expected) {
    return new FhirFailure.Malformed(
        IssueType.STRUCTURE, path + " is " + found + "; expected " + expected, path);
  }
}
