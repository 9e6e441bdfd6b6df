package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.rodnan.Fixtures.example;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.rodnan.FhirClient;
import org.rodnan.FhirClient.Answer;

/** What must hold between the resources of one study. */
@ExtendWith(TestServer.Shared.class)
class StudyRulesTest {

  private final FhirClient client;
  private final String study;
  private final String patient;

  StudyRulesTest(TestServer server) {
    this.client = server.client();
    this.study = server.newId();
    this.patient = server.newId();
  }

  @BeforeEach
  void aPatientWhoIsNotYetEnrolled() {
    client.put("/Patient/" + patient, Resources.patient("/Patient/" + patient, "Someone"));
  }

  @Test
  void refusesAnArmThatTheStudyDoesNotHave() {
    put(study());
    ObjectNode subject = subject();
    subject.put("assignedArm", "Verum");
    Answer answer = put(subject);
    assertThat(answer.status()).isEqualTo(422);
    assertThat(answer.text())
        .contains("ResearchSubject.assignedArm", "Verum", "ResearchStudy/" + study);
    assertThat(put(subject()).status()).isEqualTo(201);
  }

  @Test
  void takesAnyArmOfAStudyThatListsNone() {
    ObjectNode study = study();
    study.remove("meta");
    study.remove("arm");
    assertThat(put(study).status()).isEqualTo(201);
    assertThat(put(subject()).status()).isEqualTo(201);
  }

  @Test
  void refusesDataOfSomebodyWhoIsNotEnrolled() {
    put(study());
    Answer answer = put(mrss("1"));
    assertThat(answer.status()).isEqualTo(422);
    assertThat(answer.text())
        .contains("Observation.extension[0].value", "Patient/" + patient, "not enrolled");
    Answer event = put(adverseEvent());
    assertThat(event.status()).isEqualTo(422);
    assertThat(event.text()).contains("AdverseEvent.study[0]", "not enrolled");
    put(subject());
    assertThat(put(mrss("1")).status()).isEqualTo(201);
    assertThat(put(adverseEvent()).status()).isEqualTo(201);
  }

  @Test
  void whoHasLeftTheRosterIsNotEnrolled() {
    put(study());
    put(subject());
    client.delete("/ResearchSubject/" + patient);
    assertThat(put(mrss("1")).status()).isEqualTo(422);
  }

  @Test
  void takesDataWithoutAStudyOfAnybody() {
    ObjectNode observation = mrss("1");
    observation.remove("extension");
    assertThat(put(observation).status()).isEqualTo(201);
  }

  @Test
  void takesAWholeStudyInOneTransactionInAnyOrder() {
    ObjectNode bundle = Resources.bundle("transaction");
    for (ObjectNode resource : new ObjectNode[] {mrss("1"), adverseEvent(), subject(), study()}) {
      String path = resource.path("resourceType").asText() + "/" + resource.path("id").asText();
      Resources.entry(bundle, "PUT", path).set("resource", resource);
    }
    assertThat(client.post("", bundle.toString()).status()).isEqualTo(200);
  }

  @Test
  void warnsOfTheSameMeasureTwiceAtOneVisit() {
    put(study());
    put(subject());
    assertThat(put(mrss("1")).text()).doesNotContain("duplicate");
    Answer again = put(mrss("2"));
    assertThat(again.status()).isEqualTo(201);
    assertThat(again.json().path("issue"))
        .anySatisfy(issue -> {
          assertThat(issue.path("severity").asText()).isEqualTo("warning");
          assertThat(issue.path("code").asText()).isEqualTo("duplicate");
          assertThat(issue.path("diagnostics").asText()).contains("Observation/" + patient + "-1");
        });
    ObjectNode changed = mrss("1").put("issued", "2008-01-15T12:00:00Z");
    assertThat(put(changed).text()).contains("Observation/" + patient + "-2");
    client.delete("/Observation/" + patient + "-2");
    assertThat(put(mrss("1")).text()).doesNotContain("duplicate");
  }

  /** Every write is rehearsed before: {@code $validate} says the same. */
  private Answer put(ObjectNode resource) {
    String path = "/" + resource.path("resourceType").asText() + "/" + resource.path("id").asText();
    Answer rehearsal = client.post(path + "/$validate?mode=update", resource.toString());
    Answer answer = client.put(path, resource.toString(), "Prefer", "return=OperationOutcome");
    assertThat(rehearsal.status()).describedAs(rehearsal.text()).isEqualTo(200);
    assertThat(ValidateTest.findings(rehearsal)).isEqualTo(ValidateTest.findings(answer));
    return answer;
  }

