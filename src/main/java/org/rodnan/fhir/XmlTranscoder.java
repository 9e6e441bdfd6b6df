package org.rodnan.fhir;

import ca.uhn.fhir.context.BaseRuntimeChildDefinition;
import ca.uhn.fhir.context.BaseRuntimeElementCompositeDefinition;
import ca.uhn.fhir.context.BaseRuntimeElementDefinition;
import ca.uhn.fhir.context.FhirContext;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.hl7.fhir.r4.model.BooleanType;
import org.hl7.fhir.r4.model.DecimalType;
import org.hl7.fhir.r4.model.IntegerType;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.jspecify.annotations.Nullable;

/**
 * Writes FHIR XML as FHIR JSON, element by element along the definitions of R4 (xml.html and
 * json.html): what one form says the other says too, a decimal digit by digit. Refuses what only
 * XML can get wrong: the order of elements, text between them, namespaces, document types. The
 * values of elements are not looked at; a number that JSON can't hold becomes a string, which is
 * refused where a number must be. Comments and processing instructions are dropped, and so is
 * {@code xsi:schemaLocation}. Thread safe.
 */
final class XmlTranscoder {
  private static final String FHIR = "http://hl7.org/fhir";
  private static final String XHTML = "http://www.w3.org/1999/xhtml";
  private static final String SCHEMA_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance";

  /** What a browser would take for the beginning of an element if it were closed at once. */
  private static final Pattern VOID_ELEMENT =
      Pattern.compile("area|base|br|col|hr|img|input|link|meta|param");

  private static final Pattern JSON_DECIMAL =
      Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?");

  private static final Pattern INTEGER = Pattern.compile("[+-]?(0|[1-9][0-9]*)");
  private static final Pattern RESOURCE_OF_ENTRY =
      Pattern.compile("Bundle\\.entry\\[([0-9]+)]\\.resource");

  private final FhirContext context;
  private final Limits limits;
  private final BaseRuntimeElementCompositeDefinition<?> extension;

  XmlTranscoder(FhirContext context, Limits limits) {
    this.context = context;
    this.limits = limits;
    this.extension =
        (BaseRuntimeElementCompositeDefinition<?>)
            Objects.requireNonNull(context.getElementDefinition("Extension"));
  }

  /**
   * A resource in JSON.
   *
   * @param unreadable of a Bundle, by index, why the resource of an entry can't be written; it has
   *     a placeholder in the JSON
   */
  record Transcoded(byte[] json, Map<Integer, FhirFailure> unreadable) {}

  /**
   * @throws FhirFailure.Malformed if it isn't FHIR's XML
   */
  Transcoded transcode(String text) {
    return transcode(text, false);
  }

  /**
   * The same for a Bundle whose entries stand alone: a resource in one of them that isn't FHIR's
   * XML fails for itself.
   *
   * @throws FhirFailure.Malformed if it isn't well-formed XML, or something else in it is wrong
   */
  Transcoded transcodeBundle(String text) {
    return transcode(text, true);
  }

