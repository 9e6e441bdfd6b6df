package org.rodnan.fhir;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.parser.DataFormatException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.hl7.fhir.exceptions.FHIRException;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.hl7.fhir.r4.model.Resource;
import org.rodnan.fhir.ParsedBundle.EntryResource;

/**
 * The strict way from bytes to a resource: what the parser doesn't know, finds twice or finds
 * nested too deeply is refused, never dropped (R4, json.html and xml.html). Thread safe.
 */
public final class ResourceParser {
  private final FhirContext context;
  private final JsonFactory strictJson;
  private final JsonShape shape;
  private final XmlTranscoder xml;
  private final Limits limits;

  public ResourceParser(Limits limits) {
    this.context = FhirContexts.r4();
    this.limits = limits;
    this.shape = new JsonShape(context);
    this.xml = new XmlTranscoder(context, limits);
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
    byte[] json = withoutMark(body);
    requireText(json);
    return checked(json);
  }

  /**
   * @param body XML of one resource; comments are dropped
   * @throws FhirFailure as {@link #parseJson}; also if elements are not in the order of R4's
   *     schema, or text stands between them (R4, xml.html)
   */
  public ParsedResource parseXml(byte[] body) {
    return checked(xml.transcode(text(withoutMark(body))).json());
  }

  /**
   * Reads a batch or transaction, each entry's resource by itself.
   *
   * @param body UTF-8 JSON of one resource, in general a Bundle
   * @throws FhirFailure as {@link #parseJson}, but not because of the resource of an entry
   */
  public ParsedBundle parseJsonBundle(byte[] body) {
    byte[] json = withoutMark(body);
    requireText(json);
    return bundle(json, Map.of());
  }

  /**
   * The same of XML.
   *
   * @throws FhirFailure as {@link #parseXml}, but not because of the resource of an entry
   */
  public ParsedBundle parseXmlBundle(byte[] body) {
    XmlTranscoder.Transcoded transcoded = xml.transcodeBundle(text(withoutMark(body)));
    return bundle(transcoded.json(), transcoded.unreadable());
  }

  private ParsedBundle bundle(byte[] json, Map<Integer, FhirFailure> unreadable) {
    BundleSlices slices = BundleSlices.of(json);
    ParsedResource envelope = checked(slices.envelope());
    List<EntryResource> resources = new ArrayList<>();
    for (int i = 0; i < slices.resources().size(); i++) {
      FhirFailure failure = unreadable.get(i);
      resources.add(
          failure != null
              ? new EntryResource.Unreadable(failure)
              : slices
                  .resources()
                  .get(i)
                  .map(this::entryResource)
                  .orElseGet(EntryResource.Absent::new));
    }
    return new ParsedBundle(envelope, resources);
  }

  private EntryResource entryResource(byte[] json) {
    try {
      return new EntryResource.Readable(checked(json));
    } catch (FhirFailure.Malformed failure) {
      return new EntryResource.Unreadable(failure);
    }
  }

  private ParsedResource checked(byte[] json) {
    requireStrictJson(json, shape::require);
    return new ParsedResource(parsed(json), json);
  }

  private Resource parsed(byte[] json) {
    try {
      String text = new String(json, StandardCharsets.UTF_8);
      return (Resource) context.newJsonParser().parseResource(text);
    } catch (DataFormatException
        | FHIRException
        | IllegalArgumentException
        | ClassCastException e) {
      // HAPI says little of the place.
      requireStrictJson(json, shape::requireFormats);
      throw new FhirFailure.Malformed(
          IssueType.STRUCTURE, "The body is not a FHIR R4 resource: " + reason(e));
    } catch (StackOverflowError e) {
      throw new FhirFailure.Malformed(IssueType.STRUCTURE, "The body is nested too deeply");
    }
  }

  /** HAPI numbers its messages; the number tells a client nothing. */
  private static String reason(Exception e) {
    String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return message.replaceAll("HAPI-\\d+: ", "");
  }

  /**
   * Neither JSON nor XML needs the byte order mark, but editors write it (RFC 8259, section 8.1).
   */
  private static byte[] withoutMark(byte[] body) {
    return body.length >= 3
            && body[0] == (byte) 0xEF
            && body[1] == (byte) 0xBB
            && body[2] == (byte) 0xBF
        ? Arrays.copyOfRange(body, 3, body.length)
        : body;
  }

  private void requireText(byte[] body) {
    text(body);
  }

  private String text(byte[] body) {
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
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
    } catch (CharacterCodingException e) {
      throw new FhirFailure.Malformed(IssueType.STRUCTURE, "The body is not UTF-8 text");
    }
  }

  /** A look at the tokens of one resource, to its end. */
  private interface Look {
    void along(JsonParser tokens) throws IOException;
  }

  private void requireStrictJson(byte[] json, Look look) {
    try (JsonParser parser = strictJson.createParser(json)) {
      look.along(parser);
    } catch (IOException e) {
      throw new FhirFailure.Fault("Reading a body from memory failed", e);
    }
  }
}
