package org.rodnan.http;

import ca.uhn.fhir.parser.IParser;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.rodnan.fhir.FhirContexts;

/**
 * Sends an {@link Answer} in the form of a {@link Representation}. JSON goes out as it is stored,
 * byte by byte; it is parsed only for XML, and read token by token only for pretty printing. Thread
 * safe.
 */
final class ResponseWriter {
  /** Below this, gzip costs more than the bytes it saves. */
  private static final int GZIP_BYTES_MIN = 1024;

  /** An answer that brings it along is no FHIR, and goes out as it is. */
  private static final String TYPE = "Content-Type";

  private static final JsonFactory JSON = new JsonFactory();

  void write(
      Answer answer,
      Representation representation,
      HttpServletRequest request,
      HttpServletResponse response)
      throws IOException {
    if (answer.file().isPresent()) {
      try (FileContent file = answer.file().get()) {
        writeFile(answer, file, request, response);
      }
      return;
    }
    Optional<JsonBytes> body = answer.body();
    // First, for it may fail: nothing of the answer is set then.
    JsonBytes encoded =
        body.isEmpty() || representation.isAsStored() || answer.headers().containsKey(TYPE)
            ? body.orElse(new JsonBytes(List.of()))
            : JsonBytes.of(encode(body.get().joined(), representation));
    response.setStatus(answer.status());
    answer.headers().forEach(response::setHeader);
    // Health data: no cache on the way keeps it, and the client's own asks again by ETag.
    response.setHeader("Cache-Control", "private, no-cache");
    if (body.isPresent()) {
      String type = answer.headers().getOrDefault(TYPE, representation.contentType());
      writeBody(encoded, type, request, response);
    }
  }

  /**
   * Only a whole file is compressed. What is compressed is another representation, with a tag of
   * its own and no ranges (RFC 9110, sections 8.8.3 and 14).
   */
  private static void writeFile(
      Answer answer, FileContent file, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    boolean isGzip =
        answer.status() == HttpServletResponse.SC_OK
            && file.length() >= GZIP_BYTES_MIN
            && request.getHeader("Range") == null
            && acceptsGzip(request);
    response.setStatus(answer.status());
    answer.headers().forEach(response::setHeader);
    response.setHeader("Cache-Control", "private, no-cache");
    response.addHeader("Vary", "Accept, Accept-Encoding, Prefer");
    String tag = answer.headers().get("ETag");
    if (isGzip) {
      response.setHeader("Content-Encoding", "gzip");
      if (tag != null) {
        response.setHeader("ETag", tag.replaceFirst("\"$", "-gzip\""));
        response.setHeader("Accept-Ranges", "none");
      }
    } else {
      response.setContentLengthLong(file.length());
    }
    if (request.getMethod().equals("HEAD")) {
      return;
    }
    if (isGzip) {
      try (OutputStream out = new QuickGzip(response.getOutputStream())) {
        file.writeTo(out);
      }
    } else {
      file.writeTo(response.getOutputStream());
    }
  }

  private static void writeBody(
      JsonBytes encoded,
      String contentType,
      HttpServletRequest request,
      HttpServletResponse response)
      throws IOException {
    response.addHeader("Vary", "Accept, Accept-Encoding, Prefer");
    response.setContentType(contentType);
    boolean isHead = request.getMethod().equals("HEAD");
    if (encoded.length() >= GZIP_BYTES_MIN && acceptsGzip(request)) {
      response.setHeader("Content-Encoding", "gzip");
      if (!isHead) {
        try (OutputStream out = new QuickGzip(response.getOutputStream())) {
          encoded.writeTo(out);
        }
      }
    } else {
      response.setContentLengthLong(encoded.length());
      if (!isHead) {
        encoded.writeTo(response.getOutputStream());
      }
    }
  }

  /** The bytes of a resource in a form other than the stored one. */
  static byte[] encode(byte[] json, Representation representation) throws IOException {
    return switch (representation.format()) {
      case JSON -> representation.isPretty() ? pretty(json) : json;
      case XML -> xml(json, representation.isPretty());
    };
  }

  private static byte[] xml(byte[] json, boolean isPretty) {
    IParser encoder = FhirContexts.r4().newXmlParser().setPrettyPrint(isPretty);
    String text = new String(json, StandardCharsets.UTF_8);
    return encoder
        .encodeResourceToString(FhirContexts.r4().newJsonParser().parseResource(text))
        .getBytes(StandardCharsets.UTF_8);
  }

  /** Token by token, so that numbers keep their digits. */
  private static byte[] pretty(byte[] json) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream(json.length * 2);
    DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
    DefaultPrettyPrinter printer =
        new DefaultPrettyPrinter().withArrayIndenter(indenter).withObjectIndenter(indenter);
    try (JsonParser parser = JSON.createParser(json);
        JsonGenerator generator = JSON.createGenerator(out).setPrettyPrinter(printer)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token.isNumeric()) {
          generator.writeNumber(parser.getText());
        } else {
          generator.copyCurrentEvent(parser);
        }
      }
    }
    return out.toByteArray();
  }

  private static boolean acceptsGzip(HttpServletRequest request) {
    String accepted = request.getHeader("Accept-Encoding");
    if (accepted == null) {
      return false;
    }
    for (String coding : accepted.toLowerCase(Locale.ROOT).split(",", -1)) {
      MediaType parsed = MediaType.parse(coding);
      if (parsed.type().equals("gzip")) {
        return parsed.quality() > 0;
      }
    }
    return false;
  }

  /** The cheapest level: the network is mostly the same machine or building. */
  private static final class QuickGzip extends GZIPOutputStream {
    QuickGzip(OutputStream out) throws IOException {
      super(out, 16 * 1024);
      def.setLevel(Deflater.BEST_SPEED);
    }
  }
}
