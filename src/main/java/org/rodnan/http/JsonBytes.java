package org.rodnan.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/**
 * One JSON document as a sequence of byte arrays, most of them bodies as they are stored. Nothing
 * is copied until it is written out; nobody changes the arrays.
 */
record JsonBytes(List<byte[]> parts) {
  JsonBytes {
    parts = List.copyOf(parts);
  }

  static JsonBytes of(byte[] json) {
    return new JsonBytes(List.of(json));
  }

  long length() {
    long length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    return length;
  }

  void writeTo(OutputStream out) throws IOException {
    for (byte[] part : parts) {
      out.write(part);
    }
  }

  /** All of it in one array. */
  byte[] joined() {
    if (parts.size() == 1) {
      return parts.getFirst();
    }
    ByteArrayOutputStream joined = new ByteArrayOutputStream(Math.toIntExact(length()));
    parts.forEach(joined::writeBytes);
    return joined.toByteArray();
  }
}
