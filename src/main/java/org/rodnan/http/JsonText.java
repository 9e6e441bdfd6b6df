package org.rodnan.http;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Puts a JSON document together from syntax, strings and stored bodies. For one thread. */
final class JsonText {
  private final List<byte[]> parts = new ArrayList<>();
  private ByteArrayOutputStream open = new ByteArrayOutputStream(256);

  /** Text that is JSON already. */
  JsonText raw(String json) {
    open.writeBytes(json.getBytes(StandardCharsets.UTF_8));
    return this;
  }

  /** A string, quoted and escaped. */
  JsonText string(String value) {
    open.write('"');
    open.writeBytes(JsonStringEncoder.getInstance().quoteAsUTF8(value));
    open.write('"');
    return this;
  }

  /** {@code "name":"value"}; the name must need no escapes. */
  JsonText member(String name, String value) {
    return raw("\"" + name + "\":").string(value);
  }

  /** A body, by reference. */
  JsonText stored(byte[] json) {
    close();
    parts.add(json);
    return this;
  }

  JsonText stored(JsonBytes json) {
    close();
    parts.addAll(json.parts());
    return this;
  }

  JsonBytes toBytes() {
    close();
    return new JsonBytes(parts);
  }

  private void close() {
    if (open.size() > 0) {
      parts.add(open.toByteArray());
      open = new ByteArrayOutputStream(256);
    }
  }
}
