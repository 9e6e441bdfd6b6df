package org.rodnan.interaction;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteConstraints;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.FhirFailure;

/**
 * JSON as a tree that can be changed and forgets nothing: objects are {@link LinkedHashMap}s,
 * arrays {@link ArrayList}s, numbers keep their digits. Strings, booleans and null are themselves.
 */
final class JsonTree {
  /** No resource of this server is nested so deeply. */
  private static final int DEPTH_MAX = 500;

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(DEPTH_MAX)
                  .maxStringLength(Integer.MAX_VALUE)
                  .build())
          .streamWriteConstraints(
              StreamWriteConstraints.builder().maxNestingDepth(DEPTH_MAX).build())
          .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
          .build();

  private JsonTree() {}

  /** A number by its digits; equal to another one of the same amount. */
  record Digits(String text) {
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Digits digits
          && new BigDecimal(text).compareTo(new BigDecimal(digits.text)) == 0;
    }

    @Override
    public int hashCode() {
      return Double.hashCode(Double.parseDouble(text));
    }
  }

  /**
   * @throws FhirFailure.Malformed if it is not JSON
   */
  static @Nullable Object read(byte[] json) {
    try (JsonParser parser = JSON.createParser(json)) {
      if (parser.nextToken() == null) {
        throw new FhirFailure.Malformed(IssueType.STRUCTURE, "The body is empty; expected JSON");
      }
      Object value = value(parser);
      if (parser.nextToken() != null) {
        throw new FhirFailure.Malformed(
            IssueType.STRUCTURE, "There is more after the end of the JSON");
      }
      return value;
    } catch (JsonProcessingException e) {
      throw new FhirFailure.Malformed(
          IssueType.STRUCTURE,
          (e.getOriginalMessage().startsWith("Duplicate field")
                  ? "A member of the JSON is there twice at line "
                  : "The body is not well-formed JSON at line ")
              + e.getLocation().getLineNr()
              + ", column "
              + e.getLocation().getColumnNr());
    } catch (IOException e) {
      throw new UncheckedIOException("Reading from memory failed", e);
    }
  }

  private static @Nullable Object value(JsonParser parser) throws IOException {
    switch (parser.currentToken()) {
      case START_OBJECT -> {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          String name = parser.currentName();
          parser.nextToken();
          members.put(name, value(parser));
        }
        return members;
      }
      case START_ARRAY -> {
        List<@Nullable Object> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          items.add(value(parser));
        }
        return items;
      }
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> {
        return digits(parser.getText());
      }
      case VALUE_TRUE -> {
        return true;
      }
      case VALUE_FALSE -> {
        return false;
      }
      case VALUE_NULL -> {
        return null;
      }
      default -> {
        return parser.getText();
      }
    }
  }

  private static Digits digits(String text) {
    if (text.matches(".*[eE][+-]?\\d{4,}")) {
      throw new FhirFailure.Malformed(
          IssueType.STRUCTURE, "The body has a number out of all proportion: " + text);
    }
    return new Digits(text);
  }

  /**
   * @throws FhirFailure.Unprocessable if it is nested too deeply
   */
  static byte[] write(@Nullable Object tree) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator generator = JSON.createGenerator(out)) {
      write(tree, generator, 0);
    } catch (IOException e) {
      throw new UncheckedIOException("Writing to memory failed", e);
    }
    return out.toByteArray();
  }

  private static void write(@Nullable Object value, JsonGenerator generator, int depth)
      throws IOException {
    requireDepth(depth);
    switch (value) {
      case null -> generator.writeNull();
      case Map<?, ?> members -> {
        generator.writeStartObject();
        for (Map.Entry<?, ?> member : members.entrySet()) {
          generator.writeFieldName((String) member.getKey());
          write(member.getValue(), generator, depth + 1);
        }
        generator.writeEndObject();
      }
      case List<?> items -> {
        generator.writeStartArray();
        for (Object item : items) {
          write(item, generator, depth + 1);
        }
        generator.writeEndArray();
      }
      case Digits digits -> generator.writeNumber(digits.text());
      case Boolean flag -> generator.writeBoolean(flag);
      default -> generator.writeString((String) value);
    }
  }

  /** Whether both are the same but for the order of members; numbers by their digits. */
  static boolean isSame(byte[] first, byte[] second) {
    return isSame(read(first), read(second));
  }

  private static boolean isSame(@Nullable Object first, @Nullable Object second) {
    return switch (first) {
      case Map<?, ?> members ->
          second instanceof Map<?, ?> others
              && members.keySet().equals(others.keySet())
              && members.entrySet().stream()
                  .allMatch(member -> isSame(member.getValue(), others.get(member.getKey())));
      case List<?> items -> second instanceof List<?> others && areSame(items, others);
      case Digits digits -> second instanceof Digits others && digits.text().equals(others.text());
      case null -> second == null;
      default -> first.equals(second);
    };
  }

  private static boolean areSame(List<?> first, List<?> second) {
    boolean same = first.size() == second.size();
    for (int i = 0; same && i < first.size(); i++) {
      same = isSame(first.get(i), second.get(i));
    }
    return same;
  }

  /**
   * A copy that shares nothing that can change.
   *
   * @param room how many values it may have; what it has is taken off
   * @throws FhirFailure.Unprocessable if it has more, or is nested too deeply
   */
  static @Nullable Object copy(@Nullable Object value, int[] room) {
    return copy(value, room, 0);
  }

  private static @Nullable Object copy(@Nullable Object value, int[] room, int depth) {
    requireDepth(depth);
    room[0]--;
    if (room[0] < 0) {
      throw new FhirFailure.Unprocessable(
          IssueType.TOOCOSTLY, "The patch copies more than a resource can hold");
    }
    switch (value) {
      case Map<?, ?> members -> {
        Map<String, @Nullable Object> copy = new LinkedHashMap<>();
        members.forEach((name, each) -> copy.put((String) name, copy(each, room, depth + 1)));
        return copy;
      }
      case List<?> items -> {
        List<@Nullable Object> copy = new ArrayList<>();
        items.forEach(each -> copy.add(copy(each, room, depth + 1)));
        return copy;
      }
      case null, default -> {
        return value;
      }
    }
  }

  private static void requireDepth(int depth) {
    if (depth > DEPTH_MAX) {
      throw new FhirFailure.Unprocessable(
          IssueType.STRUCTURE, "The patched resource would be nested too deeply");
    }
  }
}
