package org.rodnan.hl7v2;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.hl7.fhir.r4.model.Resource;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.interaction.Interactions;
import org.rodnan.search.SearchPage;
import org.rodnan.search.SearchRequest;
import org.rodnan.store.ResourceVersion;

/** What is stored now, as models. Thread safe. */
final class Stored {
  private static final int PAGES_MAX = 1_000;

  private final Interactions interactions;

  Stored(Interactions interactions) {
    this.interactions = interactions;
  }

  /**
   * @param etag for {@code If-Match}
   */
  record Version<T>(T resource, String etag, Instant lastUpdated) {}

  /** Empty if it isn't there, or was deleted. */
  <T extends Resource> Optional<Version<T>> find(Class<T> type, String id) {
    try {
      ResourceVersion.Content content =
          interactions.read().read(new ResourceKey(type.getSimpleName(), id));
      return Optional.of(
          new Version<>(
              parse(type, content.json()),
              "W/\"" + content.version() + "\"",
              content.lastUpdated()));
    } catch (FhirFailure.NotFound | FhirFailure.Gone e) {
      return Optional.empty();
    }
  }

  private static <T extends Resource> T parse(Class<T> type, byte[] json) {
    return FhirContexts.r4()
        .newJsonParser()
        .setStripVersionsFromReferences(false)
        .parseResource(type, new String(json, StandardCharsets.UTF_8));
  }

  /** All that match, up to a thousand pages. */
  <T extends Resource> List<Version<T>> search(
      Class<T> type, List<SearchRequest.Parameter> parameters) {
    SearchRequest request =
        new SearchRequest(List.of(type.getSimpleName()), Optional.empty(), parameters, false);
    List<Version<T>> found = new ArrayList<>();
    SearchPage page = interactions.search().search(request);
    for (int i = 0; i < PAGES_MAX; i++) {
      page.entries()
          .forEach(entry ->
              found.add(
                  new Version<>(
                      parse(type, entry.json()),
                      "W/\"" + entry.version() + "\"",
                      entry.lastUpdated())));
      if (page.next().isEmpty()) {
        break;
      }
      page = interactions.search().next(request, page.next().get());
    }
    return found;
  }

  /** By a business identifier. */
  <T extends Resource> List<Version<T>> identified(Class<T> type, String token) {
    return search(type, List.of(new SearchRequest.Parameter("identifier", token)));
  }

  /** A value of a token parameter, its separators escaped (R4, search.html#escaping). */
  static String escaped(String text) {
    return text.replaceAll("([\\\\,|$])", "\\\\$1");
  }
}
