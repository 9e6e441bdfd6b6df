package org.rodnan.ingest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.JsonFailure;
import org.rodnan.fhir.Limits;
import org.rodnan.fhir.ResourceParser;
import org.rodnan.fhir.UnlimitedJson;
import org.rodnan.ingest.IngestReport.Action;
import org.rodnan.mapping.SourceFile;

/**
 * Cuts files of FHIR into records, in memory for one record: NDJSON, or JSON of one resource or of
 * a Bundle. XML is read whole. Each record is yet to be read strictly. Thread safe.
 */
final class FhirReader {
  /** Beyond so many entries with a fullUrl, references by it are left as they are. */
  private static final int FULL_URLS_MAX = 100_000;

  private static final Set<String> OF_A_BUNDLE =
      Set.of(
          "resourceType",
          "id",
          "meta",
          "implicitRules",
          "language",
          "identifier",
          "type",
          "timestamp",
          "total",
          "link",
          "entry",
          "signature");

  private static final Set<String> OF_AN_ENTRY =
      Set.of(
          "id",
          "extension",
          "modifierExtension",
          "link",
          "fullUrl",
          "resource",
          "search",
          "request",
          "response");

  private final ResourceParser parser;
  private final int recordMax;
  private final JsonFactory json;

  FhirReader(ResourceParser parser, Limits limits) {
    this.parser = parser;
    this.recordMax = limits.bodyBytesMax();
    this.json =
        JsonFactory.builder()
            .streamReadConstraints(
                StreamReadConstraints.builder()
                    .maxNestingDepth(Integer.MAX_VALUE)
                    .maxStringLength(recordMax)
                    .maxNumberLength(recordMax)
                    .maxNameLength(recordMax)
                    .build())
            .build();
  }

  /**
   * What the first look at a file of one JSON value finds.
   *
   * @param next where the next page of a search is, if the Bundle is one with others after it
   */
  private record Outline(
      String resourceType,
      @Nullable String type,
      Map<String, String> keysByUrl,
      Optional<String> next) {}

  /**
   * Reads a file to its end. One JSON value that is broken is refused as a whole; of NDJSON each
   * line stands alone.
   *
   * @throws FhirFailure.TooLarge if it unpacks to more than is allowed
   */
  void read(SourceFile file, RecordSink sink) {
    try {
      switch (kind(file)) {
        case EMPTY -> refuse(sink, file, 0, "The file is empty; expected resources");
        case LINES -> lines(file, sink);
        case VALUE -> value(file, file.opening(), sink);
        case XML -> xml(file, sink);
        case UTF_16 -> refuse(sink, file, 1, "The file is in UTF-16; expected UTF-8");
      }
    } catch (IOException e) {
      refuse(sink, file, 0, "The file can't be read to its end: " + reason(e));
    }
  }

  private static void refuse(RecordSink sink, SourceFile file, long line, String reason) {
    sink.told(file.name(), line, Action.REJECTED, reason);
  }

  private static String reason(Exception e) {
    return e instanceof JsonProcessingException broken
        ? JsonFailure.reason(broken)
        : String.valueOf(e.getMessage());
  }

  private enum Kind {
    EMPTY,
    LINES,
    VALUE,
    XML,
    UTF_16
  }

  /** By what is in it: names are often wrong. */
  private Kind kind(SourceFile file) throws IOException {
    try (Lines lines = new Lines(file.opening().open(), recordMax)) {
      Optional<Line> first = nextLine(lines);
      if (first.isEmpty()) {
        return Kind.EMPTY;
      }
      byte[] text = first.get().bytes();
      if (text.length > 1 && ((text[0] & text[1] & 0xff) == 0xfe) && text[0] != text[1]) {
        return Kind.UTF_16;
      }
      int start = start(text);
      if (start < text.length && text[start] == '<') {
        return Kind.XML;
      }
      Optional<Line> second = nextLine(lines);
      if (second.isEmpty() || first.get().isTooLong()) {
        return Kind.VALUE;
      }
      return isValue(text) || !isOpen(text) && isValue(second.get().bytes())
          ? Kind.LINES
          : Kind.VALUE;
    }
  }

