package org.rodnan.http;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.servlet.http.HttpServletRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.zip.GZIPInputStream;
import org.hl7.fhir.r4.model.Base64BinaryType;
import org.hl7.fhir.r4.model.Parameters;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.Limits;
import org.rodnan.fhir.ParsedBundle;
import org.rodnan.fhir.ParsedResource;
import org.rodnan.fhir.ResourceParser;
import org.rodnan.interaction.Patch;
import org.rodnan.search.SearchRequest.Parameter;

/**
 * Reads bodies: resources in JSON or XML, and the forms of {@code _search}. A body that is too
 * large is refused as soon as that is known, by its announced length or while it comes; gzip counts
 * inflated. Thread safe.
 */
final class RequestBody {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

  private static final String FORM = "application/x-www-form-urlencoded";

  private static final Set<String> ARCHIVES =
      Set.of(
          "application/gzip",
          "application/x-gzip",
          "application/x-tgz",
          "application/x-tar+gzip",
          "application/tar+gzip",
          "application/octet-stream");

  private final ResourceParser parser;
  private final Limits limits;
  private final Upload.Spool spool;

  RequestBody(ResourceParser parser, Limits limits, Upload.Spool spool) {
    this.parser = parser;
    this.limits = limits;
    this.spool = spool;
  }

  /**
   * @throws FhirFailure.UnsupportedMedia if it is declared as neither FHIR JSON nor FHIR XML, or
   *     not at all: a page of any other site could send such a body without asking first
   * @throws FhirFailure.TooLarge over {@code rodnan.limits.body-bytes-max}
   * @throws FhirFailure.Malformed if it can't be read or is no resource
   */
  ParsedResource resource(HttpServletRequest request) {
    return body(request, parser::parseJson, parser::parseXml);
  }

  /**
   * @throws FhirFailure as {@link #resource}, but not because of the resource of an entry
   */
  ParsedBundle bundle(HttpServletRequest request) {
    return body(request, parser::parseJsonBundle, parser::parseXmlBundle);
  }

  private <T> T body(
      HttpServletRequest request, Function<byte[], T> ofJson, Function<byte[], T> ofXml) {
    Format declared = declaredFormat(request);
    byte[] body = read(request, limits.bodyBytesMax(), "rodnan.limits.body-bytes-max");
    return switch (declared) {
      case JSON -> ofJson.apply(body);
      case XML -> ofXml.apply(body);
    };
  }

  /**
   * The parameters of a form; none if there is no body.
   *
   * @throws FhirFailure.UnsupportedMedia if it is not a form
   * @throws FhirFailure.TooLarge over {@code rodnan.limits.form-bytes-max}
   * @throws FhirFailure.Malformed if it can't be read
   */
  QueryParameters form(HttpServletRequest request) {
    Optional<MediaType> declared = declared(request);
    byte[] body = read(request, limits.formBytesMax(), "rodnan.limits.form-bytes-max");
    if (body.length > 0 && declared.filter(type -> !type.type().equals(FORM)).isPresent()) {
      throw new FhirFailure.UnsupportedMedia(
          "The body is " + declared.get().type() + "; expected " + FORM);
    }
    return QueryParameters.parse(new String(body, StandardCharsets.UTF_8).strip());
  }

  /**
   * A Binary: the resource, or the content itself.
   *
   * @param id of the content; empty if the server is to give one
   * @throws FhirFailure as {@link #resource}
   */
  ParsedResource binary(HttpServletRequest request, Optional<String> id) {
    MediaType type = declared(request).orElseGet(() -> MediaType.parse(""));
    if (type.type().isEmpty() || !RawBinary.mayBeContent(type)) {
      return resource(request);
    }
    byte[] body = read(request, limits.bodyBytesMax(), "rodnan.limits.body-bytes-max");
    if (!RawBinary.isContent(type)) {
      try {
        ParsedResource parsed =
            Format.ofMediaType(type.type()).equals(Optional.of(Format.JSON))
                ? parser.parseJson(body)
                : parser.parseXml(body);
        if (RawBinary.isType(parsed.type())) {
          return parsed;
        }
      } catch (FhirFailure.Malformed e) {
        // Any other JSON or XML.
      }
    }
    return RawBinary.resource(request, body, id);
  }

