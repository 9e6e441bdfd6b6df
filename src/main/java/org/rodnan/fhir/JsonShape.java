package org.rodnan.fhir;

import ca.uhn.fhir.context.BaseRuntimeChildDefinition;
import ca.uhn.fhir.context.BaseRuntimeElementCompositeDefinition;
import ca.uhn.fhir.context.BaseRuntimeElementDefinition;
import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.RuntimeResourceDefinition;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.util.TokenBuffer;
import java.io.IOException;
import java.util.Objects;
import java.util.OptionalInt;
import org.hl7.fhir.r4.model.BooleanType;
import org.hl7.fhir.r4.model.DecimalType;
import org.hl7.fhir.r4.model.IntegerType;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;

/**
 * Checks that JSON has the shape that R4 gives it (json.html): known names, an array exactly where
 * an element may repeat, each primitive in its JSON type, nothing empty, text that is Unicode.
 * HAPI's parser lets some of that pass, and what it lets pass would be stored and served as it is.
 * Thread safe.
 */
final class JsonShape {
  private final FhirContext context;
  private final BaseRuntimeElementCompositeDefinition<?> extension;

  JsonShape(FhirContext context) {
    this.context = context;
    this.extension =
        (BaseRuntimeElementCompositeDefinition<?>)
            Objects.requireNonNull(context.getElementDefinition("Extension"));
  }

  /**
   * Reads one resource. The parser stands at its first token; afterwards at its last.
   *
   * @throws FhirFailure.Malformed naming the element, what was found and what was expected
   */
  void require(JsonParser json) throws IOException {
    new Walk(json, "").resource();
  }

  /** A walk along the tokens of one parser. */
  private final class Walk {
    private final JsonParser json;
    private final String prefix;
    private String type = "";

    /**
     * @param prefix the path of the resource at which the parser begins, empty for the body
     */
    Walk(JsonParser json, String prefix) {
      this.json = json;
      this.prefix = prefix;
    }

    /** At the start of an object; afterwards at its end. */
    void resource() throws IOException {
      requireObject();
      JsonToken first = json.nextToken();
      if (first != JsonToken.FIELD_NAME || json.currentName().equals("resourceType")) {
        members(definition(first == JsonToken.FIELD_NAME));
        return;
      }
      // The type comes later: the members before it are kept until it is known.
      String path = path(json.getParsingContext().getParent());
      try (TokenBuffer kept = new TokenBuffer(json.getCodec(), false)) {
        kept.writeStartObject();
        for (; json.currentToken() == JsonToken.FIELD_NAME; json.nextToken()) {
          kept.copyCurrentStructure(json);
        }
        kept.writeEndObject();
        BaseRuntimeElementCompositeDefinition<?> definition;
        try (JsonParser search = kept.asParser()) {
          Walk walk = new Walk(search, path);
          definition = walk.definition(walk.findsType());
        }
        try (JsonParser again = kept.asParser()) {
          again.nextToken();
          again.nextToken();
          Walk walk = new Walk(again, path);
          walk.type = definition.getName();
          walk.members(definition);
        }
      }
    }

    private boolean findsType() throws IOException {
      json.nextToken();
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        if (json.currentName().equals("resourceType")) {
          return true;
        }
        json.nextToken();
        json.skipChildren();
      }
      return false;
    }

    /** If there is a type the parser stands at its name; afterwards behind its value. */
    private BaseRuntimeElementCompositeDefinition<?> definition(boolean hasType)
        throws IOException {
      if (!hasType) {
        throw wrong("a resource without a resourceType", "one that says what it is");
      }
      if (json.nextToken() != JsonToken.VALUE_STRING) {
        throw wrong(found(), "the name of a resource type");
      }
      String name = json.getText();
      if (!ResourceTypes.isType(name)) {
        throw wrong("'" + name + "'", "a resource type of FHIR R4");
      }
      if (type.isEmpty()) {
        type = name;
      }
      json.nextToken();
      return context.getResourceDefinition(name);
    }

    /** At the first name of an object, or its end; afterwards at its end. */
    private void members(BaseRuntimeElementCompositeDefinition<?> definition) throws IOException {
      for (; json.currentToken() == JsonToken.FIELD_NAME; json.nextToken()) {
        String name = json.currentName();
        json.nextToken();
        if (name.equals("resourceType") && definition instanceof RuntimeResourceDefinition) {
          continue;
        }
        if (name.equals("extension") || name.equals("modifierExtension")) {
          array(extension, false);
          continue;
        }
        boolean companion = name.startsWith("_");
        String element = companion ? name.substring(1) : name;
        BaseRuntimeChildDefinition child = definition.getChildByName(element);
        BaseRuntimeElementDefinition<?> model =
            child == null ? null : child.getChildByName(element);
        if (child == null || model == null || (companion && !isPrimitive(model))) {
          throw unknown();
        }
        if (child.getMax() == 1) {
          value(model, companion);
        } else {
          array(model, companion);
        }
      }
    }

