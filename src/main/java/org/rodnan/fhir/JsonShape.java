package org.rodnan.fhir;

import ca.uhn.fhir.context.BaseRuntimeChildDefinition;
import ca.uhn.fhir.context.BaseRuntimeElementCompositeDefinition;
import ca.uhn.fhir.context.BaseRuntimeElementDefinition;
import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.RuntimeResourceDefinition;
import ca.uhn.fhir.util.XmlUtil;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.util.TokenBuffer;
import java.io.IOException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.hl7.fhir.instance.model.api.IPrimitiveType;
import org.hl7.fhir.r4.model.Base;
import org.hl7.fhir.r4.model.BooleanType;
import org.hl7.fhir.r4.model.DecimalType;
import org.hl7.fhir.r4.model.Enumeration;
import org.hl7.fhir.r4.model.IntegerType;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.hl7.fhir.utilities.xhtml.XhtmlNode;
import org.jspecify.annotations.Nullable;

/**
 * Checks that JSON has the shape that R4 gives it (json.html): known names, an array exactly where
 * an element may repeat, each primitive in its JSON type, nothing empty, text that is Unicode.
 * HAPI's parser lets some of that pass, and what it lets pass would be stored and served as it is.
 * Thread safe.
 */
final class JsonShape {
  private static final int FOUND_LENGTH_MAX = 60;
  private static final String OUT_OF_PROPORTION = "a number out of all proportion";

  private final FhirContext context;
  private final BaseRuntimeElementCompositeDefinition<?> extension;

  JsonShape(FhirContext context) {
    this.context = context;
    this.extension =
        (BaseRuntimeElementCompositeDefinition<?>)
            Objects.requireNonNull(context.getElementDefinition("Extension"));
  }

  /**
   * Reads one resource, and that nothing follows it.
   *
   * @throws FhirFailure.Malformed naming the element, what was found and what was expected
   */
  void require(JsonParser json) throws IOException {
    walk(json, false);
  }

  /**
   * The same, but also looks into each primitive: says where the text is that the model can't hold.
   * Costs more, so it is asked only once a resource was refused.
   */
  void requireFormats(JsonParser json) throws IOException {
    walk(json, true);
  }

  private void walk(JsonParser json, boolean formats) throws IOException {
    Walk walk = new Walk(json, "", formats);
    try {
      json.nextToken();
      walk.resource();
      if (json.nextToken() != null) {
        throw new FhirFailure.Malformed(
            IssueType.STRUCTURE, "There is more after the end of the resource");
      }
    } catch (StreamConstraintsException e) {
      throw walk.overLimit(e);
    } catch (JsonParseException e) {
      throw walk.broken(e);
    }
  }

  /** A walk along the tokens of one parser. */
  private final class Walk {
    private final JsonParser json;
    private final String prefix;
    private final boolean formats;
    private String type = "";