  /**
   * A patch in one of its three forms, by the media type (R4, http.html#patch).
   *
   * @throws FhirFailure.UnsupportedMedia if it is declared as none of them, or not at all
   * @throws FhirFailure as {@link #resource}
   */
  Patch patch(HttpServletRequest request) {
    String type = declared(request).map(MediaType::type).orElse("");
    return switch (type) {
      case "application/json-patch+json" ->
          Patch.json(read(request, limits.bodyBytesMax(), "rodnan.limits.body-bytes-max"));
      case "application/xml-patch+xml" ->
          Patch.xml(read(request, limits.bodyBytesMax(), "rodnan.limits.body-bytes-max"));
      default -> {
        if (Format.ofMediaType(type).isEmpty()) {
          throw new FhirFailure.UnsupportedMedia(
              "The patch is "
                  + (type.isEmpty() ? "of no declared type" : type)
                  + "; expected application/json-patch+json, application/xml-patch+xml,"
                  + " application/fhir+json or application/fhir+xml");
        }
        yield Patch.fhirPath(resource(request));
      }
    };
  }

  /**
   * What an operation is called with: nothing, a form, a Parameters, or another resource.
   *
   * @param query the parameters of the URL
   * @throws FhirFailure as {@link #resource} and {@link #form}
   */
  OperationInput input(HttpServletRequest request, QueryParameters query) {
    Optional<MediaType> declared = declared(request);
    if (declared.isEmpty() || declared.get().type().equals(FORM)) {
      return new OperationInput(query.and(form(request)), Optional.empty());
    }
    return new OperationInput(query, Optional.of(resource(request)));
  }

  /**
   * A GraphQL query (R4, graphql.html): as JSON with {@code query}, {@code operationName} and
   * {@code variables}, or as itself; otherwise as {@link #input}.
   *
   * @throws FhirFailure as {@link #resource} and {@link #form}
   */
  OperationInput graphql(HttpServletRequest request, QueryParameters query) {
    String type = declared(request).map(MediaType::type).orElse("");
    if (!type.equals("application/graphql") && !type.equals("application/json")) {
      return input(request, query);
    }
    byte[] body = read(request, limits.bodyBytesMax(), "rodnan.limits.body-bytes-max");
    if (type.equals("application/graphql")) {
      String text = new String(body, StandardCharsets.UTF_8);
      return new OperationInput(
          query.and(new QueryParameters(List.of(new Parameter("query", text)))), Optional.empty());
    }
    List<Parameter> members = new ArrayList<>();
    for (Map.Entry<String, JsonNode> member : object(body).properties()) {
      JsonNode value = member.getValue();
      if (!value.isNull()) {
        members.add(
            new Parameter(member.getKey(), value.isTextual() ? value.asText() : value.toString()));
      }
    }
    return new OperationInput(query.and(new QueryParameters(members)), Optional.empty());
  }

  private static JsonNode object(byte[] body) {
    try {
      JsonNode json = JSON.readTree(body);
      if (json.isObject()) {
        return json;
      }
    } catch (IOException e) {
      // Said below.
    }
    throw new FhirFailure.Malformed(
        "The body is no JSON object; expected one with query, operationName and variables");
  }

  /**
   * A package (application/gzip, or bytes of no known kind) as if it were the parameter {@code
   * npmContent}; otherwise as {@link #input}.
   *
   * @throws FhirFailure as {@link #resource} and {@link #form}
   */
  OperationInput fhirPackage(HttpServletRequest request, QueryParameters query) {
    if (declared(request).filter(type -> ARCHIVES.contains(type.type())).isEmpty()) {
      return input(request, query);
    }
    Parameters parameters = new Parameters();
    parameters.addParameter(
        "npmContent",
        new Base64BinaryType(read(request, limits.bodyBytesMax(), "rodnan.limits.body-bytes-max")));
    return new OperationInput(query, Optional.of(new ParsedResource(parameters, new byte[0])));
  }

  /**
   * A manifest of files, whatever its form, as if it were the parameter {@code manifest}.
   *
   * @throws FhirFailure as {@link #resource}
   */
  OperationInput manifest(HttpServletRequest request, QueryParameters query) {
    byte[] json = body(request, bytes -> bytes, bytes -> parser.parseXml(bytes).json());
    String text = new String(json, StandardCharsets.UTF_8);
    return new OperationInput(
        query.and(new QueryParameters(List.of(new Parameter("manifest", text)))), Optional.empty());
  }

