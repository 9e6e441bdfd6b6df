package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.LocalDate;
import org.rodnan.FhirClient;
import org.rodnan.Fixtures;

/** A study made of the examples of the profiles, subject by subject and value by value. */
final class SmallTrial {
  private static final String STUDY = "example-study";
  private static final LocalDate START = LocalDate.of(2008, 1, 15);

  private final FhirClient client;

  SmallTrial(FhirClient client) {
    this.client = client;
    put(Fixtures.example("fixture-researchstudy-example-study"));
  }

  static String study() {
    return "/ResearchStudy/" + STUDY;
  }

  /** A subject on the study, whose day 1 is 2008-01-15. */
  String subject(String id) {
    ObjectNode patient = Fixtures.example("fixture-patient-example-patient");
    patient.put("id", id);
    identify(patient, id);
    put(patient);
    ObjectNode subject = Fixtures.example("ssc-research-subject-valid-on-study");
    subject.put("id", id);
    identify(subject, id);
    ((ObjectNode) subject.path("individual")).put("reference", "Patient/" + id);
    ((ObjectNode) subject.path("period")).put("start", START.toString());
    put(subject);
    return "/ResearchSubject/" + id;
  }

  private static void identify(ObjectNode resource, String id) {
    ((ObjectNode) resource.path("identifier").path(0)).put("value", id);
  }

  /** A value at a visit, as an example has it otherwise. */
  ObjectNode value(
      String example, String subject, String visit, int day, String date, double value) {
    ObjectNode observation = observation(example, subject, visit, day, date);
    ((ObjectNode) observation.path("valueQuantity")).put("value", value);
    return observation;
  }

  /** An example that is of the subject, at a visit. */
  ObjectNode observation(String example, String subject, String visit, int day, String date) {
    ObjectNode observation = Fixtures.example(example);
    observation.remove("id");
    ((ObjectNode) observation.path("subject")).removeAll();
    ((ObjectNode) observation.path("subject")).put("reference", "Patient/" + subject);
    observation.put("effectiveDateTime", date);
    for (var extension : observation.path("extension")) {
      if (extension.path("url").asText().endsWith("/ssc-visit")) {
        ArrayNode parts = (ArrayNode) extension.path("extension");
        parts.removeAll();
        ObjectNode coding =
            parts
                .addObject()
                .put("url", "code")
                .putObject("valueCodeableConcept")
                .putArray("coding")
                .addObject();
        coding.put("system", "https://w3id.org/rodnan/CodeSystem/ssc-visit").put("code", visit);
        parts.addObject().put("url", "studyDay").put("valueInteger", day);
      }
    }
    return observation;
  }

  /** Creates it and returns its id. */
  String create(ObjectNode resource) {
    FhirClient.Answer answer =
        client.post("/" + resource.path("resourceType").asText(), resource.toString());
    assertThat(answer.status()).describedAs(answer.text()).isEqualTo(201);
    return answer.json().path("id").asText();
  }

  void put(ObjectNode resource) {
    FhirClient.Answer answer =
        client.put(
            "/" + resource.path("resourceType").asText() + "/" + resource.path("id").asText(),
            resource.toString());
    assertThat(answer.status()).describedAs(answer.text()).isIn(200, 201);
  }

  /** Both values of a measure, at baseline and month 12. */
  void both(String example, String subject, double baseline, double then) {
    create(value(example, subject, "baseline", 1, "2008-01-15", baseline));
    create(value(example, subject, "month-12", 367, "2009-01-15", then));
  }

  /** An adverse event of a text, dated. */
  ObjectNode event(String subject, String text, String date) {
    ObjectNode event = Fixtures.example("ssc-adverse-event-valid-serious-fluid-overload");
    event.remove("id");
    ((ObjectNode) event.path("subject")).put("reference", "Patient/" + subject);
    ((ObjectNode) event.path("event")).removeAll();
    ((ObjectNode) event.path("event")).put("text", text);
    event.put("date", date);
    ArrayNode kept = event.arrayNode();
    for (var extension : event.path("extension")) {
      String url = extension.path("url").asText();
      if (url.endsWith("/research-subject-ref")) {
        ((ObjectNode) extension.path("valueReference"))
            .put("reference", "ResearchSubject/" + subject);
      }
      if (!url.endsWith("/ssc-visit")) {
        kept.add(extension);
      }
    }
    event.set("extension", kept);
    return event;
  }
}
