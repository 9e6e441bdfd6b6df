package org.rodnan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** Valid resources, made from the examples of the profiles. */
public final class Fixtures {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String IDENTIFIERS = "https://example.org/subject";

  private Fixtures() {}

  /** An example by its file name, without {@code .json}. */
  public static ObjectNode example(String name) {
    try {
      return (ObjectNode) JSON.readTree(Path.of("profiles", "examples", name + ".json").toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A pseudonymous patient whose identifier is the one given. */
  static ObjectNode patient(String id, String identifier) {
    ObjectNode patient = example("ssc-patient-valid-pseudonym");
    patient.put("id", id);
    ObjectNode value = JSON.createObjectNode();
    value.put("system", IDENTIFIERS).put("value", identifier);
    patient.putArray("identifier").add(value);
    return patient;
  }

  /** The token that finds {@link #patient}. */
  static String identifierToken(String identifier) {
    return IDENTIFIERS + "|" + identifier;
  }

  /** An mRSS with its 17 sites; the study link is taken off. */
  static ObjectNode mrss(String id, String subject, String date) {
    return observation("ssc-mrss-valid-all-sites", id, subject, date);
  }

  /** An FVC in litres; the study link is taken off. */
  static ObjectNode fvc(String id, String subject, String date) {
    return observation("ssc-fvc-valid-litres", id, subject, date);
  }

  private static ObjectNode observation(String example, String id, String subject, String date) {
    ObjectNode observation = example(example);
    observation.put("id", id);
    observation.putObject("subject").put("reference", subject);
    observation.put("effectiveDateTime", date);
    ArrayNode extensions = JSON.createArrayNode();
    for (JsonNode extension : observation.path("extension")) {
      if (!extension.path("url").asText().endsWith("workflow-researchStudy")) {
        extensions.add(extension);
      }
    }
    observation.set("extension", extensions);
    observation.remove("derivedFrom");
    return observation;
  }

  static ObjectNode transaction() {
    ObjectNode bundle = JSON.createObjectNode();
    bundle.put("resourceType", "Bundle").put("type", "transaction").putArray("entry");
    return bundle;
  }

  /** Adds an entry {@code PUT Type/id}. */
  static void put(ObjectNode bundle, ObjectNode resource) {
    ObjectNode entry = entries(bundle).addObject();
    entry.set("resource", resource);
    entry
        .putObject("request")
        .put("method", "PUT")
        .put("url", resource.path("resourceType").asText() + "/" + resource.path("id").asText());
  }

  /** Adds an entry {@code POST Type} known to the others by its fullUrl. */
  static void post(ObjectNode bundle, String fullUrl, ObjectNode resource) {
    ObjectNode entry = entries(bundle).addObject();
    entry.put("fullUrl", fullUrl);
    resource.remove("id");
    entry.set("resource", resource);
    entry
        .putObject("request")
        .put("method", "POST")
        .put("url", resource.path("resourceType").asText());
  }

  private static ArrayNode entries(ObjectNode bundle) {
    return (ArrayNode) bundle.get("entry");
  }
}
