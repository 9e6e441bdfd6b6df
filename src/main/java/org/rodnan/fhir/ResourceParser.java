package org.rodnan.fhir;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.parser.DataFormatException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.hl7.fhir.exceptions.FHIRException;
import org.hl7.fhir.instance.model.api.IBaseResource;
import org.hl7.fhir.r4.model.DecimalType;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.hl7.fhir.r4.model.Resource;

/**
 * The strict way from bytes to a resource: what the parser doesn't know, finds twice or finds
 * nested too deeply is refused, never dropped (R4, json.html and xml.html). Thread safe.
 */
public final class ResourceParser {
  private static final String FHIR = "http://hl7.org/fhir";
  private static final String XHTML = "http://www.w3.org/1999/xhtml";

  private final FhirContext context;
  private final JsonFactory strictJson;
  private final JsonShape shape;
  private final Limits limits;

  public ResourceParser(Limits limits) {
    this.context = FhirContexts.r4();
    this.limits = limits;
    this.shape = new JsonShape(context);
    this.strictJson =
        JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(
                StreamReadConstraints.builder()
                    .maxNestingDepth(limits.jsonDepthMax())
                    .maxStringLength(limits.bodyBytesMax())
                    .build())
            .build();
  }

  /**
   * @param body UTF-8 JSON of one resource
   * @throws FhirFailure.TooLarge over {@code rodnan.limits.body-bytes-max}
   * @throws FhirFailure.Malformed if it is not JSON, has a key twice, is nested too deeply, is no
   *     R4 resource, or has an element that R4 doesn't know, of the wrong type, or empty
   */
  public ParsedResource parseJson(byte[] body) {
    requireSize(body);
    requireUtf8(body);
    requireStrictJson(body);
    String text = new String(body, StandardCharsets.UTF_8);
    return new ParsedResource(
        parsed(() -> context.newJsonParser().parseResource(text), "JSON"), body);
  }

  /**
   * @param body XML of one resource
   * @throws FhirFailure as {@link #parseJson}
   */
  public ParsedResource parseXml(byte[] body) {
    requireSize(body);
    requireUtf8(body);
    String text = new String(body, StandardCharsets.UTF_8);
    requireShallowXml(text);
    Resource resource = parsed(() -> context.newXmlParser().parseResource(text), "XML");
    requireReasonableNumbers(resource);
    byte[] json =
        context.newJsonParser().encodeResourceToString(resource).getBytes(StandardCharsets.UTF_8);
    // XML may hold what JSON can't, such as a number "+1", and may be nested more deeply than that.
    requireStrictJson(json);
    return new ParsedResource(resource, json);
  }

  /** Before they are written out. */
  private void requireReasonableNumbers(Resource resource) {
    for (DecimalType number :
        context.newTerser().getAllPopulatedChildElementsOfType(resource, DecimalType.class)) {
      if (number.getValue() != null && !Decimals.isReasonable(number.getValue())) {
        throw new FhirFailure.Malformed(
            IssueType.STRUCTURE,
            "The body has a number out of all proportion; expected " + Decimals.EXPECTED);
      }
    }
  }

  private Resource parsed(java.util.function.Supplier<IBaseResource> parse, String format) {
    try {
      return (Resource) parse.get();
    } catch (DataFormatException
        | FHIRException
        | IllegalArgumentException
        | ClassCastException e) {
      throw new FhirFailure.Malformed(
          IssueType.STRUCTURE,
          "The body is not a FHIR R4 resource in " + format + ": " + reason(e));
    } catch (StackOverflowError e) {
      throw new FhirFailure.Malformed(IssueType.STRUCTURE, "The body is nested too deeply");
    }
  }

  /** HAPI numbers its messages; the number tells a client nothing. */
  private static String reason(Exception e) {
    String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return message.replaceAll("HAPI-\\d+: ", "");
  }

