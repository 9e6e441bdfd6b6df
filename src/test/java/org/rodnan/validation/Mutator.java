package org.rodnan.validation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Makes small changes to valid resources, most of which make them invalid. Seeded. */
public final class Mutator {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final int VALUES_KEPT_MAX = 400;

  private static final List<String> TEXTS =
      List.of(
          " ",
          " lead",
          "trail ",
          "a\u0000b",
          "a\u0007b",
          "\u202Eabc",
          "a\u200Bb",
          "\uFEFFx",
          "é",
          "日本",
          "😀",
          "\uD83D",
          "<b>bold</b>",
          "a < b",
          "p<0.05 >",
          "a\nb",
          "a\tb",
          "a  b",
          "\u00A0",
          "#x",
          "0",
          "true",
          "null",
          "x".repeat(2_000),
          "[x](y)",
          "&amp;",
          "a/b",
          "%",
          "'",
          "\"",
          "\\",
          "{}",
          "$this");
  private static final List<String> REFERENCES =
      List.of(
          "Patient/1",
          "Group/1",
          "Observation/1",
          "Patient/",
          "/Patient/1",
          "Patient/1/_history/2",
          "patient/1",
          "Nothing/1",
          "#x",
          "#",
          "urn:uuid:c757873d-ec9a-4326-a141-556f43239520",
          "urn:uuid:x",
          "urn:oid:1.2.3",
          "https://x.org/fhir/Patient/1",
          "https://x.org/fhir/Group/1",
          "Patient?identifier=a|b",
          "Patient/a b",
          "ResearchStudy/1",
          "Practitioner/1",
          "Patient/" + "1".repeat(65),
          "x",
          "Location/1",
          "Organization/1",
          "Patient/é");
  private static final List<String> TIMES =
      List.of(
          "2024",
          "2024-02",
          "2024-02-29",
          "2023-02-29",
          "2024-13-01",
          "2024-1-1",
          "0000",
          "0001-01-01",
          "1799-12-31",
          "2300-01-01",
          "2024-02-29T10:00:00Z",
          "2024-02-29T10:00:00",
          "2024-02-29T24:00:00Z",
          "2024-02-29T10:00:60Z",
          "2024-02-29T10:00Z",
          "2024-02-29T10:00:00.123456+14:00",
          "2024-02-29T10:00:00-15:00",
          "10:00:00",
          "10:00",
          "25:00:00",
          "1900-01-01",
          "20240101");
  private static final List<String> NUMBERS =
      List.of(
          "0",
          "-0",
          "-1",
          "0.5",
          "1.0",
          "51",
          "52",
          "17",
          "3",
          "4",
          "1000000",
          "-0.0001",
          "1e3",
          "1E-9",
          "2147483648",
          "12.000000000000000001",
          "99999999999999999999",
          "0.1000",
          "250",
          "250.1",
          "1e400");
  private static final List<String> URIS =
      List.of(
          "http://unitsofmeasure.org",
          "http://loinc.org",
          "http://snomed.info/sct",
          "http://snomed.info",
          "http://example.org/x",
          "https://example.org/x",
          "urn:oid:1.2.3.4.5",
          "urn:oid:01.2",
          "oid:1.2",
          "uuid:x",
          "urn:ietf:rfc:3986",
          "x",
          "http://a b",
          "http://hl7.org/fhir/sid/us-npi",
          "http://hl7.org/fhir/sid/icd-10",
          "http://hl7.org/fhir/ValueSet/observation-codes",
          "https://w3id.org/rodnan/CodeSystem/ssc-measure",
          "http://terminology.hl7.org/CodeSystem/v3-ActCode",
          "http://hl7.org/fhir/observation-status",
          "https://loinc.org",
          "http://www.hl7.org/fhir/x");
  private static final List<String> CODES =
      List.of(
          "final",
          "active",
          "mg",
          "mL",
          "{score}",
          "%",
          "L",
          "kg",
          "esr",
          "mrss-total",
          "unknown",
          "x",
          "Final",
          "a b",
          "a  b",
          "",
          "entered-in-error",
          "d",
          "mm/h",
          "furlong",
          "POS",
          "completed",
          "8867-4",
          "85354-9",
          "H",
          "19870-5",
          "19872-1",
          "n",
          "p-value",
          "study");

