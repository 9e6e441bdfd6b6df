package org.rodnan.fhir;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A Bundle's text cut into that of its entries' resources and what is around them. Checks nothing:
 * each piece is to be read strictly.
 *
 * @param envelope the whole with {@link ParsedBundle#PLACEHOLDER} for each resource
 * @param resources for each entry in order
 */
record BundleSlices(byte[] envelope, List<Optional<byte[]>> resources) {
  /**
   * @param json what is not JSON, or not a Bundle's, is all envelope
   */
  static BundleSlices of(byte[] json) {
    try (JsonParser parser = UnlimitedJson.FACTORY.createParser(json)) {
      return new Cut(parser, json).cut();
    } catch (JsonProcessingException e) {
      return new BundleSlices(json, List.of());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static final class Cut {
    private final JsonParser parser;
    private final byte[] json;
    private final ByteArrayOutputStream envelope = new ByteArrayOutputStream();
    private final List<Optional<byte[]>> resources = new ArrayList<>();
    private int done;

    Cut(JsonParser parser, byte[] json) {
      this.parser = parser;
      this.json = json;
    }

    BundleSlices cut() throws IOException {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return new BundleSlices(json, List.of());
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        boolean isEntry = parser.currentName().equals("entry");
        if (parser.nextToken() == JsonToken.START_ARRAY && isEntry) {
          while (parser.nextToken() != JsonToken.END_ARRAY) {
            entry();
          }
        } else {
          parser.skipChildren();
        }
      }
      envelope.write(json, done, json.length - done);
      return new BundleSlices(envelope.toByteArray(), resources);
    }

    private void entry() throws IOException {
      Optional<byte[]> resource = Optional.empty();
      if (parser.currentToken() == JsonToken.START_OBJECT) {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          boolean isResource = parser.currentName().equals("resource");
          parser.nextToken();
          if (isResource) {
            resource = Optional.of(resource());
          } else {
            parser.skipChildren();
          }
        }
      } else {
        parser.skipChildren();
      }
      resources.add(resource);
    }

    private byte[] resource() throws IOException {
      int from = (int) parser.currentTokenLocation().getByteOffset();
      int to;
      if (parser.currentToken().isStructStart()) {
        parser.skipChildren();
        to = (int) parser.currentTokenLocation().getByteOffset() + 1;
      } else {
        parser.finishToken();
        to = (int) parser.currentLocation().getByteOffset();
      }
      envelope.write(json, done, from - done);
      envelope.writeBytes(ParsedBundle.PLACEHOLDER.getBytes(StandardCharsets.US_ASCII));
      done = to;
      return Arrays.copyOfRange(json, from, to);
    }
  }
}
