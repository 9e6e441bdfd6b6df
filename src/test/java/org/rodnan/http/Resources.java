package org.rodnan.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/** Small resources for the tests of this package. */
final class Resources {
  static final String SYSTEM = "http://example.org/ids";

  private static final ObjectMapper JSON = new ObjectMapper();

  private Resources() {}

  /**
   * @param path {@code /Patient/id}; without an id the resource has none
   */
  static String patient(String path, String family) {
    return patientWith(path, family, Optional.empty()).toString();
  }

  static String identified(String path, String family, String identifier) {
    return patientWith(path, family, Optional.of(identifier)).toString();
  }

  static ObjectNode patientWith(String path, String family, Optional<String> identifier) {
    ObjectNode patient = JSON.createObjectNode().put("resourceType", "Patient");
    String id = path.substring("/Patient".length());
    if (!id.isEmpty()) {
      patient.put("id", id.substring(1));
    }
    identifier.ifPresent(value ->
        patient.putArray("identifier").addObject().put("system", SYSTEM).put("value", value));
    patient.putArray("name").addObject().put("family", family);
    return patient;
  }

  /** An Observation of the patient. */
  static String observation(String id, String patient) {
    ObjectNode observation =
        JSON.createObjectNode()
            .put("resourceType", "Observation")
            .put("id", id)
            .put("status", "final");
    observation.putObject("code").put("text", "weight");
    observation.putObject("subject").put("reference", "Patient/" + patient);
    return observation.toString();
  }

  /** A Bundle of the type without entries. */
  static ObjectNode bundle(String type) {
    ObjectNode bundle = JSON.createObjectNode().put("resourceType", "Bundle").put("type", type);
    bundle.putArray("entry");
    return bundle;
  }

  /** Adds an entry to the Bundle and returns it. */
  static ObjectNode entry(ObjectNode bundle, String method, String url) {
    ObjectNode entry = ((ArrayNode) bundle.get("entry")).addObject();
    entry.putObject("request").put("method", method).put("url", url);
    return entry;
  }

  /** A protocol without visits. */
  static ObjectNode plan(String id) {
    ObjectNode plan = JSON.createObjectNode().put("resourceType", "PlanDefinition").put("id", id);
    plan.put("status", "active").put("name", "Visits");
    return plan;
  }

  /** Plans a visit of the SSc visits. */
  static void action(ObjectNode plan, String visit) {
    plan.withArrayProperty("action")
        .addObject()
        .putArray("code")
        .addObject()
        .putArray("coding")
        .addObject()
        .put("system", "https://w3id.org/rodnan/CodeSystem/ssc-visit")
        .put("code", visit);
  }

  static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new IllegalArgumentException(text, e);
    }
  }
}
