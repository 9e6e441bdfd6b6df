package org.rodnan.web;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Optional;
import org.hl7.fhir.r4.model.Resource;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.fhir.UnlimitedJson;
import org.rodnan.fhir.VersionId;
import org.rodnan.search.SearchPage;
import org.rodnan.store.ResourceVersion;

/**
 * One version of a resource, to be looked into. Numbers keep their digits.
 *
 * @param json not to be changed
 */
record StoredResource(ResourceKey key, VersionId version, Instant lastUpdated, JsonNode json) {
  private static final String TEST_DATA = "HTEST";

  static StoredResource of(ResourceVersion.Content content) {
    return new StoredResource(
        content.key(), content.version(), content.lastUpdated(), parsed(content.json()));
  }

  static StoredResource of(SearchPage.Entry entry) {
    return new StoredResource(
        entry.key(), entry.version(), entry.lastUpdated(), parsed(entry.json()));
  }

  /** JSON as the store has it, or an operation made it. */
  static JsonNode parsed(byte[] json) {
    try {
      return UnlimitedJson.EXACT.readTree(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The same in HAPI's model. */
  <T extends Resource> T as(Class<T> type) {
    return FhirContexts.r4().newJsonParser().parseResource(type, json.toString());
  }

  /** Whether it is made up (security label HTEST of v3-ActReason). */
  boolean isSynthetic() {
    for (JsonNode label : json.path("meta").path("security")) {
      if (label.path("code").asText().equals(TEST_DATA)) {
        return true;
      }
    }
    return false;
  }

  /** Where its page is. */
  String path() {
    return path(key);
  }

  static String path(ResourceKey key) {
    return "/resources/" + key;
  }

  /** The page of a reference of this server, in any of its forms; empty for any other. */
  static Optional<String> pathOf(String reference) {
    return ResourceKey.parse(reference).map(StoredResource::path);
  }
}
