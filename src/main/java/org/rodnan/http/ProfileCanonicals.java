package org.rodnan.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

/** The profiles that the program carries, for its CapabilityStatement. */
final class ProfileCanonicals {
  private static final String FILES = "classpath*:profiles/StructureDefinition/*.json";

  private ProfileCanonicals() {}

  /** Canonical URLs by the type that they constrain; those of datatypes are left out. */
  static Map<String, Set<String>> byType() {
    ObjectMapper json = new ObjectMapper();
    Map<String, Set<String>> byType = new TreeMap<>();
    try {
      for (Resource file : new PathMatchingResourcePatternResolver().getResources(FILES)) {
        JsonNode profile = json.readTree(file.getContentAsByteArray());
        if (profile.path("kind").asText().equals("resource")) {
          byType
              .computeIfAbsent(profile.path("type").asText(), type -> new TreeSet<>())
              .add(profile.path("url").asText());
        }
      }
      return byType;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
