package org.rodnan.http;

import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.hl7.fhir.r4.model.Binary;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.ParsedResource;
import org.rodnan.store.ResourceVersion;

/**
 * A Binary as the content itself, in and out (R4, binary.html#rest).
 *
 * <p>Out: a client that asks for FHIR, in Accept or by {@code _format}, gets the resource; any
 * other the content, under its own media type. In: a body that is declared as FHIR is the resource;
 * of one that is declared as any JSON or XML it is looked whether it is one; any other is the
 * content.
 */
final class RawBinary {
  /** Neither run nor guessed at by a browser: it is somebody's upload. */
  private static final String SANDBOX = "default-src 'none'; sandbox";

  private static final String SECURITY_CONTEXT = "X-Security-Context";
  private static final Set<String> FHIR =
      Set.of(
          "application/fhir+json",
          "application/fhir+xml",
          "application/json+fhir",
          "application/xml+fhir");

  private RawBinary() {}

  /** Whether a resource of the type can come as something other than FHIR. */
  static boolean isType(String type) {
    return type.equals("Binary");
  }

  /** The answer without the resource's form; empty if the client wants the resource. */
  static Optional<Answer> answer(FhirRequest request, ResourceVersion.Content content) {
    if (!isType(content.key().type())
        || request.query().has("_format")
        || request.query().has("_summary")
        || request.query().has("_elements")) {
      return Optional.empty();
    }
    Binary binary =
        FhirContexts.r4()
            .newJsonParser()
            .parseResource(Binary.class, new String(content.json(), StandardCharsets.UTF_8));
    String type = binary.getContentType();
    if (type == null || !type.matches("[\\x21-\\x7e ]+") || !wantsContent(request.http(), type)) {
      return Optional.empty();
    }
    byte[] data = binary.hasData() ? binary.getData() : new byte[0];
    Answer answer =
        Answer.of(200, JsonBytes.of(data))
            .with(WriteAnswers.headers(content))
            .with("Content-Type", type)
            .with("X-Content-Type-Options", "nosniff")
            .with("Content-Security-Policy", SANDBOX);
    String context = binary.getSecurityContext().getReference();
    return Optional.of(
        context == null || !context.matches("[\\x21-\\x7e]+")
            ? answer
            : answer.with(SECURITY_CONTEXT, context));
  }

  private static boolean wantsContent(HttpServletRequest http, String contentType) {
    Optional<MediaType> best =
        FhirRequest.values(http.getHeaders("Accept")).stream()
            .flatMap(header -> Stream.of(header.split(",", -1)))
            .filter(range -> !range.isBlank())
            .map(MediaType::parse)
            .max(Comparator.comparingDouble(MediaType::quality));
    String wanted = best.map(MediaType::type).orElse("*/*");
    return Format.ofMediaType(wanted).isEmpty()
        || (!FHIR.contains(wanted) && wanted.equals(MediaType.parse(contentType).type()));
  }

  /** Whether a body of the media type can't be but content. */
  static boolean isContent(MediaType declared) {
    return Format.ofMediaType(declared.type()).isEmpty();
  }

  /** Whether a body of the media type may be content, or the resource. */
  static boolean mayBeContent(MediaType declared) {
    return !FHIR.contains(declared.type());
  }

  /** The content as a resource that was never stored. */
  static byte[] resource(String contentType, byte[] content) {
    Binary binary = new Binary().setContentType(contentType);
    return json(binary.setData(content));
  }

  private static byte[] json(Binary binary) {
    return FhirContexts.r4()
        .newJsonParser()
        .encodeResourceToString(binary)
        .getBytes(StandardCharsets.UTF_8);
  }

  /**
   * The content as a resource.
   *
   * @param id empty if the server is to give one
   */
  static ParsedResource resource(HttpServletRequest http, byte[] content, Optional<String> id) {
    Binary binary = new Binary();
    id.ifPresent(binary::setId);
    binary.setContentType(http.getContentType().strip());
    List<String> context = FhirRequest.values(http.getHeaders(SECURITY_CONTEXT));
    if (!context.isEmpty() && !context.getFirst().isBlank()) {
      binary.getSecurityContext().setReference(context.getFirst().strip());
    }
    if (content.length > 0) {
      binary.setData(content);
    }
    return new ParsedResource(binary, json(binary));
  }
}
