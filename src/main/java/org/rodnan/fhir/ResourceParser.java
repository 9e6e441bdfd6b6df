package org.rodnan.fhir;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.parser.DataFormatException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.hl7.fhir.instance.model.api.IBaseResource;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.hl7.fhir.r4.model.Resource;

/**
 * The strict way from bytes to a resource: what the parser doesn't know, finds twice or finds
 * nested too deeply is refused, never dropped (R4, json.html and xml.html). Thread safe.
 */
public final class ResourceParser {
  private final FhirContext context;
  private final JsonFactory strictJson;
  private final Limits limits;

  public ResourceParser(Limits limits) {
    this.context = FhirContexts.r4();
    this.limits = limits;
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
   *     R4 resource, or has an element that R4 doesn't know or of the wrong type
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
    String encoded = context.newJsonParser().encodeResourceToString(resource);
    byte[] json = encoded.getBytes(StandardCharsets.UTF_8);
    if (JsonCharacters.areSuspect(json)) {
      requireStrictJson(json);
    }
    return new ParsedResource(resource, json);
  }

  private Resource parsed(java.util.function.Supplier<IBaseResource> parse, String format) {
    try {
      return (Resource) parse.get();
    } catch (DataFormatException | IllegalArgumentException | ClassCastException e) {
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
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new FhirFailure.Malformed(
            IssueType.STRUCTURE, "The body is not a JSON object; expected a FHIR R4 resource");
      }
      if (JsonCharacters.areSuspect(body)) {
        JsonCharacters.requireAllowed(parser);
      } else {
        parser.skipChildren();
      }
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

  /** Counts open elements only; whether the XML is well-formed is for the XML parser to say. */
  private void requireShallowXml(String text) {
    if (text.contains("<!DOCTYPE")) {
      throw new FhirFailure.Malformed(
          IssueType.STRUCTURE, "A document type declaration is not allowed in FHIR XML");
    }
    int depth = 0;
    for (int at = text.indexOf('<'); at >= 0; at = text.indexOf('<', at + 1)) {
      char next = at + 1 < text.length() ? text.charAt(at + 1) : ' ';
      int end = text.indexOf('>', at);
      if (next == '/') {
        depth--;
      } else if (Character.isLetter(next) && end > 0 && text.charAt(end - 1) != '/') {
        depth++;
      }
      if (depth > limits.jsonDepthMax() * 2) {
        throw new FhirFailure.Malformed(
            IssueType.STRUCTURE,
            "The body is nested too deeply (rodnan.limits.json-depth-max is "
                + limits.jsonDepthMax()
                + ")");
      }
    }
  }
}
