package org.rodnan.clinicaltrials;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.rodnan.mapping.RowException;

/** Which elements of a study are arrays or objects, of those that are read here. */
final class Shape {
  private static final Set<String> TEXTS = Set.of("conditions", "keywords", "phases", "groupIds");

  private static final Set<String> ARRAYS =
      Set.of(
          "armGroups",
          "interventions",
          "primaryOutcomes",
          "secondaryOutcomes",
          "otherOutcomes",
          "collaborators",
          "overallOfficials",
          "locations",
          "meshes",
          "groups",
          "periods",
          "milestones",
          "achievements",
          "dropWithdraws",
          "reasons",
          "denoms",
          "counts",
          "measures",
          "classes",
          "categories",
          "measurements",
          "outcomeMeasures",
          "analyses",
          "eventGroups",
          "seriousEvents",
          "otherEvents",
          "stats");

  private static final Set<String> OBJECTS =
      Set.of("orgStudyIdInfo", "leadSponsor", "designInfo", "maskingInfo");

  private Shape() {}

  /**
   * @throws RowException that names the first element that is something else
   */
  static void require(JsonNode study) {
    for (String section : List.of("protocolSection", "derivedSection", "resultsSection")) {
      if (study.has(section)) {
        member(section, section, study.get(section));
      }
    }
  }

  private static void members(String path, JsonNode object) {
    for (Map.Entry<String, JsonNode> each : object.properties()) {
      member(path + "." + each.getKey(), each.getKey(), each.getValue());
    }
  }

  private static void member(String path, String name, JsonNode value) {
    if (value.isNull()) {
      return;
    }
    boolean isTexts = TEXTS.contains(name);
    if (isTexts || ARRAYS.contains(name)) {
      require(value.isArray(), path, value, "an array");
      for (int i = 0; i < value.size(); i++) {
        JsonNode each = value.get(i);
        String place = path + "[" + i + "]";
        if (isTexts) {
          require(each.isTextual(), place, each, "a text");
        } else {
          require(each.isObject(), place, each, "an object");
          members(place, each);
        }
      }
    } else if (OBJECTS.contains(name)
        || name.endsWith("Section")
        || name.endsWith("Module")
        || name.endsWith("Struct")) {
      require(value.isObject(), path, value, "an object");
      members(path, value);
    }
  }

  private static void require(boolean isRight, String path, JsonNode found, String expected) {
    if (!isRight) {
      throw new RowException(path + " is " + kind(found) + "; expected " + expected);
    }
  }

  private static String kind(JsonNode found) {
    return switch (found.getNodeType()) {
      case ARRAY -> "an array";
      case OBJECT -> "an object";
      case STRING -> "the text '" + found.asText() + "'";
      default -> found.toString();
    };
  }
}
