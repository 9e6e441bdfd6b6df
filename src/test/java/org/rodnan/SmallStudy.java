package org.rodnan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.rodnan.Fixtures.example;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.function.Consumer;
import org.rodnan.FhirClient.Answer;

/** A study with two arms, Active and Placebo, made of the examples; subjects come one by one. */
public final class SmallStudy {
  private static final String DISPOSITIONS =
      "https://w3id.org/rodnan/CodeSystem/ssc-disposition-reason";

  private final FhirClient client;
  private final String id;
  private int made;

  public SmallStudy(FhirClient client, String id) {
    this.client = client;
    this.id = id;
    ObjectNode study = example("fixture-researchstudy-example-study");
    put(study, id);
  }

  public String path() {
    return "/ResearchStudy/" + id;
  }

  /**
   * Somebody in the study.
   *
   * @param reason a code of dispositions; empty for none
   * @param assigned arm; empty for none
   * @param actual arm; empty for none
   * @return the id of the Patient and of the ResearchSubject
   */
  public String subject(String status, String reason, String assigned, String actual) {
    String subject = id + "-" + ++made;
    ObjectNode patient = example("fixture-patient-example-patient");
    patient.withArrayProperty("identifier").removeAll();
    patient
        .withArrayProperty("identifier")
        .addObject()
        .put("system", "https://w3id.org/rodnan/subjects/example")
        .put("value", subject);
    put(patient, subject);
    record(subject, subject, status, reason, assigned, actual);
    return subject;
  }

  /** A record of somebody, who may have others. */
  public void record(
      String record, String patient, String status, String reason, String assigned, String actual) {
    ObjectNode subject = example("fixture-researchsubject-example-subject");
    subject.withArrayProperty("identifier").removeAll();
    subject
        .withArrayProperty("identifier")
        .addObject()
        .put("system", "https://w3id.org/rodnan/subjects/example")
        .put("value", record);
    subject.put("status", status);
    subject.putObject("study").put("reference", "ResearchStudy/" + id);
    subject.putObject("individual").put("reference", "Patient/" + patient);
    arm(subject, "assignedArm", assigned);
    arm(subject, "actualArm", actual);
    if (!reason.isEmpty()) {
      ObjectNode disposition = subject.withArrayProperty("extension").addObject();
      disposition.put("url", "https://w3id.org/rodnan/StructureDefinition/ssc-disposition");
      ObjectNode part = disposition.putArray("extension").addObject().put("url", "reason");
      part.putObject("valueCodeableConcept")
          .putArray("coding")
          .addObject()
          .put("system", DISPOSITIONS)
          .put("code", reason);
      disposition
          .withArrayProperty("extension")
          .addObject()
          .put("url", "date")
          .put("valueDateTime", "2008-06-01");
    }
    put(subject, record);
  }

  private static void arm(ObjectNode subject, String name, String arm) {
    if (arm.isEmpty()) {
      subject.remove(name);
    } else {
      subject.put(name, arm);
    }
  }

  /** An mRSS of somebody at a visit. */
  public String mrss(String patient, String visit, Consumer<ObjectNode> change) {
    ObjectNode mrss = example("ssc-mrss-valid-total-only");
    mrss.putObject("subject").put("reference", "Patient/" + patient);
    mrss.withArrayProperty("extension").removeAll();
    mrss.withArrayProperty("extension")
        .addObject()
        .put("url", "http://hl7.org/fhir/StructureDefinition/workflow-researchStudy")
        .putObject("valueReference")
        .put("reference", "ResearchStudy/" + id);
    ObjectNode extension = mrss.withArrayProperty("extension").addObject();
    extension.put("url", "https://w3id.org/rodnan/StructureDefinition/ssc-visit");
    extension
        .putArray("extension")
        .addObject()
        .put("url", "code")
        .putObject("valueCodeableConcept")
        .putArray("coding")
        .addObject()
        .put("system", "https://w3id.org/rodnan/CodeSystem/ssc-visit")
        .put("code", visit);
    change.accept(mrss);
    return put(mrss, patient + "-mrss-" + visit);
  }

  /**
   * An event of somebody.
   *
   * @param example the name of a valid one
   */
  public String event(String example, String patient, Consumer<ObjectNode> change) {
    ObjectNode event = example(example);
    event.putObject("subject").put("reference", "Patient/" + patient);
    event
        .withArrayProperty("extension")
        .findParents("valueReference")
        .forEach(extension ->
            ((ObjectNode) extension)
                .putObject("valueReference")
                .put("reference", "ResearchSubject/" + patient));
    event.putArray("study").addObject().put("reference", "ResearchStudy/" + id);
    change.accept(event);
    return put(event, id + "-event-" + ++made);
  }

  private String put(ObjectNode resource, String key) {
    resource.put("id", key);
    Answer answer =
        client.put("/" + resource.path("resourceType").asText() + "/" + key, resource.toString());
    assertThat(answer.status()).describedAs(answer.text()).isEqualTo(201);
    return key;
  }
}
