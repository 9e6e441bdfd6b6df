package org.rodnan.clinicaltrials;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A ResearchStudy that is stored under an id of its own, joined with what the registry says of it.
 * Nothing of the stored one is changed or lost: elements that it lacks are taken from the registry,
 * and lists are made longer by what they lack; arms, objectives and focus are one thing each, since
 * subjects and results are by them. The same registry entry again changes nothing.
 */
public final class RegisteredStudy {
  /** Systems of NCT numbers; the first is ours. */
  public static final List<String> SYSTEMS =
      List.of(ProtocolReader.REGISTRY, "https://clinicaltrials.gov", "https://clinicaltrials.gov/");

  /** Lists that others may add to. */
  private static final Set<String> OPEN =
      Set.of(
          "identifier",
          "category",
          "condition",
          "contact",
          "relatedArtifact",
          "keyword",
          "location",
          "enrollment",
          "site",
          "note");

  private static final Set<String> SERVERS = Set.of("resourceType", "id", "meta", "text");

  private RegisteredStudy() {}

  /**
   * Adds to the stored study, in place, what only the registry has.
   *
   * @return elements of the stored one that differ from the registry's and were kept
   */
  public static List<String> join(ObjectNode stored, ObjectNode registry) {
    List<String> kept = new ArrayList<>();
    registry
        .properties()
        .forEach(each -> {
          String name = each.getKey();
          if (SERVERS.contains(name)) {
            return;
          }
          JsonNode own = stored.get(name);
          if (own == null) {
            stored.set(name, each.getValue().deepCopy());
          } else if (OPEN.contains(name) && own instanceof ArrayNode list) {
            add(list, each.getValue());
          } else if (!own.equals(each.getValue())) {
            kept.add(name);
          }
        });
    return kept;
  }

  private static void add(ArrayNode own, JsonNode others) {
    for (JsonNode other : others) {
      boolean isThere = false;
      for (JsonNode each : own) {
        isThere |= isSame(each, other);
      }
      if (!isThere) {
        own.add(other.deepCopy());
      }
    }
  }

  /** Identifiers by system and value, references by what they refer to, concepts by a code. */
  private static boolean isSame(JsonNode one, JsonNode other) {
    if (one.has("value") && other.has("value")) {
      boolean isNumber = one.path("value").asText().matches("NCT\\d{8}");
      return one.path("value").equals(other.path("value"))
          && (isNumber || one.path("system").equals(other.path("system")));
    }
    if (one.has("reference") && other.has("reference")) {
      return one.path("reference").equals(other.path("reference"));
    }
    for (JsonNode coding : one.path("coding")) {
      for (JsonNode theirs : other.path("coding")) {
        if (coding.path("system").equals(theirs.path("system"))
            && coding.path("code").equals(theirs.path("code"))) {
          return true;
        }
      }
    }
    boolean areTexts =
        one.hasNonNull("text")
            && !other.has("coding")
            && one.path("text").asText().equalsIgnoreCase(other.path("text").asText());
    return areTexts || one.equals(other);
  }
}