  /**
   * Files of whatever type, or the parts of a form, on disk.
   *
   * @throws FhirFailure.TooLarge if they are longer than {@code rodnan.ingest.body-bytes-max}
   */
  OperationInput files(HttpServletRequest request, QueryParameters query) {
    boolean isGzip = isGzip(request);
    try {
      InputStream body = inflated(request.getInputStream(), isGzip);
      return new OperationInput(query, Optional.empty(), Optional.of(spool.take(request, body)));
    } catch (IOException e) {
      throw unreadable(isGzip);
    }
  }

  /**
   * What views are run with: a Parameters, or a ViewDefinition, which then is the parameter {@code
   * viewResource}. Neither it nor the Parameters around it are R4, so that the resources in it are
   * parameters too, as JSON; references are their literals, and parts an object in JSON.
   *
   * @throws FhirFailure as {@link #resource} and {@link #form}
   */
  OperationInput view(HttpServletRequest request, QueryParameters query) {
    Optional<MediaType> type = declared(request);
    if (type.isEmpty() || type.get().type().equals(FORM)) {
      return input(request, query);
    }
    if (declaredFormat(request) != Format.JSON) {
      throw new FhirFailure.UnsupportedMedia(
          "The body is " + type.get().type() + "; a ViewDefinition is JSON only");
    }
    byte[] body = read(request, limits.bodyBytesMax(), "rodnan.limits.body-bytes-max");
    return new OperationInput(
        query.and(new QueryParameters(new ViewParameters(limits).read(body))), Optional.empty());
  }

  private static Format declaredFormat(HttpServletRequest request) {
    MediaType type =
        declared(request)
            .orElseThrow(() ->
                new FhirFailure.UnsupportedMedia(
                    "The body has no Content-Type; expected application/fhir+json or"
                        + " application/fhir+xml"));
    if (type.parameter("charset").filter(set -> !set.equalsIgnoreCase("utf-8")).isPresent()) {
      throw new FhirFailure.UnsupportedMedia(
          "The body's charset is " + type.parameter("charset").get() + "; expected UTF-8");
    }
    return Format.ofMediaType(type.type())
        .filter(known -> type.isR4())
        .orElseThrow(() ->
            new FhirFailure.UnsupportedMedia(
                "The body is "
                    + request.getContentType()
                    + "; expected application/fhir+json or application/fhir+xml of FHIR 4.0"));
  }

  private static Optional<MediaType> declared(HttpServletRequest request) {
    return Optional.ofNullable(request.getContentType())
        .filter(type -> !type.isBlank())
        .map(MediaType::parse);
  }

  private static byte[] read(HttpServletRequest request, int max, String setting) {
    boolean isGzip = isGzip(request);
    if (!isGzip && request.getContentLengthLong() > max) {
      throw tooLarge(max, setting);
    }
    try (InputStream in = inflated(request.getInputStream(), isGzip)) {
      return read(in, expectedLength(request, isGzip), max, setting);
    } catch (IOException e) {
      throw unreadable(isGzip);
    }
  }

  private static FhirFailure unreadable(boolean isGzip) {
    return new FhirFailure.Malformed(
        isGzip
            ? "The body is not what gzip made, or was cut short"
            : "The body could not be read to its end");
  }

  private static byte[] read(InputStream in, int expected, int max, String setting)
      throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream(expected);
    byte[] buffer = new byte[16 * 1024];
    for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
      if (body.size() + read > max) {
        throw tooLarge(max, setting);
      }
      body.write(buffer, 0, read);
    }
    return body.toByteArray();
  }

  private static int expectedLength(HttpServletRequest request, boolean isGzip) {
    long announced = request.getContentLengthLong();
    // What is announced need not come: nobody gets megabytes of memory for a header.
    return isGzip || announced < 0 ? 8 * 1024 : (int) Math.min(announced, 256 * 1024);
  }

  private static boolean isGzip(HttpServletRequest request) {
    String encoding = Optional.ofNullable(request.getHeader("Content-Encoding")).orElse("identity");
    return switch (encoding.strip().toLowerCase(Locale.ROOT)) {
      case "gzip", "x-gzip" -> true;
      case "identity", "" -> false;
      default ->
          throw new FhirFailure.UnsupportedMedia(
              "The body's Content-Encoding is '" + encoding + "'; expected gzip or none");
    };
  }

  private static InputStream inflated(InputStream in, boolean isGzip) throws IOException {
    return isGzip ? new GZIPInputStream(in, 16 * 1024) : in;
  }

  private static FhirFailure tooLarge(int max, String setting) {
    return new FhirFailure.TooLarge(
        "The body has more than " + max + " bytes, as " + setting + " allows");
  }
}