    private void array(BaseRuntimeElementDefinition<?> model, boolean companion)
        throws IOException {
      if (json.currentToken() != JsonToken.START_ARRAY) {
        throw wrong(found(), "an array, for it may repeat");
      }
      boolean mayHaveGaps = isPrimitive(model);
      boolean any = false;
      while (json.nextToken() != JsonToken.END_ARRAY) {
        if (!mayHaveGaps || json.currentToken() != JsonToken.VALUE_NULL) {
          value(model, companion);
          any = true;
        }
      }
      if (!any) {
        throw wrong("an empty array", "at least one value");
      }
    }

    private void value(BaseRuntimeElementDefinition<?> model, boolean companion)
        throws IOException {
      if (companion) {
        enter();
        companion();
        return;
      }
      switch (model.getChildType()) {
        case ID_DATATYPE, PRIMITIVE_DATATYPE, PRIMITIVE_XHTML, PRIMITIVE_XHTML_HL7ORG ->
            primitive(model);
        case CONTAINED_RESOURCES, CONTAINED_RESOURCE_LIST, RESOURCE -> resource();
        case COMPOSITE_DATATYPE, RESOURCE_BLOCK, EXTENSION_DECLARED, UNDECL_EXT -> {
          enter();
          members(
              model instanceof BaseRuntimeElementCompositeDefinition<?> composite
                  ? composite
                  : extension);
        }
      }
    }

    /** From the start of an object to its first name. */
    private void enter() throws IOException {
      requireObject();
      if (json.nextToken() == JsonToken.END_OBJECT) {
        throw wrong("an empty object", "at least one member");
      }
    }

    /** What goes with a primitive under its name with an underscore: an id and extensions. */
    private void companion() throws IOException {
      for (; json.currentToken() == JsonToken.FIELD_NAME; json.nextToken()) {
        String name = json.currentName();
        json.nextToken();
        switch (name) {
          case "id" -> text();
          case "extension" -> array(extension, false);
          default -> throw unknown();
        }
      }
    }

    private void primitive(BaseRuntimeElementDefinition<?> model) throws IOException {
      JsonToken token = json.currentToken();
      Class<?> implementation = model.getImplementingClass();
      if (BooleanType.class.isAssignableFrom(implementation)) {
        if (!token.isBoolean()) {
          throw wrong(found(), "true or false");
        }
      } else if (IntegerType.class.isAssignableFrom(implementation)) {
        if (token != JsonToken.VALUE_NUMBER_INT) {
          throw wrong(found(), "a whole number");
        }
      } else if (DecimalType.class.isAssignableFrom(implementation)) {
        if (!token.isNumeric()) {
          throw wrong(found(), "a number");
        }
        if (!Decimals.isReasonable(json.getText())) {
          throw wrong("a number out of all proportion", Decimals.EXPECTED);
        }
      } else {
        text();
      }
    }

    private void text() throws IOException {
      if (json.currentToken() != JsonToken.VALUE_STRING) {
        throw wrong(found(), "a string");
      }
      String text = json.getText();
      if (text.isEmpty()) {
        throw wrong("an empty string", "some text, or no such element");
      }
      OptionalInt forbidden = FhirCharacters.firstForbidden(text);
      if (forbidden.isPresent()) {
        throw wrong(
            String.format("text with the character U+%04X", forbidden.getAsInt()),
            "characters that FHIR's text may hold");
      }
    }

    private void requireObject() {
      if (json.currentToken() != JsonToken.START_OBJECT) {
        throw wrong(found(), "an object");
      }
    }

    private String found() {
      JsonToken token = json.currentToken();
      return switch (token) {
        case START_OBJECT -> "an object";
        case START_ARRAY -> "an array";
        case VALUE_STRING -> "a string";
        case VALUE_TRUE, VALUE_FALSE -> "a boolean";
        case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number";
        case VALUE_NULL -> "null";
        case null, default -> "something else";
      };
    }

    private FhirFailure.Malformed wrong(String found, String expected) {
      String path = path(json.getParsingContext());
      return new FhirFailure.Malformed(
          IssueType.STRUCTURE,
          (path.isEmpty() ? "The body" : path) + " is " + found + "; expected " + expected,
          path.isEmpty() ? new String[0] : new String[] {path});
    }

    private FhirFailure.Malformed unknown() {
      String path = path(json.getParsingContext());
      return new FhirFailure.Malformed(IssueType.STRUCTURE, "R4 knows no element " + path, path);
    }

    /** The FHIRPath of the place, such as {@code Patient.name[0].given[1]}. */
    private String path(JsonStreamContext place) {
      StringBuilder path = new StringBuilder();
      for (JsonStreamContext at = place; at != null; at = at.getParent()) {
        if (at.inArray() && at.hasCurrentIndex()) {
          path.insert(0, "[" + at.getCurrentIndex() + "]");
        } else if (at.inObject() && at.hasCurrentName()) {
          path.insert(0, "." + at.getCurrentName());
        }
      }
      return (prefix.isEmpty() ? type : prefix) + path;
    }
  }

  private static boolean isPrimitive(BaseRuntimeElementDefinition<?> model) {
    return switch (model.getChildType()) {
      case ID_DATATYPE, PRIMITIVE_DATATYPE, PRIMITIVE_XHTML, PRIMITIVE_XHTML_HL7ORG -> true;
      default -> false;
    };
  }
}