  private final Random random;
  private final List<ObjectNode> corpus;
  private final Map<String, List<JsonNode>> valuesByName = new LinkedHashMap<>();

  /**
   * @param corpus valid resources, from which values are taken too
   */
  public Mutator(Random random, Collection<ObjectNode> corpus) {
    this.random = random;
    this.corpus = List.copyOf(corpus);
    this.corpus.forEach(this::collect);
  }

  private void collect(JsonNode node) {
    node.properties()
        .forEach(member -> {
          List<JsonNode> values =
              valuesByName.computeIfAbsent(member.getKey(), name -> new ArrayList<>());
          if (values.size() < VALUES_KEPT_MAX && !values.contains(member.getValue())) {
            values.add(member.getValue());
          }
          collect(member.getValue());
        });
    if (node.isArray()) {
      node.forEach(this::collect);
    }
  }

  /** A copy of one of the corpus with one to three changes. */
  public ObjectNode next() {
    ObjectNode resource = one(corpus).deepCopy();
    int changes = 1 + Integer.numberOfTrailingZeros(random.nextInt() | 4);
    for (int i = 0; i < changes; i++) {
      change(resource);
    }
    return resource;
  }

  private <T> T one(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  private void change(ObjectNode resource) {
    List<JsonNode> containers = new ArrayList<>();
    containersOf(resource, containers);
    JsonNode container = one(containers);
    if (container instanceof ObjectNode object) {
      changeMember(object);
    } else if (container instanceof ArrayNode array && !array.isEmpty()) {
      changeItem(array);
    }
  }

  private static void containersOf(JsonNode node, List<JsonNode> found) {
    if (node.isContainerNode()) {
      found.add(node);
      node.forEach(child -> containersOf(child, found));
    }
  }

  private void changeItem(ArrayNode array) {
    int index = random.nextInt(array.size());
    switch (random.nextInt(5)) {
      case 0 -> array.remove(index);
      case 1 -> array.add(array.get(index).deepCopy());
      case 2 -> array.insert(0, array.remove(array.size() - 1));
      case 3 -> array.set(index, changed("", array.get(index)));
      default -> {
        JsonNode model = array.get(index);
        if (random.nextInt(10) == 0) {
          array.addNull();
        } else {
          array.add(model.isObject() ? other((ObjectNode) model) : changed("", model));
        }
      }
    }
  }

  /** An object with the members of another, each perhaps with a value from elsewhere. */
  private ObjectNode other(ObjectNode model) {
    ObjectNode copy = model.deepCopy();
    copy.fieldNames()
        .forEachRemaining(name -> {
          if (random.nextInt(3) == 0) {
            copy.set(name, sample(name));
          }
        });
    return copy;
  }

  /** A value that stands somewhere under that name. */
  private JsonNode sample(String name) {
    List<JsonNode> values = valuesByName.get(name);
    return values == null ? JSON.textNode("x") : one(values).deepCopy();
  }

  private void changeMember(ObjectNode object) {
    if (object.isEmpty()) {
      return;
    }
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    String name = one(names);
    JsonNode value = object.get(name);
    switch (random.nextInt(16)) {
      case 0, 1 -> object.remove(name);
      case 2, 3, 4, 5, 6 -> object.set(name, changed(name, value));
      case 7, 8, 9 -> object.set(name, sample(name));
      case 10 -> {
        String added = one(List.copyOf(valuesByName.keySet()));
        object.set(added, sample(added));
      }
      case 11 -> rename(object, name, value);
      case 12 -> object.set(name, retyped(value));
      case 13 -> object.set("extension", extensions());
      case 14 -> object.set("_" + name, JSON.objectNode().set("extension", extensions()));
      default ->
          object.set(
              one(List.of("id", "nothing", "resourceType", "fhir_comments")), JSON.textNode("x"));
    }
  }

  private void rename(ObjectNode object, String name, JsonNode value) {
    String choice =
        one(
            List.of(
                "Quantity",
                "String",
                "CodeableConcept",
                "Integer",
                "DateTime",
                "Period",
                "Boolean",
                "Range",
                "Reference",
                "Code",
                "Decimal",
                "Ratio"));
    int stem = name.length();
    for (int i = 1; i < name.length(); i++) {
      if (Character.isUpperCase(name.charAt(i))) {
        stem = i;
        break;
      }
    }
    object.remove(name);
    object.set(name.substring(0, stem) + choice, value);
  }

  private ArrayNode extensions() {
    List<JsonNode> known = valuesByName.get("extension");
    if (known != null && random.nextBoolean()) {
      return one(known).deepCopy();
    }
    ObjectNode extension = JSON.objectNode();
    extension.put(
        "url",
        one(
            List.of(
                "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
                "http://hl7.org/fhir/StructureDefinition/patient-birthPlace",
                "http://hl7.org/fhir/StructureDefinition/workflow-researchStudy",
                "https://w3id.org/rodnan/StructureDefinition/ssc-visit",
                "http://hl7.org/fhir/StructureDefinition/observation-bodyPosition",
                "http://hl7.org/fhir/StructureDefinition/iso21090-EN-qualifier",
                "http://hl7.org/fhir/StructureDefinition/translation",
                "https://example.org/unknown",
                "code")));
    if (random.nextBoolean()) {
      extension.put("valueCode", one(CODES));
    } else {
      extension.set("valueReference", JSON.objectNode().put("reference", one(REFERENCES)));
    }
    return JSON.arrayNode().add(extension);
  }

  private JsonNode retyped(JsonNode value) {
    return switch (random.nextInt(5)) {
      case 0 -> JSON.arrayNode().add(value);
      case 1 -> JSON.objectNode().set("value", value);
      case 2 -> value.isArray() && !value.isEmpty() ? value.get(0) : JSON.textNode(value.asText());
      case 3 -> JSON.nullNode();
      default -> JSON.booleanNode(true);
    };
  }

  private JsonNode changed(String name, JsonNode value) {
    if (value.isNumber()) {
      return JSON.numberNode(new BigDecimal(one(NUMBERS)));
    }
    if (value.isBoolean()) {
      return JSON.booleanNode(!value.booleanValue());
    }
    if (!value.isTextual()) {
      return value.isObject() ? other((ObjectNode) value) : retyped(value);
    }
    return JSON.textNode(
        switch (name) {
          case "reference" -> one(REFERENCES);
          case "system", "url" -> one(URIS);
          case "code", "status", "unit", "type", "use" -> one(CODES);
          case "div" -> narrative();
          default ->
              value.textValue().matches("[0-9]{4}(-.*)?|[0-9]{2}:.*") && random.nextInt(4) > 0
                  ? one(TIMES)
                  : one(random.nextInt(3) == 0 ? CODES : TEXTS);
        });
  }

  private String narrative() {
    return "<div xmlns=\"http://www.w3.org/1999/xhtml\">"
        + one(
            List.of(
                "text",
                "",
                " ",
                "<p>a</p>",
                "<p>a",
                "<p><p>a</p></p>",
                "<b>a<b>c</b></b>",
                "<script>x</script>",
                "<p class=\"x\">a</p>",
                "a &lt; b",
                "a &nbsp; b",
                "a & b",
                "<br/>a",
                "<br>a",
                "<!-- c -->a",
                "<table><tr><td>a</td></tr></table>",
                "<table><td>a</td></table>",
                "<ul><li>a</li></ul>",
                "<ul>a</ul>",
                "<img src=\"x\"/>",
                "<a href=\"#y\">a</a>",
                "<ul><li><p>a</p></li></ul>",
                "<p><b>a</b> <i>b</i></p>",
                "<td>a</td>",
                "é 日本",
                "a\u0007",
                "<p> </p>",
                "<i/>a",
                "a<b >c</b>"))
        + "</div>"
        + (random.nextInt(20) == 0 ? " " : "");
  }

  static byte[] bytes(JsonNode resource) {
    try {
      return MAPPER.writeValueAsBytes(resource);
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
