package org.rodnan.store;

import org.jspecify.annotations.Nullable;

/**
 * Who wrote an entry and why, kept in its row for the trial's audit.
 *
 * @param actor the user or system; {@code anonymous} while there is no security
 * @param client the program through which it was written, such as its client id or user agent
 * @param requestId the X-Request-Id of the request, or one given by the server
 * @param reason why, if the caller said so
 */
public record Origin(
    String actor, @Nullable String client, String requestId, @Nullable String reason) {
  public static final String ANONYMOUS = "anonymous";
}