  @Test
  void refusesAVisitThatTheProtocolDoesNotPlan() {
    put(plan("baseline", "month-6"));
    put(planned(study()));
    put(subject());
    ObjectNode mrss = mrss("1");
    assertThat(put(atVisit(mrss, "month-6")).status()).isEqualTo(201);
    Answer refused = put(atVisit(mrss, "month-9"));
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.text())
        .contains("ssc-visit|month-9", "PlanDefinition/" + study, "ResearchStudy/" + study);
  }

  @Test
  void takesAVisitOnceTheProtocolPlansIt() {
    put(plan("baseline"));
    put(planned(study()));
    put(subject());
    assertThat(put(atVisit(mrss("1"), "month-9")).status()).isEqualTo(422);
    put(plan("baseline", "month-9"));
    assertThat(put(atVisit(mrss("1"), "month-9")).status()).isEqualTo(201);
    put(plan());
    assertThat(put(atVisit(mrss("2"), "month-12")).status()).isEqualTo(201);
    put(plan("baseline"));
    put(study());
    assertThat(put(atVisit(mrss("3"), "month-12")).status()).isEqualTo(201);
  }

  @Test
  void refusesAnAdverseEventOfAnotherStudyThanItsSubject() {
    put(study());
    put(subject());
    ObjectNode other = study().put("id", study + "-other");
    put(other);
    ObjectNode inOther = subject().put("id", patient + "-other");
    inOther.putObject("study").put("reference", "ResearchStudy/" + study + "-other");
    assertThat(put(inOther).status()).isEqualTo(201);
    ObjectNode event = adverseEvent();
    ((ObjectNode) event.at("/study/0")).put("reference", "ResearchStudy/" + study + "-other");
    ObjectNode subject = ((ArrayNode) event.get("extension")).addObject();
    subject
        .put(
            "url",
            "http://hl7.org/fhir/uv/ae-research-backport-ig/StructureDefinition/research-subject-ref")
        .putObject("valueReference")
        .put("reference", "ResearchSubject/" + patient);
    Answer refused = put(event);
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.text())
        .contains("AdverseEvent.study[0]", study + "-other", "ResearchSubject/" + patient);
    ((ObjectNode) subject.get("valueReference"))
        .put("reference", "ResearchSubject/" + patient + "-other");
    assertThat(put(event).status()).isEqualTo(201);
  }

  @Test
  void knowsThePatientByWhateverNameTheTypeHasForIt() {
    put(study());
    ObjectNode immunization =
        (ObjectNode)
            Resources.json(
                """
                {"resourceType": "Immunization", "id": "%s", "status": "completed",
                 "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/workflow-researchStudy",
                   "valueReference": {"reference": "ResearchStudy/%s"}}],
                 "vaccineCode": {"text": "influenza"}, "patient": {"reference": "Patient/%s"},
                 "occurrenceDateTime": "2008-10-01"}
                """
                    .formatted(patient, study, patient));
    Answer refused = put(immunization);
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.text()).contains("Patient/" + patient, "not enrolled");
    put(subject());
    assertThat(put(immunization).status()).isEqualTo(201);
  }

  @Test
  void refusesAnAdverseEventThatNamesTheSubjectOfSomebodyElse() {
    put(study());
    put(subject());
    String other = patient + "-somebody";
    client.put("/Patient/" + other, Resources.patient("/Patient/" + other, "Somebody"));
    ObjectNode otherSubject = subject().put("id", other);
    otherSubject.putObject("individual").put("reference", "Patient/" + other);
    assertThat(put(otherSubject).status()).isEqualTo(201);
    ObjectNode event = adverseEvent();
    ((ArrayNode) event.get("extension"))
        .addObject()
        .put(
            "url",
            "http://hl7.org/fhir/uv/ae-research-backport-ig/StructureDefinition/research-subject-ref")
        .putObject("valueReference")
        .put("reference", "ResearchSubject/" + other);
    Answer refused = put(event);
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.text()).contains("AdverseEvent.subject", "ResearchSubject/" + other);
  }

  @Test
  void refusesAnIdentifierThatCouldBeTakenForAFact() {
    ObjectNode forged = study();
    forged
        .putArray("identifier")
        .addObject()
        .put("system", "urn:rodnan:arm")
        .put("value", "ResearchStudy/" + study + " Verum");
    Answer refused = put(forged);
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.text()).contains("identifier.system", "urn:rodnan:arm");
  }

  private ObjectNode planned(ObjectNode study) {
    study.putArray("protocol").addObject().put("reference", "PlanDefinition/" + this.study);
    return study;
  }

  private ObjectNode plan(String... visits) {
    ObjectNode plan = Resources.plan(study);
    for (String visit : visits) {
      Resources.action(plan, visit);
    }
    return plan;
  }

  private static ObjectNode atVisit(ObjectNode observation, String visit) {
    for (JsonNode extension : observation.get("extension")) {
      if (extension.path("url").asText().endsWith("ssc-visit")) {
        ObjectNode coding = (ObjectNode) extension.at("/extension/0/valueCodeableConcept/coding/0");
        coding.put("code", visit);
        coding.remove("display");
      }
    }
    return observation;
  }

  private ObjectNode study() {
    return example("fixture-researchstudy-example-study").put("id", study);
  }

  private ObjectNode subject() {
    ObjectNode subject = example("fixture-researchsubject-example-subject").put("id", patient);
    subject.putObject("study").put("reference", "ResearchStudy/" + study);
    subject.putObject("individual").put("reference", "Patient/" + patient);
    return subject;
  }

  private ObjectNode mrss(String number) {
    ObjectNode mrss = example("ssc-mrss-valid-total-only").put("id", patient + "-" + number);
    mrss.putObject("subject").put("reference", "Patient/" + patient);
    ((ObjectNode) mrss.at("/extension/0/valueReference"))
        .put("reference", "ResearchStudy/" + study);
    return mrss;
  }

  private ObjectNode adverseEvent() {
    ObjectNode event = example("ssc-adverse-event-valid-nausea").put("id", patient);
    event.putObject("subject").put("reference", "Patient/" + patient);
    ((ObjectNode) event.at("/study/0")).put("reference", "ResearchStudy/" + study);
    ArrayNode extensions = (ArrayNode) event.get("extension");
    for (int i = extensions.size() - 1; i >= 0; i--) {
      if (extensions.get(i).path("url").asText().endsWith("research-subject-ref")) {
        extensions.remove(i);
      }
    }
    return event;
  }
}
