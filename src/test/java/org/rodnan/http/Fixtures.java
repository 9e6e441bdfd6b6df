package org.rodnan.http;

import java.nio.charset.StandardCharsets;
import org.hl7.fhir.r4.model.Resource;
import org.rodnan.fhir.FhirContexts;

/** What the tests of this package share. */
final class Fixtures {
  private Fixtures() {}

  static String text(JsonBytes json) {
    return new String(json.joined(), StandardCharsets.UTF_8);
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Strictly parsed: anything R4 doesn't know fails. */
  static <R extends Resource> R parse(JsonBytes json, Class<R> type) {
    return FhirContexts.r4().newJsonParser().parseResource(type, text(json));
  }
}