    /**
     * @param prefix the path of the resource at which the parser begins, empty for the body
     * @param formats whether to look into primitives
     */
    Walk(JsonParser json, String prefix, boolean formats) {
      this.json = json;
      this.prefix = prefix;
      this.formats = formats;
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
          Walk walk = new Walk(search, path, formats);
          definition = walk.definition(walk.findsType());
        }
        try (JsonParser again = kept.asParser()) {
          again.nextToken();
          again.nextToken();
          Walk walk = new Walk(again, path, formats);
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
      Map<BaseRuntimeChildDefinition, String> choices = Map.of();
      Map<String, Places> repeated = Map.of();
      boolean hasUrl = false;
      for (; json.currentToken() == JsonToken.FIELD_NAME; json.nextToken()) {
        String name = json.currentName();
        json.nextToken();
        if (name.equals("resourceType") && definition instanceof RuntimeResourceDefinition) {
          continue;
        }
        if (name.equals("extension") || name.equals("modifierExtension")) {
          array(extension, extension, false, null);
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
        hasUrl |= element.equals("url");
        if (child.getValidChildNames().size() > 1) {
          choices = choices.isEmpty() ? new HashMap<>(2) : choices;
          requireOne(choices.putIfAbsent(child, element), element);
        }
        if (child.getMax() == 1) {
          value(child, model, companion);
        } else if (isPrimitive(model)) {
          repeated = repeated.isEmpty() ? new HashMap<>(2) : repeated;
          array(child, model, companion, repeated.computeIfAbsent(element, none -> new Places()));
        } else {
          array(child, model, companion, null);
        }
      }
      for (Map.Entry<String, Places> each : repeated.entrySet()) {
        if (each.getValue().hasGap()) {
          throw wrong(
              "null in " + each.getKey() + ", without extensions in its place",
              "a value, or the value's extensions in _" + each.getKey());
        }
      }
      if (definition == extension && !hasUrl) {
        throw wrong("an extension without url", "a url");
      }
    }

    private void requireOne(@Nullable String before, String element) {
      if (before != null && !before.equals(element)) {
        throw wrong("a second value beside " + before, "one of them");
      }
    }

    /** Where an array of primitives, or that of their extensions, has something (json.html). */
    private static final class Places {
      private final BitSet filled = new BitSet();
      private int length;

      void add(int place, boolean isFilled) {
        length = Math.max(length, place + 1);
        if (isFilled) {
          filled.set(place);
        }
      }

      boolean hasGap() {
        return filled.cardinality() < length;
      }
    }

    /**
     * @param child what knows how the model is made
     * @param places of primitives, which may have gaps where others have extensions
     */
    private void array(
        Object child,
        BaseRuntimeElementDefinition<?> model,
        boolean companion,
        @Nullable Places places)
        throws IOException {
      if (json.currentToken() != JsonToken.START_ARRAY) {
        throw wrong(found(), "an array, for it may repeat");
      }
      boolean any = false;
      for (int i = 0; json.nextToken() != JsonToken.END_ARRAY; i++) {
        boolean isFilled = places == null || json.currentToken() != JsonToken.VALUE_NULL;
        if (isFilled) {
          value(child, model, companion);
          any = true;
        }
        if (places != null) {
          places.add(i, isFilled);
        }
      }
      if (!any) {
        throw wrong("an empty array", "at least one value");
      }
    }

    private void value(Object child, BaseRuntimeElementDefinition<?> model, boolean companion)
        throws IOException {
      if (companion) {
        enter();
        companion();
        return;
      }
      switch (model.getChildType()) {
        case ID_DATATYPE, PRIMITIVE_DATATYPE, PRIMITIVE_XHTML, PRIMITIVE_XHTML_HL7ORG ->
            primitive(child, model);
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
          case "extension" -> array(extension, extension, false, null);
          default -> throw unknown();
        }
      }
    }

    private void primitive(Object child, BaseRuntimeElementDefinition<?> model) throws IOException {
      JsonToken token = json.currentToken();
      Class<?> implementation = model.getImplementingClass();
      if (BooleanType.class.isAssignableFrom(implementation)) {
        if (!token.isBoolean()) {
          throw wrong(found(), "true or false");
        }
        return;
      }
      if (IntegerType.class.isAssignableFrom(implementation)) {
        if (token != JsonToken.VALUE_NUMBER_INT) {
          throw wrong(found(), "a whole number");
        }
        requireReasonable();
      } else if (DecimalType.class.isAssignableFrom(implementation)) {
        if (!token.isNumeric()) {
          throw wrong(found(), "a number");
        }
        requireReasonable();
      } else {
        text();
      }
      if (formats) {
        requireFormat(child, model);
      }
    }

    private void requireReasonable() throws IOException {
      if (!Decimals.isReasonable(json.getText())) {
        throw wrong(OUT_OF_PROPORTION, Decimals.EXPECTED);
      }
    }

