package org.rodnan.http;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.Set;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.interaction.EntityTag;
import org.rodnan.interaction.ReadInteraction;
import org.rodnan.interaction.VreadInteraction;
import org.rodnan.store.ResourceVersion;

/** Read and vread, with their conditional forms (R4, http.html#read, #vread and #cread). */
final class ReadEndpoint {
  private final ReadInteraction reading;
  private final VreadInteraction versionReading;

  ReadEndpoint(ReadInteraction reading, VreadInteraction versionReading) {
    this.reading = reading;
    this.versionReading = versionReading;
  }

  Answer read(FhirRequest request, ResourceKey key) {
    request.requireParameters(Set.of());
    return answer(request, reading.read(key));
  }

  Answer vread(FhirRequest request, ResourceKey key, String version) {
    request.requireParameters(Set.of());
    return answer(request, versionReading.vread(key, version));
  }

  private static Answer answer(FhirRequest request, ResourceVersion.Content content) {
    Answer answer = Answer.empty(200).with(WriteAnswers.headers(content));
    return isKnown(request, content)
        ? Answer.empty(304).with(answer.headers())
        : RawBinary.answer(request, content)
            .orElseGet(() -> answer.with(request.projected(content)));
  }

  /** Whether the client has this version; with If-None-Match, If-Modified-Since is not asked. */
  private static boolean isKnown(FhirRequest request, ResourceVersion.Content content) {
    Optional<String> noneMatch = request.header("If-None-Match");
    if (noneMatch.isPresent()) {
      return noneMatch.get().strip().equals("*")
          || EntityTag.versions(noneMatch.get()).contains(content.version());
    }
    Instant modified = content.lastUpdated().truncatedTo(ChronoUnit.SECONDS);
    return request
        .header("If-Modified-Since")
        .flatMap(HttpDates::parse)
        .filter(since -> !modified.isAfter(since))
        .isPresent();
  }
}
