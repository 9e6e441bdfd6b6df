package org.rodnan.fhir;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The JSON of a resource as it will be stored, but for what only the writer section knows: the
 * version, the time, and the references whose target is decided there. Everything else is encoded
 * before, in parallel, so that the section only puts bytes together.
 *
 * <p>The client's JSON is kept as it is, token by token: numbers keep their digits ({@code 1.00},
 * {@code 1e3}), extensions of primitives and contained ids stay. Only white space goes, {@code
 * resourceType}, {@code id} and {@code meta} come first, and {@code meta.versionId} and {@code
 * meta.lastUpdated} are the server's. Immutable, thread safe.
 */
public final class BodyTemplate {
  private static final DateTimeFormatter INSTANT =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  /** Names of elements of type string that may hold any text, also one that looks like a URN. */
  private static final Set<String> PLAIN_TEXT =
      Set.of("value", "display", "text", "title", "description", "name", "id", "valueString");

  private final byte[] bytes;
  private final int metaOffset;
  private final boolean metaHasMore;
  private final List<ReferenceSlot> references;

  private record ReferenceSlot(int offset, String reference) {}

  private BodyTemplate(
      byte[] bytes, int metaOffset, boolean metaHasMore, List<ReferenceSlot> references) {
    this.bytes = bytes;
    this.metaOffset = metaOffset;
    this.metaHasMore = metaHasMore;
    this.references = List.copyOf(references);
  }

  /** The template of a resource without open references. */
  public static BodyTemplate of(ParsedResource resource, ResourceKey key) {
    return of(resource, key, text -> false);
  }

  /**
   * @param resource what the client sent
   * @param key the type and id under which it will be stored, whatever the body says
   * @param isOpen says of a text, such as {@code urn:uuid:…} or {@code Patient?identifier=…}, that
   *     it is to be replaced where it is the whole value of a reference or uri, or a link of the
   *     narrative (R4, http.html#trules, "replacing references")
   */
  public static BodyTemplate of(
      ParsedResource resource, ResourceKey key, Predicate<String> isOpen) {
    try {
      return new Encoder(resource.json(), isOpen).encode(key);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The references that {@link #fill} needs an answer for. */
  public Set<String> openReferences() {
    return references.stream()
        .map(ReferenceSlot::reference)
        .collect(Collectors.toUnmodifiableSet());
  }

  /**
   * The final bytes, UTF-8.
   *
   * @param resolved the text for each of {@link #openReferences()}
   * @throws IllegalArgumentException if one is missing
   */
  public byte[] fill(VersionId version, Instant lastUpdated, Map<String, String> resolved) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length + 96);
    out.write(bytes, 0, metaOffset);
    String meta =
        "\"versionId\":\"" + version + "\",\"lastUpdated\":\"" + INSTANT.format(lastUpdated) + '"';
    out.writeBytes(meta.getBytes(StandardCharsets.US_ASCII));
    if (metaHasMore) {
      out.write(',');
    }
    int from = metaOffset;
    for (ReferenceSlot slot : references) {
      String target = resolved.get(slot.reference());
      if (target == null) {
        throw new IllegalArgumentException("No target for the reference " + slot.reference());
      }
      out.write(bytes, from, slot.offset() - from);
      out.writeBytes(JsonStringEncoder.getInstance().quoteAsUTF8(target));
      from = slot.offset();
    }
    out.write(bytes, from, bytes.length - from);
    return out.toByteArray();
  }

  /** {@link #fill(VersionId, Instant, Map)} for a template without open references. */
  public byte[] fill(VersionId version, Instant lastUpdated) {
    return fill(version, lastUpdated, Map.of());
  }

  /** An instant as {@code meta.lastUpdated} shows it: UTC, milliseconds. */
  public static String format(Instant instant) {
    return INSTANT.format(instant);
  }

  private static final class Encoder {
    private final byte[] json;
    private final Predicate<String> isOpen;
    private final ByteArrayOutputStream out;
    private final List<ReferenceSlot> slots = new ArrayList<>();

    Encoder(byte[] json, Predicate<String> isOpen) {
      this.json = json;
      this.isOpen = isOpen;
      this.out = new ByteArrayOutputStream(json.length + 64);
    }

    BodyTemplate encode(ResourceKey key) throws IOException {
      try (JsonGenerator generator = UnlimitedJson.FACTORY.createGenerator(out)) {
        generator.writeStartObject();
        generator.writeStringField("resourceType", key.type());
        generator.writeStringField("id", key.id());
        generator.writeObjectFieldStart("meta");
        // Raw, empty: makes the generator write what it owes before the offset is taken.
        generator.writeRaw("");
        generator.flush();
        int metaOffset = out.size();
        boolean metaHasMore = copyMembers(generator, true);
        generator.writeEndObject();
        copyMembers(generator, false);
        generator.writeEndObject();
        generator.flush();
        return new BodyTemplate(out.toByteArray(), metaOffset, metaHasMore, slots);
      }
    }

    /** Copies the members of meta, or those of the resource that are not written yet. */
    private boolean copyMembers(JsonGenerator generator, boolean ofMeta) throws IOException {
      boolean any = false;
      try (JsonParser parser = UnlimitedJson.FACTORY.createParser(json)) {
        parser.nextToken();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          String name = parser.currentName();
          JsonToken value = parser.nextToken();
          if (name.equals("meta") && ofMeta && value == JsonToken.START_OBJECT) {
            any |= copyMeta(parser, generator);
          } else if (ofMeta
              || name.equals("meta")
              || name.equals("resourceType")
              || name.equals("id")) {
            parser.skipChildren();
          } else {
            generator.writeFieldName(name);
            copyValue(parser, generator, name);
          }
        }
      }
      return any;
    }

    private boolean copyMeta(JsonParser parser, JsonGenerator generator) throws IOException {
      boolean any = false;
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        parser.nextToken();
        if (name.endsWith("versionId") || name.endsWith("lastUpdated")) {
          parser.skipChildren();
        } else {
          generator.writeFieldName(name);
          copyValue(parser, generator, name);
          any = true;
        }
      }
      return any;
    }