  private Transcoded transcode(String text, boolean entriesStandAlone) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
    try (JsonGenerator out = UnlimitedJson.FACTORY.createGenerator(bytes)) {
      Walk walk =
          new Walk(xmlFactory().createXMLStreamReader(new StringReader(text)), entriesStandAlone);
      walk.body(out);
      out.flush();
      return new Transcoded(bytes.toByteArray(), Map.copyOf(walk.unreadable));
    } catch (XMLStreamException e) {
      throw new FhirFailure.Malformed(
          IssueType.STRUCTURE,
          "The body is not well-formed XML at line "
              + e.getLocation().getLineNumber()
              + ", column "
              + e.getLocation().getColumnNumber()
              + ": "
              + reason(e));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Without the place, which the JDK puts on a line before it. */
  private static String reason(XMLStreamException e) {
    String message = String.valueOf(e.getMessage());
    return message.substring(
        message.indexOf("Message: ") < 0 ? 0 : message.indexOf("Message: ") + 9);
  }

  /** A new one each time, for the JDK's is not thread safe. */
  private static XMLInputFactory xmlFactory() {
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    return factory;
  }

  /** Values of one element that may repeat, or the one that may not. */
  private static final class Run {
    final String name;
    final boolean mayRepeat;
    final boolean isPrimitive;
    int count;

    /** JSON of each primitive's value and of what goes with it; null where there is none. */
    final List<@Nullable String> values = new ArrayList<>();

    final List<@Nullable String> companions = new ArrayList<>();

    Run(String name, boolean mayRepeat, boolean isPrimitive) {
      this.name = name;
      this.mayRepeat = mayRepeat;
      this.isPrimitive = isPrimitive;
    }

    void open(JsonGenerator out) throws IOException {
      if (!isPrimitive) {
        out.writeFieldName(name);
        if (mayRepeat) {
          out.writeStartArray();
        }
      }
    }

    void close(JsonGenerator out) throws IOException {
      if (isPrimitive) {
        write(out, name, values);
        write(out, "_" + name, companions);
      } else if (mayRepeat) {
        out.writeEndArray();
      }
    }

    private void write(JsonGenerator out, String field, List<@Nullable String> texts)
        throws IOException {
      if (texts.stream().allMatch(Objects::isNull)) {
        return;
      }
      out.writeFieldName(field);
      if (mayRepeat) {
        out.writeStartArray();
      }
      for (String text : texts) {
        out.writeRawValue(text == null ? "null" : text);
      }
      if (mayRepeat) {
        out.writeEndArray();
      }
    }
  }

  /** A walk along the events of one reader. */
  private final class Walk {
    private final XMLStreamReader xml;
    private final boolean entriesStandAlone;
    private final Map<Integer, FhirFailure> unreadable = new HashMap<>();
    private int depth;

    Walk(XMLStreamReader xml, boolean entriesStandAlone) {
      this.xml = xml;
      this.entriesStandAlone = entriesStandAlone;
    }

    void body(JsonGenerator out) throws XMLStreamException, IOException {
      nextTag("The body");
      resource("", out);
      while (xml.hasNext()) {
        xml.next();
      }
    }

    /** At the start of a resource's element; afterwards at its end. */
    private void resource(String outer, JsonGenerator out) throws XMLStreamException, IOException {
      String type = xml.getLocalName();
      String path = outer.isEmpty() ? type : outer;
      requireNamespace(path, FHIR);
      if (!ResourceTypes.isType(type)) {
        throw wrong(outer, "the element '" + type + "'", "the name of a resource type of FHIR R4");
      }
      for (int i = 0; i < xml.getAttributeCount(); i++) {
        if (!outer.isEmpty() || !SCHEMA_INSTANCE.equals(xml.getAttributeNamespace(i))) {
          throw unknownAttribute(path, i);
        }
      }
      out.writeStartObject();
      out.writeStringField("resourceType", type);
      members(path, context.getResourceDefinition(type), out);
      out.writeEndObject();
    }

    /** At the start of an element; afterwards at its end. */
    private void members(
        String path, BaseRuntimeElementCompositeDefinition<?> definition, JsonGenerator out)
        throws XMLStreamException, IOException {
      List<BaseRuntimeChildDefinition> order = definition.getChildren();
      int last = -1;
      @Nullable Run run = null;
      while (nextTag(path)) {
        String name = xml.getLocalName();
        BaseRuntimeChildDefinition child = definition.getChildByName(name);
        BaseRuntimeElementDefinition<?> model = model(child, name);
        if (child == null || model == null) {
          throw unknown(path + "." + name);
        }
        int index = order.indexOf(child);
        if (run == null || !run.name.equals(name)) {
          if (run != null) {
            requireOrder(path, run.name, name, last, index);
            run.close(out);
          }
          run = new Run(name, child.getMax() != 1, isPrimitive(model));
          run.open(out);
        } else if (!run.mayRepeat) {
          throw wrong(path + "." + name, "there twice", "it once");
        }
        last = index;
        String at = path + "." + name + (run.mayRepeat ? "[" + run.count++ + "]" : "");
        value(at, model, run, out);
      }
      if (run != null) {
        run.close(out);
      }
    }

    private @Nullable BaseRuntimeElementDefinition<?> model(
        @Nullable BaseRuntimeChildDefinition child, String name) {
      return switch (name) {
        case "extension", "modifierExtension" -> extension;
        default -> child == null ? null : child.getChildByName(name);
      };
    }

    private void requireOrder(String path, String before, String name, int last, int index) {
      if (index < last) {
        throw wrong(
            path + "." + name,
            "behind " + before,
            "it before, in the order in which R4 defines the elements");
      }
      if (index == last) {
        throw wrong(path + "." + name, "a second value beside " + before, "one of them");
      }
    }

    private void value(
        String path, BaseRuntimeElementDefinition<?> model, Run run, JsonGenerator out)
        throws XMLStreamException, IOException {
      switch (model.getChildType()) {
        case PRIMITIVE_XHTML, PRIMITIVE_XHTML_HL7ORG -> {
          requireNamespace(path, XHTML);
          run.values.add(quoted(narrative(path)));
          run.companions.add(null);
        }
        case ID_DATATYPE, PRIMITIVE_DATATYPE -> {
          requireNamespace(path, FHIR);
          primitive(path, model, run);
        }
        case CONTAINED_RESOURCES, CONTAINED_RESOURCE_LIST, RESOURCE -> {
          requireNamespace(path, FHIR);
          wrapped(path, out);
        }
        case COMPOSITE_DATATYPE, RESOURCE_BLOCK, EXTENSION_DECLARED, UNDECL_EXT -> {
          requireNamespace(path, FHIR);
          BaseRuntimeElementCompositeDefinition<?> composite =
              model instanceof BaseRuntimeElementCompositeDefinition<?> known ? known : extension;
          out.writeStartObject();
          for (int i = 0; i < xml.getAttributeCount(); i++) {
            String name = attribute(path, i);
            if (!name.equals("id") && !(name.equals("url") && composite == extension)) {
              throw unknownAttribute(path, i);
            }
            out.writeStringField(name, xml.getAttributeValue(i));
          }
          members(path, composite, out);
          out.writeEndObject();
        }
      }
    }

    private void primitive(String path, BaseRuntimeElementDefinition<?> model, Run run)
        throws XMLStreamException, IOException {
      String value = null;
      String id = null;
      for (int i = 0; i < xml.getAttributeCount(); i++) {
        switch (attribute(path, i)) {
          case "value" -> value = xml.getAttributeValue(i);
          case "id" -> id = xml.getAttributeValue(i);
          default -> throw unknownAttribute(path, i);
        }
      }
      if (value != null && value.isBlank()) {
        throw wrong(path, "a blank value", "some text");
      }
      StringWriter text = new StringWriter();
      boolean hasExtensions;
      try (JsonGenerator companion = UnlimitedJson.FACTORY.createGenerator(text)) {
        companion.writeStartObject();
        if (id != null) {
          companion.writeStringField("id", id);
        }
        hasExtensions = extensions(path, companion);
        companion.writeEndObject();
      }
      if (value == null && !hasExtensions) {
        throw wrong(path, "an element without value", "a value or an extension");
      }
      run.values.add(value == null ? null : literal(value, model.getImplementingClass()));
      run.companions.add(id == null && !hasExtensions ? null : text.toString());
    }

    /** Whether there was one. */
    private boolean extensions(String path, JsonGenerator out)
        throws XMLStreamException, IOException {
      Run run = new Run("extension", true, false);
      while (nextTag(path)) {
        if (!xml.getLocalName().equals("extension")) {
          throw unknown(path + "." + xml.getLocalName());
        }
        if (run.count == 0) {
          run.open(out);
        }
        value(path + ".extension[" + run.count++ + "]", extension, run, out);
      }
      if (run.count > 0) {
        run.close(out);
      }
      return run.count > 0;
    }

    /** The resource in an element that stands around it. */
    private void wrapped(String path, JsonGenerator out) throws XMLStreamException, IOException {
      if (xml.getAttributeCount() > 0) {
        throw unknownAttribute(path, 0);
      }
      var entry = RESOURCE_OF_ENTRY.matcher(path);
      if (!entriesStandAlone || !entry.matches()) {
        wrapped(path, path, out);
        return;
      }
      int outside = depth - 1;
      StringWriter text = new StringWriter();
      try (JsonGenerator alone = UnlimitedJson.FACTORY.createGenerator(text)) {
        wrapped(path, "", alone);
        alone.flush();
        out.writeRawValue(text.toString());
      } catch (FhirFailure.Malformed failure) {
        unreadable.put(Integer.valueOf(entry.group(1)), failure);
        while (depth > outside) {
          advance();
        }
        out.writeRawValue(ParsedBundle.PLACEHOLDER);
      }
    }

    /**
     * @param inner the path by which the resource calls itself; empty for that of its type
     */
    private void wrapped(String path, String inner, JsonGenerator out)
        throws XMLStreamException, IOException {
      if (!nextTag(path)) {
        throw wrong(path, "empty", "a resource");
      }
      resource(inner, out);
      if (nextTag(path)) {
        throw wrong(path, "there with a second resource", "one");
      }
    }

    /** From the start of a div to its end, as a text of its own. */
    private String narrative(String path) throws XMLStreamException {
      StringBuilder html = new StringBuilder();
      int outside = depth - 1;
      boolean isOpen = start(path, html, true);
      while (depth > outside) {
        int event = advance();
        requireDepth(path);
        switch (event) {
          case XMLStreamConstants.START_ELEMENT -> {
            html.append(isOpen ? ">" : "");
            isOpen = start(path, html, false);
          }
          case XMLStreamConstants.END_ELEMENT -> {
            String name = xml.getLocalName();
            if (isOpen && VOID_ELEMENT.matcher(name).matches()) {
              html.append("/>");
            } else {
              html.append(isOpen ? ">" : "").append("</").append(name).append('>');
            }
            isOpen = false;
          }
          case XMLStreamConstants.CHARACTERS,
              XMLStreamConstants.CDATA,
              XMLStreamConstants.SPACE -> {
            html.append(isOpen ? ">" : "");
            isOpen = false;
            escape(xml.getText(), false, html);
          }
          default -> {
            // Comments and processing instructions.
          }
        }
      }
      return html.toString();
    }

    /** Writes the beginning of a tag, all but its last bracket. */
    private boolean start(String path, StringBuilder html, boolean isRoot) {
      requireNamespace(path + " (" + xml.getLocalName() + ")", XHTML);
      html.append('<').append(xml.getLocalName());
      if (isRoot) {
        html.append(" xmlns=\"").append(XHTML).append('"');
      }
      for (int i = 0; i < xml.getAttributeCount(); i++) {
        String prefix = xml.getAttributePrefix(i);
        boolean isPlain = prefix == null || prefix.isEmpty();
        if (!isPlain && !prefix.equals("xml")) {
          throw unknownAttribute(path, i);
        }
        html.append(' ').append(isPlain ? "" : "xml:").append(xml.getAttributeLocalName(i));
        html.append("=\"");
        escape(xml.getAttributeValue(i), true, html);
        html.append('"');
      }
      return true;
    }

    /** To the next start or end of an element; whether it is a start. */
    private boolean nextTag(String path) throws XMLStreamException {
      while (true) {
        switch (advance()) {
          case XMLStreamConstants.START_ELEMENT -> {
            requireDepth(path);
            return true;
          }
          case XMLStreamConstants.END_ELEMENT -> {
            return false;
          }
          case XMLStreamConstants.DTD ->
              throw new FhirFailure.Malformed(
                  IssueType.STRUCTURE, "A document type declaration is not allowed in FHIR XML");
          case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> {
            if (!xml.getText().isBlank()) {
              throw wrong(
                  path,
                  "an element with text in it (" + JsonShape.quoted(xml.getText().strip()) + ")",
                  "elements only; a value is an attribute");
            }
          }
          default -> {
            // White space, comments and processing instructions.
          }
        }
      }
    }

    private int advance() throws XMLStreamException {
      int event = xml.next();
      switch (event) {
        case XMLStreamConstants.START_ELEMENT -> depth++;
        case XMLStreamConstants.END_ELEMENT -> depth--;
        default -> {
          // As deep as before.
        }
      }
      return event;
    }

    private void requireDepth(String path) {
      if (depth > limits.jsonDepthMax()) {
        throw new FhirFailure.Malformed(
            IssueType.STRUCTURE,
            "The body is nested too deeply (rodnan.limits.json-depth-max is "
                + limits.jsonDepthMax()
                + ")",
            path);
      }
    }

    private void requireNamespace(String path, String expected) {
      String namespace = xml.getNamespaceURI();
      if (!expected.equals(namespace)) {
        throw wrong(
            path,
            "in the namespace '" + (namespace == null ? "" : namespace) + "'",
            "'" + expected + "'");
      }
    }

    /** The name of an attribute that is in no namespace. */
    private String attribute(String path, int index) {
      String namespace = xml.getAttributeNamespace(index);
      if (namespace != null && !namespace.isEmpty()) {
        throw unknownAttribute(path, index);
      }
      return xml.getAttributeLocalName(index);
    }

    private FhirFailure.Malformed unknownAttribute(String path, int index) {
      return new FhirFailure.Malformed(
          IssueType.STRUCTURE,
          "R4 knows no attribute " + xml.getAttributeLocalName(index) + " of " + path,
          path);
    }
  }

  private static FhirFailure.Malformed unknown(String path) {
    return new FhirFailure.Malformed(
        IssueType.STRUCTURE,
        "R4 knows no element " + path + "; expected one that it defines there",
        path);
  }

  private static FhirFailure.Malformed wrong(String path, String found, String expected) {
    return new FhirFailure.Malformed(
        IssueType.STRUCTURE,
        (path.isEmpty() ? "The body" : path) + " is " + found + "; expected " + expected,
        path.isEmpty() ? new String[0] : new String[] {path});
  }

  private static boolean isPrimitive(BaseRuntimeElementDefinition<?> model) {
    return switch (model.getChildType()) {
      case ID_DATATYPE, PRIMITIVE_DATATYPE, PRIMITIVE_XHTML, PRIMITIVE_XHTML_HL7ORG -> true;
      default -> false;
    };
  }

  /** The JSON of a value: a literal if JSON has one for it, otherwise a string. */
  private static String literal(String value, Class<?> type) {
    if (BooleanType.class.isAssignableFrom(type)) {
      return value.equals("true") || value.equals("false") ? value : quoted(value);
    }
    if (IntegerType.class.isAssignableFrom(type) && INTEGER.matcher(value).matches()) {
      return value.startsWith("+") ? value.substring(1) : value;
    }
    if (DecimalType.class.isAssignableFrom(type) && JSON_DECIMAL.matcher(value).matches()) {
      return value;
    }
    return quoted(value);
  }

  private static String quoted(String text) {
    StringWriter out = new StringWriter(text.length() + 2);
    try (JsonGenerator generator = UnlimitedJson.FACTORY.createGenerator(out)) {
      generator.writeString(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toString();
  }

  private static void escape(String text, boolean ofAttribute, StringBuilder html) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '&' -> html.append("&amp;");
        case '<' -> html.append("&lt;");
        case '>' -> html.append("&gt;");
        case '\r' -> html.append("&#13;");
        case '"', '\n', '\t' -> {
          if (ofAttribute) {
            html.append("&#").append((int) c).append(';');
          } else {
            html.append(c);
          }
        }
        default -> html.append(c);
      }
    }
  }
}
