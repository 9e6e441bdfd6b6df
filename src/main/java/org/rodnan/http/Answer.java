package org.rodnan.http;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What goes back, before it takes the form that the client wants.
 *
 * @param headers all but those about the body's form
 * @param body one resource in JSON
 * @param file in the place of a body; a header tells its type
 */
record Answer(
    int status, Map<String, String> headers, Optional<JsonBytes> body, Optional<FileContent> file) {
  Answer {
    headers = Map.copyOf(headers);
  }

  Answer(int status, Map<String, String> headers, Optional<JsonBytes> body) {
    this(status, headers, body, Optional.empty());
  }

  static Answer of(int status, FileContent file, String contentType) {
    return new Answer(
        status, Map.of("Content-Type", contentType), Optional.empty(), Optional.of(file));
  }

  static Answer of(int status, JsonBytes body) {
    return new Answer(status, Map.of(), Optional.of(body));
  }

  static Answer empty(int status) {
    return new Answer(status, Map.of(), Optional.empty());
  }

  /** As a resource; what is none goes into a Binary. */
  JsonBytes asResource() {
    JsonBytes content = body.or(() -> file.map(each -> JsonBytes.of(each.bytes()))).orElseThrow();
    String type = headers.get("Content-Type");
    return type == null ? content : JsonBytes.of(RawBinary.resource(type, content.joined()));
  }

  Answer with(JsonBytes body) {
    return new Answer(status, headers, Optional.of(body));
  }

  Answer with(String header, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(header, value);
    return new Answer(status, more, body, file);
  }

  /** These headers too. */
  Answer with(Map<String, String> others) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.putAll(others);
    return new Answer(status, more, body, file);
  }
}