    private void copyValue(JsonParser parser, JsonGenerator generator, String field)
        throws IOException {
      int depth = 0;
      String name = field;
      while (true) {
        JsonToken token = parser.currentToken();
        switch (token) {
          case FIELD_NAME -> {
            name = parser.currentName();
            generator.writeFieldName(name);
          }
          case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> generator.writeNumber(parser.getText());
          case VALUE_STRING -> copyText(parser, generator, name);
          default -> generator.copyCurrentEvent(parser);
        }
        depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
        if (depth == 0) {
          return;
        }
        parser.nextToken();
      }
    }

    private void copyText(JsonParser parser, JsonGenerator generator, String name)
        throws IOException {
      String text = parser.getText();
      if (name.equals("div")) {
        writeNarrative(generator, text);
      } else if (!PLAIN_TEXT.contains(name) && isOpen.test(text)) {
        generator.writeRawValue("\"");
        slot(generator, text);
        generator.writeRaw('"');
      } else {
        generator.writeString(text);
      }
    }

    /**
     * Each quoted attribute of the XHTML may be a link to replace. Text may hold a lone quote, so
     * what closes one attribute may open the next.
     */
    private void writeNarrative(JsonGenerator generator, String html) throws IOException {
      generator.writeRawValue("\"");
      int written = 0;
      for (int open = 0; open < html.length(); open++) {
        char quote = html.charAt(open);
        if (quote == '"' || quote == '\'') {
          int close = html.indexOf(quote, open + 1);
          String attribute = close < 0 ? "" : html.substring(open + 1, close);
          if (isOpen.test(attribute)) {
            writeQuoted(generator, html.substring(written, open + 1));
            slot(generator, attribute);
            written = close;
          }
        }
      }
      writeQuoted(generator, html.substring(written));
      generator.writeRaw('"');
    }

    private static void writeQuoted(JsonGenerator generator, String text) throws IOException {
      char[] quoted = JsonStringEncoder.getInstance().quoteAsString(text);
      generator.writeRaw(quoted, 0, quoted.length);
    }

    private void slot(JsonGenerator generator, String reference) throws IOException {
      generator.flush();
      slots.add(new ReferenceSlot(out.size(), reference));
    }
  }
}