  /** Whether the line ends where a value of more lines goes on. */
  private static boolean isOpen(byte[] line) {
    String text = new String(line, StandardCharsets.UTF_8).strip();
    return text.endsWith("[") || text.endsWith("{") || text.endsWith(",") || text.endsWith(":");
  }

  private static Optional<Line> nextLine(Lines lines) throws IOException {
    Optional<Line> line = lines.next();
    while (line.isPresent() && !line.get().isTooLong() && isBlank(line.get().bytes())) {
      line = lines.next();
    }
    return line;
  }

  /** After the byte order mark and white space. */
  private static int start(byte[] text) {
    int at = text.length > 2 && text[0] == (byte) 0xef && text[1] == (byte) 0xbb ? 3 : 0;
    while (at < text.length && text[at] <= ' ' && text[at] >= 0) {
      at++;
    }
    return at;
  }

  private static boolean isBlank(byte[] line) {
    return start(line) == line.length;
  }

  private boolean isValue(byte[] text) {
    try (JsonParser tokens = json.createParser(text)) {
      if (tokens.nextToken() != JsonToken.START_OBJECT) {
        return false;
      }
      tokens.skipChildren();
      return tokens.currentToken() == JsonToken.END_OBJECT;
    } catch (IOException e) {
      return false;
    }
  }

  private void lines(SourceFile file, RecordSink sink) throws IOException {
    try (Lines lines = new Lines(file.opening().open(), recordMax)) {
      for (Optional<Line> line = lines.next(); line.isPresent(); line = lines.next()) {
        if (line.get().isTooLong()) {
          refuse(sink, file, line.get().number(), tooLong("line"));
        } else if (!isBlank(line.get().bytes())) {
          sink.record(file.name(), line.get().number(), line.get().bytes());
        }
      }
    }
  }

  private String tooLong(String what) {
    return "The "
        + what
        + " has more bytes than rodnan.limits.body-bytes-max allows for a resource, "
        + recordMax;
  }

  private void xml(SourceFile file, RecordSink sink) throws IOException {
    byte[] text;
    try (InputStream in = file.opening().open()) {
      text = in.readNBytes(recordMax + 1);
    }
    if (text.length > recordMax) {
      refuse(sink, file, 0, tooLong("XML"));
      return;
    }
    try {
      byte[] resource = parser.parseXml(text).json();
      value(file, () -> new ByteArrayInputStream(resource), sink);
    } catch (FhirFailure e) {
      refuse(sink, file, 1, String.valueOf(e.getMessage()));
    }
  }

  private void value(SourceFile file, SourceFile.Opening opening, RecordSink sink)
      throws IOException {
    Outline outline;
    try (JsonParser tokens = json.createParser(buffered(opening))) {
      outline = outline(file, tokens, sink);
    } catch (JsonProcessingException e) {
      long line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
      refuse(sink, file, line, "The file is not JSON: " + reason(e));
      return;
    }
    if (outline == null) {
      return;
    }
    if (!outline.resourceType().equals("Bundle")) {
      single(file, opening, sink);
      return;
    }
    String type = String.valueOf(outline.type());
    switch (type) {
      case "collection", "document", "searchset", "batch", "transaction" -> {
        try (JsonParser tokens = json.createParser(buffered(opening))) {
          new Entries(file, tokens, sink, type, outline.keysByUrl()).read();
        }
        outline
            .next()
            .ifPresent(next ->
                sink.told(
                    file.name(),
                    0,
                    Action.LEFT_OUT,
                    "The Bundle is one page of a search, and the next is not in the file: "
                        + next));
      }
      default ->
          refuse(
              sink,
              file,
              1,
              "Bundle.type is "
                  + (outline.type() == null ? "absent" : "'" + type + "'")
                  + "; expected collection, document, searchset, batch or transaction");
    }
  }