  private void requireSize(byte[] body) {
    if (body.length > limits.bodyBytesMax()) {
      throw new FhirFailure.TooLarge(
          "The body has "
              + body.length
              + " bytes; rodnan.limits.body-bytes-max allows "
              + limits.bodyBytesMax());
    }
    if (body.length == 0) {
      throw new FhirFailure.Malformed(
          IssueType.REQUIRED, "The body is empty; expected a FHIR R4 resource");
    }
  }

  private static void requireUtf8(byte[] body) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body));
    } catch (CharacterCodingException e) {
      throw new FhirFailure.Malformed(IssueType.STRUCTURE, "The body is not UTF-8 text");
    }
  }

  private void requireStrictJson(byte[] body) {
    try (JsonParser parser = strictJson.createParser(body)) {
      parser.nextToken();
      shape.require(parser);
      if (parser.nextToken() != null) {
        throw new FhirFailure.Malformed(
            IssueType.STRUCTURE, "There is more after the end of the resource");
      }
    } catch (StreamConstraintsException e) {
      throw new FhirFailure.Malformed(
          IssueType.STRUCTURE,
          "The body is over a limit of JSON (rodnan.limits.json-depth-max is "
              + limits.jsonDepthMax()
              + "): "
              + e.getOriginalMessage());
    } catch (JsonProcessingException e) {
      throw new FhirFailure.Malformed(
          IssueType.STRUCTURE,
          "The body is not well-formed JSON at line "
              + e.getLocation().getLineNr()
              + ", column "
              + e.getLocation().getColumnNr()
              + ": "
              + e.getOriginalMessage());
    } catch (IOException e) {
      throw new FhirFailure.Fault("Reading a body from memory failed", e);
    }
  }

  /** What HAPI's parser doesn't look at: depth, document types, namespaces, blank values. */
  private void requireShallowXml(String text) {
    try {
      XMLStreamReader xml = xmlFactory().createXMLStreamReader(new StringReader(text));
      int depth = 0;
      while (xml.hasNext()) {
        switch (xml.next()) {
          case XMLStreamConstants.DTD ->
              throw new FhirFailure.Malformed(
                  IssueType.STRUCTURE, "A document type declaration is not allowed in FHIR XML");
          case XMLStreamConstants.START_ELEMENT -> {
            depth++;
            requireNamespace(xml);
            requireValue(xml);
          }
          case XMLStreamConstants.END_ELEMENT -> depth--;
          default -> {}
        }
        if (depth > limits.jsonDepthMax()) {
          throw new FhirFailure.Malformed(
              IssueType.STRUCTURE,
              "The body is nested too deeply (rodnan.limits.json-depth-max is "
                  + limits.jsonDepthMax()
                  + ")");
        }
      }
    } catch (XMLStreamException e) {
      throw new FhirFailure.Malformed(
          IssueType.STRUCTURE, "The body is not well-formed XML: " + e.getMessage());
    }
  }

  /** A new one each time, for the JDK's is not thread safe. */
  private static XMLInputFactory xmlFactory() {
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    return factory;
  }

  /** HAPI's parser drops a blank value without a word. */
  private static void requireValue(XMLStreamReader xml) {
    String value = xml.getAttributeValue(null, "value");
    if (value != null && value.isBlank() && FHIR.equals(xml.getNamespaceURI())) {
      throw new FhirFailure.Malformed(
          IssueType.STRUCTURE,
          "Element " + xml.getLocalName() + " has a blank value; expected some text");
    }
  }

  private static void requireNamespace(XMLStreamReader xml) {
    String namespace = xml.getNamespaceURI();
    if (!FHIR.equals(namespace) && !XHTML.equals(namespace)) {
      throw new FhirFailure.Malformed(
          IssueType.STRUCTURE,
          "Element "
              + xml.getLocalName()
              + " is in the namespace "
              + (namespace == null ? "''" : "'" + namespace + "'")
              + "; expected '"
              + FHIR
              + "', or that of XHTML in a narrative");
    }
  }
}