    /** Whether the model can hold the text. */
    private void requireFormat(Object child, BaseRuntimeElementDefinition<?> model)
        throws IOException {
      Object argument =
          child instanceof BaseRuntimeChildDefinition element
              ? element.getInstanceConstructorArguments()
              : null;
      IPrimitiveType<?> value =
          (IPrimitiveType<?>)
              (argument == null ? model.newInstance() : model.newInstance(argument));
      String text = json.getText();
      try {
        value.setValueAsString(text);
        if (value instanceof XhtmlNode) {
          // The model takes more than the parser, which reads it as XML.
          XmlUtil.parse(text);
        }
      } catch (RuntimeException e) {
        // HAPI's own and Java's: what is refused is one thing, how is many.
        throw new FhirFailure.Malformed(
            IssueType.VALUE,
            place() + " is " + quoted(text) + "; expected " + expected(value),
            place());
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

    private void requireObject() throws IOException {
      if (json.currentToken() != JsonToken.START_OBJECT) {
        throw wrong(found(), "an object");
      }
    }

    private String found() throws IOException {
      JsonToken token = json.currentToken();
      return switch (token) {
        case START_OBJECT -> "an object";
        case START_ARRAY -> "an array";
        case VALUE_STRING -> "a string (" + quoted(json.getText()) + ")";
        case VALUE_TRUE, VALUE_FALSE -> "a boolean";
        case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number";
        case VALUE_NULL -> "null";
        case null, default -> "something else";
      };
    }

    private FhirFailure.Malformed wrong(String found, String expected) {
      String path = place();
      return new FhirFailure.Malformed(
          IssueType.STRUCTURE,
          (path.isEmpty() ? "The body" : path) + " is " + found + "; expected " + expected,
          path.isEmpty() ? new String[0] : new String[] {path});
    }

    private FhirFailure.Malformed unknown() {
      return new FhirFailure.Malformed(
          IssueType.STRUCTURE,
          "R4 knows no element " + place() + "; expected one that it defines there",
          place());
    }

    /** What Jackson finds too large, in our words: its own name switches that nobody here has. */
    private FhirFailure.Malformed overLimit(StreamConstraintsException e) {
      String place = place();
      String message = e.getOriginalMessage();
      String found =
          message.startsWith("Document nesting depth")
              ? "nested too deeply (rodnan.limits.json-depth-max is "
                  + json.streamReadConstraints().getMaxNestingDepth()
                  + ")"
              : message.startsWith("Number value length")
                  ? OUT_OF_PROPORTION + "; expected " + Decimals.EXPECTED
                  : "longer than a value or name may be";
      return new FhirFailure.Malformed(
          IssueType.STRUCTURE,
          (place.isEmpty() ? "The body" : place) + " is " + found,
          place.isEmpty() ? new String[0] : new String[] {place});
    }

    private FhirFailure.Malformed broken(JsonParseException e) {
      String place = place();
      if (e.getOriginalMessage().startsWith("Duplicate field")) {
        return new FhirFailure.Malformed(
            IssueType.STRUCTURE, place + " is there twice (a duplicate key); expected once", place);
      }
      return new FhirFailure.Malformed(
          IssueType.STRUCTURE,
          "The body is not well-formed JSON at line "
              + e.getLocation().getLineNr()
              + ", column "
              + e.getLocation().getColumnNr()
              + ": "
              + JsonFailure.reason(e),
          place.isEmpty() ? new String[0] : new String[] {place});
    }

    private String place() {
      return path(json.getParsingContext());
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
      path.insert(0, prefix.isEmpty() ? type : prefix);
      return path.toString().startsWith(".") ? path.substring(1) : path.toString();
    }
  }

  static String quoted(String text) {
    return text.length() <= FOUND_LENGTH_MAX
        ? "'" + text + "'"
        : "'" + text.substring(0, FOUND_LENGTH_MAX) + "…'";
  }

  /** The form of a primitive, in words (R4, datatypes.html#primitive). */
  private static String expected(IPrimitiveType<?> primitive) {
    if (primitive instanceof Enumeration<?> code) {
      return "one of " + codes(code);
    }
    if (!(primitive instanceof Base model)) {
      return "well-formed XHTML: one div";
    }
    return switch (model.fhirType()) {
      case "date" -> "a date: YYYY, YYYY-MM or YYYY-MM-DD";
      case "dateTime" ->
          "a date, or a date and time with seconds and time zone: YYYY-MM-DDThh:mm:ss+zz:zz";
      case "instant" -> "a date and time with seconds and time zone: YYYY-MM-DDThh:mm:ss.sss+zz:zz";
      case "time" -> "a time: hh:mm:ss";
      case "integer" -> "a whole number from -2147483648 to 2147483647";
      case "positiveInt" -> "a whole number from 1 to 2147483647";
      case "unsignedInt" -> "a whole number from 0 to 2147483647";
      case "base64Binary" -> "base64";
      case "code" -> "a code, without spaces around it";
      case String type -> "text of the form of R4's " + type;
    };
  }

  private static <T extends Enum<?>> String codes(Enumeration<T> code) {
    Class<?> factory = code.getEnumFactory().getClass();
    return Arrays.stream(factory.getMethods())
        .map(Method::getReturnType)
        .filter(type -> type.isEnum())
        .distinct()
        .flatMap(type -> Arrays.stream(type.getEnumConstants()))
        .filter(constant -> !constant.toString().equals("NULL"))
        .map(constant -> code.getEnumFactory().toCode(asConstant(constant)))
        .collect(Collectors.joining(", "));
  }

  /** The factory's own enum, of which HAPI doesn't tell the class. */
  @SuppressWarnings("unchecked")
  private static <T> T asConstant(Object constant) {
    return (T) constant;
  }

  private static boolean isPrimitive(BaseRuntimeElementDefinition<?> model) {
    return switch (model.getChildType()) {
      case ID_DATATYPE, PRIMITIVE_DATATYPE, PRIMITIVE_XHTML, PRIMITIVE_XHTML_HL7ORG -> true;
      default -> false;
    };
  }
}
