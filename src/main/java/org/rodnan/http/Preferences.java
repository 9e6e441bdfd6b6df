package org.rodnan.http;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What the header {@code Prefer} asks for (R4, http.html#ops and search.html#errors; RFC 7240).
 * What it doesn't know it ignores, as RFC 7240 says.
 *
 * @param answer empty if the client leaves it to the server
 * @param lenient {@code handling=lenient}
 * @param async {@code respond-async}
 */
record Preferences(Optional<Return> answer, boolean lenient, boolean async) {

  /** What a write answers with. */
  enum Return {
    MINIMAL,
    REPRESENTATION,
    OPERATION_OUTCOME
  }

  /**
   * @param headers the values of all Prefer headers
   */
  static Preferences parse(List<String> headers) {
    Optional<Return> answer = Optional.empty();
    Optional<Boolean> lenient = Optional.empty();
    boolean async = false;
    for (String header : headers) {
      for (String preference : header.split("[,;]", -1)) {
        int equals = preference.indexOf('=');
        String name = equals < 0 ? preference : preference.substring(0, equals);
        String value = equals < 0 ? "" : preference.substring(equals + 1);
        switch (plain(name)) {
          case "return" -> answer = answer.or(() -> returned(plain(value)));
          case "handling" ->
              lenient = lenient.or(() -> Optional.of(plain(value).equals("lenient")));
          case "respond-async" -> async = true;
          default -> {}
        }
      }
    }
    return new Preferences(answer, lenient.orElse(false), async);
  }

  private static Optional<Return> returned(String value) {
    return switch (value) {
      case "minimal" -> Optional.of(Return.MINIMAL);
      case "representation" -> Optional.of(Return.REPRESENTATION);
      case "operationoutcome" -> Optional.of(Return.OPERATION_OUTCOME);
      default -> Optional.empty();
    };
  }

  private static String plain(String text) {
    return text.strip().replace("\"", "").toLowerCase(Locale.ROOT);
  }
}