  private static InputStream buffered(SourceFile.Opening opening) throws IOException {
    return new BufferedInputStream(opening.open(), 64 * 1024);
  }

  private void single(SourceFile file, SourceFile.Opening opening, RecordSink sink)
      throws IOException {
    byte[] text;
    try (InputStream in = opening.open()) {
      text = in.readNBytes(recordMax + 1);
    }
    if (text.length > recordMax) {
      refuse(sink, file, 1, tooLong("resource"));
    } else {
      sink.record(file.name(), 1, text);
    }
  }

  /** Reads all of it once: what is broken at its end is not begun. */
  private @Nullable Outline outline(SourceFile file, JsonParser tokens, RecordSink sink)
      throws IOException {
    if (tokens.nextToken() != JsonToken.START_OBJECT) {
      refuse(sink, file, 1, "The file is no JSON object; expected a resource");
      return null;
    }
    String resourceType = "";
    String type = null;
    String unknown = null;
    Map<String, String> keys = new HashMap<>();
    Optional<String> next = Optional.empty();
    while (tokens.nextToken() == JsonToken.FIELD_NAME) {
      String name = tokens.currentName();
      JsonToken value = tokens.nextToken();
      if (name.equals("resourceType")) {
        resourceType = tokens.getText();
      } else if (name.equals("type") && value == JsonToken.VALUE_STRING) {
        type = tokens.getText();
      } else if (name.equals("link") && value == JsonToken.START_ARRAY) {
        next = nextPage(tokens);
      } else if (name.equals("entry") && value == JsonToken.START_ARRAY) {
        while (tokens.nextToken() == JsonToken.START_OBJECT) {
          fullUrl(tokens, keys);
        }
        if (tokens.currentToken() != JsonToken.END_ARRAY) {
          unknown = "an entry that is no object";
          tokens.skipChildren();
          while (tokens.nextToken() != JsonToken.END_ARRAY) {
            tokens.skipChildren();
          }
        }
      } else {
        tokens.skipChildren();
      }
      if (!OF_A_BUNDLE.contains(name.startsWith("_") ? name.substring(1) : name)) {
        unknown = "an element '" + name + "' that R4 doesn't know";
      }
    }
    if (tokens.nextToken() != null) {
      refuse(sink, file, tokens.currentLocation().getLineNr(), "After the resource comes more");
      return null;
    }
    if (resourceType.equals("Bundle") && unknown != null) {
      refuse(sink, file, 1, "The Bundle has " + unknown);
      return null;
    }
    return new Outline(resourceType, type, keys, next);
  }

  private static Optional<String> nextPage(JsonParser tokens) throws IOException {
    Optional<String> next = Optional.empty();
    while (tokens.nextToken() != JsonToken.END_ARRAY) {
      if (tokens.currentToken() == JsonToken.START_OBJECT) {
        Map<String, String> link = texts(tokens);
        if ("next".equals(link.get("relation"))) {
          next = Optional.of(link.getOrDefault("url", "a link without a url"));
        }
      } else {
        tokens.skipChildren();
      }
    }
    return next;
  }

  /** The scalar members of an object. */
  private static Map<String, String> texts(JsonParser tokens) throws IOException {
    Map<String, String> texts = new HashMap<>();
    while (tokens.nextToken() == JsonToken.FIELD_NAME) {
      String name = tokens.currentName();
      if (tokens.nextToken().isScalarValue()) {
        texts.put(name, tokens.getText());
      } else {
        tokens.skipChildren();
      }
    }
    return texts;
  }

