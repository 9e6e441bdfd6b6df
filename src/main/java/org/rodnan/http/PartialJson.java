package org.rodnan.http;

import ca.uhn.fhir.context.BaseRuntimeChildDefinition;
import ca.uhn.fhir.context.BaseRuntimeElementCompositeDefinition;
import ca.uhn.fhir.context.RuntimeChildExtension;
import ca.uhn.fhir.context.RuntimeResourceDefinition;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.rodnan.fhir.FhirContexts;

/**
 * Copies a part of a resource token by token, so that what stays is as it is stored: numbers keep
 * their digits, primitives their extensions. Nothing empty is left where members go. The part is
 * tagged SUBSETTED (R4, search.html#summary). For one resource.
 */
final class PartialJson {
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8).build();

  private static final String TAG_SYSTEM =
      "http://terminology.hl7.org/CodeSystem/v3-ObservationValue";

  /** How much of an element goes into the part. */
  enum Share {
    ALL,
    /** Of its children those that the choice takes; of a primitive or a resource all. */
    SOME,
    NONE
  }

  /** Which elements go into the part; id and meta always do. */
  interface Choice {
    /**
     * @param path of the element by its name in the definitions, such as {@code Observation.value}
     * @param name as JSON has it, such as {@code valueQuantity}
     */
    Share of(String path, String name, BaseRuntimeChildDefinition element);
  }

  private final JsonParser in;
  private final JsonGenerator out;
  private final Choice choice;

  /** Fields and brackets that are written only once there is something in them. */
  private final Deque<Opening> openings = new ArrayDeque<>();

  /**
   * @param name empty in an array
   */
  private record Opening(String name, boolean isArray) {}

  private PartialJson(JsonParser in, JsonGenerator out, Choice choice) {
    this.in = in;
    this.out = out;
    this.choice = choice;
  }

  /** The part of one resource. */
  static byte[] of(String type, byte[] json, Choice choice) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(json.length);
    try (JsonParser in = JSON.createParser(json);
        JsonGenerator out = JSON.createGenerator(bytes)) {
      new PartialJson(in, out, choice).resource(type);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private void resource(String type) throws IOException {
    in.nextToken();
    out.writeStartObject();
    boolean isTagged = false;
    while (in.nextToken() == JsonToken.FIELD_NAME) {
      String name = in.currentName();
      in.nextToken();
      switch (name) {
        case "resourceType", "id" -> copy(name);
        case "meta" -> {
          meta();
          isTagged = true;
        }
        default -> {
          if (!isTagged) {
            metaOfTag();
            isTagged = true;
          }
          element(type, FhirContexts.r4().getResourceDefinition(type), name);
        }
      }
    }
    if (!isTagged) {
      metaOfTag();
    }
    out.writeEndObject();
  }

  private void meta() throws IOException {
    out.writeObjectFieldStart("meta");
    boolean isTagged = false;
    while (in.nextToken() == JsonToken.FIELD_NAME) {
      String name = in.currentName();
      in.nextToken();
      if (name.equals("tag")) {
        out.writeArrayFieldStart(name);
        while (in.nextToken() != JsonToken.END_ARRAY) {
          copyValue();
        }
        tag();
        out.writeEndArray();
        isTagged = true;
      } else {
        copy(name);
      }
    }
    if (!isTagged) {
      tags();
    }
    out.writeEndObject();
  }

  private void metaOfTag() throws IOException {
    out.writeObjectFieldStart("meta");
    tags();
    out.writeEndObject();
  }

  private void tags() throws IOException {
    out.writeArrayFieldStart("tag");
    tag();
    out.writeEndArray();
  }

  private void tag() throws IOException {
    out.writeStartObject();
    out.writeStringField("system", TAG_SYSTEM);
    out.writeStringField("code", "SUBSETTED");
    out.writeStringField("display", "subsetted");
    out.writeEndObject();
  }

  /** At an element's value; afterwards at its end. */
  private void element(
      String path, BaseRuntimeElementCompositeDefinition<?> definition, String name)
      throws IOException {
    String element = name.startsWith("_") ? name.substring(1) : name;
    BaseRuntimeChildDefinition child = definition.getChildByName(element);
    String inner = path + "." + child.getElementName();
    switch (choice.of(inner, element, child)) {
      case NONE -> in.skipChildren();
      case ALL -> copy(name);
      case SOME -> {
        if (!name.startsWith("_")
            && !(child instanceof RuntimeChildExtension)
            && child.getChildByName(element)
                instanceof BaseRuntimeElementCompositeDefinition<?> composite
            && in.currentToken().isStructStart()
            && !(composite instanceof RuntimeResourceDefinition)) {
          some(inner, name, composite);
        } else {
          copy(name);
        }
      }
    }
  }

  private void some(String path, String name, BaseRuntimeElementCompositeDefinition<?> definition)
      throws IOException {
    boolean isArray = in.currentToken() == JsonToken.START_ARRAY;
    open(name, isArray);
    if (isArray) {
      while (in.nextToken() != JsonToken.END_ARRAY) {
        open("", false);
        members(path, definition);
        close();
      }
    } else {
      members(path, definition);
    }
    close();
  }

  private void members(String path, BaseRuntimeElementCompositeDefinition<?> definition)
      throws IOException {
    while (in.nextToken() == JsonToken.FIELD_NAME) {
      String name = in.currentName();
      in.nextToken();
      element(path, definition, name);
    }
  }

  private void open(String name, boolean isArray) {
    openings.addLast(new Opening(name, isArray));
  }

  private void close() throws IOException {
    if (!openings.isEmpty()) {
      openings.removeLast();
    } else if (out.getOutputContext().inArray()) {
      out.writeEndArray();
    } else {
      out.writeEndObject();
    }
  }

  private void copy(String name) throws IOException {
    for (Opening opening : openings) {
      if (!opening.name().isEmpty()) {
        out.writeFieldName(opening.name());
      }
      if (opening.isArray()) {
        out.writeStartArray();
      } else {
        out.writeStartObject();
      }
    }
    openings.clear();
    out.writeFieldName(name);
    copyValue();
  }

  private void copyValue() throws IOException {
    int depth = 0;
    do {
      JsonToken token = in.currentToken();
      if (token.isNumeric()) {
        out.writeNumber(in.getText());
      } else {
        out.copyCurrentEvent(in);
      }
      depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
    } while (depth > 0 && in.nextToken() != null);
  }
}