  private static void fullUrl(JsonParser tokens, Map<String, String> keys) throws IOException {
    String url = null;
    String type = null;
    String id = null;
    while (tokens.nextToken() == JsonToken.FIELD_NAME) {
      String name = tokens.currentName();
      JsonToken value = tokens.nextToken();
      if (name.equals("fullUrl") && value == JsonToken.VALUE_STRING) {
        url = tokens.getText();
      } else if (name.equals("resource") && value == JsonToken.START_OBJECT) {
        while (tokens.nextToken() == JsonToken.FIELD_NAME) {
          String member = tokens.currentName();
          JsonToken text = tokens.nextToken();
          if (member.equals("resourceType") && text == JsonToken.VALUE_STRING) {
            type = tokens.getText();
          } else if (member.equals("id") && text == JsonToken.VALUE_STRING) {
            id = tokens.getText();
          } else {
            tokens.skipChildren();
          }
        }
      } else {
        tokens.skipChildren();
      }
    }
    if (url != null
        && url.startsWith("urn:")
        && type != null
        && id != null
        && keys.size() < FULL_URLS_MAX) {
      keys.put(url, type + "/" + id);
    }
  }

  /** The entries of one Bundle, one after the other. */
  private final class Entries {
    private final SourceFile file;
    private final JsonParser tokens;
    private final RecordSink sink;
    private final String type;
    private final Map<String, String> keysByUrl;
    private long number;

    Entries(
        SourceFile file,
        JsonParser tokens,
        RecordSink sink,
        String type,
        Map<String, String> keysByUrl) {
      this.file = file;
      this.tokens = tokens;
      this.sink = sink;
      this.type = type;
      this.keysByUrl = keysByUrl;
    }

    void read() throws IOException {
      tokens.nextToken();
      while (tokens.nextToken() == JsonToken.FIELD_NAME) {
        boolean isEntry = tokens.currentName().equals("entry");
        if (tokens.nextToken() == JsonToken.START_ARRAY && isEntry) {
          while (tokens.nextToken() == JsonToken.START_OBJECT) {
            number++;
            entry();
          }
        } else {
          tokens.skipChildren();
        }
      }
    }

    private void entry() throws IOException {
      Copy resource = null;
      Map<String, String> request = new HashMap<>();
      String mode = "";
      String unknown = null;
      while (tokens.nextToken() == JsonToken.FIELD_NAME) {
        String name = tokens.currentName();
        JsonToken value = tokens.nextToken();
        if (name.equals("resource")) {
          resource = copy();
        } else if (name.equals("request") && value == JsonToken.START_OBJECT) {
          request.putAll(texts(tokens));
        } else if (name.equals("search") && value == JsonToken.START_OBJECT) {
          mode = texts(tokens).getOrDefault("mode", "");
        } else {
          tokens.skipChildren();
        }
        if (!OF_AN_ENTRY.contains(name.startsWith("_") ? name.substring(1) : name)) {
          unknown = name;
        }
      }
      if (unknown != null) {
        reject("The entry has an element '" + unknown + "' that R4 doesn't know");
      } else if (type.equals("batch") || type.equals("transaction")) {
        requested(resource, request);
      } else if (mode.equals("outcome")) {
        sink.told(
            file.name(), number, Action.LEFT_OUT, "is what the other server says of the search");
      } else if (resource == null) {
        sink.told(file.name(), number, Action.LEFT_OUT, "has no resource");
      } else {
        take(resource);
      }
    }

    private void requested(@Nullable Copy resource, Map<String, String> request) {
      String method = request.getOrDefault("method", "");
      boolean isConditional =
          request.keySet().stream().anyMatch(name -> name.startsWith("if"))
              || request.getOrDefault("url", "").contains("?");
      if (resource == null || !(method.equals("PUT") || method.equals("POST"))) {
        reject(
            "The entry is a "
                + (method.isEmpty() ? "request without method" : method)
                + (resource == null ? " without a resource" : "")
                + "; expected PUT or POST with a resource that has an id (anything else is posted"
                + " to the base)");
      } else if (isConditional) {
        reject(
            "The entry's request is conditional; expected one that isn't, or post it to the base");
      } else if (method.equals("PUT") && !resource.isFor(request.getOrDefault("url", ""))) {
        reject(
            "request.url is '"
                + request.getOrDefault("url", "")
                + "', the resource is "
                + resource.key()
                + "; expected the same id in both");
      } else {
        take(resource);
      }
    }

    private void take(Copy resource) {
      if (resource.text().isOver) {
        reject(tooLong("entry"));
      } else {
        sink.record(file.name(), number, resource.text().toByteArray());
      }
    }

    private void reject(String reason) {
      refuse(sink, file, number, reason);
    }

    /** Token by token, so that numbers keep their digits; references by fullUrl are replaced. */
    private Copy copy() throws IOException {
      Bounded out = new Bounded(recordMax);
      String resourceType = "";
      String id = "";
      int depth = 0;
      try (JsonGenerator generator = UnlimitedJson.FACTORY.createGenerator(out)) {
        do {
          JsonToken token = tokens.currentToken();
          depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
          if (depth == 1 && token == JsonToken.VALUE_STRING) {
            switch (tokens.currentName()) {
              case "resourceType" -> resourceType = tokens.getText();
              case "id" -> id = tokens.getText();
              default -> {}
            }
          }
          if (token.isNumeric()) {
            generator.writeNumber(tokens.getText());
          } else if (token == JsonToken.VALUE_STRING && "reference".equals(tokens.currentName())) {
            String text = tokens.getText();
            generator.writeString(keysByUrl.getOrDefault(text, text));
          } else {
            generator.copyCurrentEvent(tokens);
          }
          if (depth > 0) {
            tokens.nextToken();
          }
        } while (depth > 0);
        // The last one closed it.
      }
      return new Copy(out, resourceType, id);
    }
  }

  /** The resource of an entry; without an id it is refused later. */
  private record Copy(Bounded text, String type, String id) {
    String key() {
      return type + "/" + id;
    }

    boolean isFor(String url) {
      return id.isEmpty() || ("/" + url).endsWith("/" + key());
    }
  }

  /** Forgets what is too much. */
  private static final class Bounded extends ByteArrayOutputStream {
    private final int max;
    private boolean isOver;

    Bounded(int max) {
      this.max = max;
    }

    @Override
    public void write(int b) {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
      if (size() + (long) length > max) {
        isOver = true;
        reset();
      }
      if (!isOver) {
        super.write(bytes, offset, length);
      }
    }
  }

  /** A line without its end; empty if it is too long. */
  private record Line(long number, byte[] bytes, boolean isTooLong) {}

  private static final class Lines implements AutoCloseable {
    private final InputStream in;
    private final int max;
    private final byte[] buffer = new byte[64 * 1024];
    private int from;
    private int to;
    private long number;

    Lines(InputStream in, int max) {
      this.in = in;
      this.max = max;
    }

    Optional<Line> next() throws IOException {
      Bounded line = new Bounded(max);
      boolean isAny = false;
      while (true) {
        if (from == to) {
          to = in.read(buffer);
          from = 0;
          if (to < 0) {
            to = 0;
            return isAny ? Optional.of(line(line)) : Optional.empty();
          }
        }
        int end = from;
        while (end < to && buffer[end] != '\n') {
          end++;
        }
        isAny = true;
        line.write(buffer, from, end - from);
        if (end < to) {
          from = end + 1;
          return Optional.of(line(line));
        }
        from = to;
      }
    }

    private Line line(Bounded line) {
      number++;
      byte[] bytes = line.toByteArray();
      int length =
          bytes.length > 0 && bytes[bytes.length - 1] == '\r' ? bytes.length - 1 : bytes.length;
      return new Line(number, java.util.Arrays.copyOf(bytes, length), line.isOver);
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
