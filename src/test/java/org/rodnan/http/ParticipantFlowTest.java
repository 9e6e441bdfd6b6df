package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.rodnan.FhirClient;
import org.rodnan.FhirClient.Answer;
import org.rodnan.SmallStudy;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

/** The flow of Spiera's trial beside what the paper prints, and of small studies. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ParticipantFlowTest {
  private static final String FLOW = "/$participant-flow";
  private static final String SPIERA = "/ResearchStudy/spiera-2011" + FLOW;

  private TestServer server;
  private FhirClient client;

  @BeforeAll
  void start() {
    server = TestServer.start("rodnan.trials.load=true");
    client = server.client();
  }

  @AfterAll
  void stop() {
    server.close();
  }

  private String csv(String path) {
    Answer answer = client.get(path + "?_format=csv");
    assertThat(answer.status()).describedAs(answer.text()).isEqualTo(200);
    assertThat(answer.header("Content-Type").orElseThrow()).startsWith("text/csv");
    return answer.text().replace("\r", "");
  }

  /** Spiera 2011, results; who was screened and not enrolled is only in the paper. */
  @Test
  void equalsWhatIsPrinted() {
    assertThat(csv(SPIERA))
        .isEqualTo(
            """
            stage,reason,subjects,reason_code,source,Imatinib,published,verdict,why
            screened,,53,,published,,53,not-computed,Who was screened and didn't enter isn't recorded here.
            eligible,,35,,published,,35,not-computed,Who was screened and didn't enter isn't recorded here.
            not-enrolled,Consent declined,5,declined-consent,published,,5,not-computed,Who was screened and didn't enter isn't recorded here.
            enrolled,,30,,records,30,30,equal,
            baseline,,30,,records,30,,,
            month-3,,27,,records,27,27,equal,
            month-6,,26,,records,26,26,equal,
            month-9,,26,,records,26,26,equal,
            month-12,,24,,records,24,24,equal,
            completed,,24,,records,24,24,equal,
            withdrawn,,6,,records,6,,,
            withdrawn,Non-compliance,2,non-compliance,records,2,2,equal,
            withdrawn,Adverse event,1,adverse-event,records,1,1,equal,
            withdrawn,Death,1,death,records,1,1,equal,
            withdrawn,Multiple medical issues,1,other,records,1,1,equal,
            withdrawn,Treatment needed that the protocol prohibits,1,prohibited-treatment-needed,records,1,1,equal,
            """);
  }

  /** Of Pope's and Khanna's trials there are no subjects here, and nothing is made up of them. */
  @Test
  void tellsWhatWasPublishedWhereThereAreNoSubjects() {
    assertThat(csv("/ResearchStudy/pope-2011" + FLOW))
        .isEqualTo(
            """
            stage,reason,subjects,reason_code,source,Imatinib,Placebo,published,verdict,why
            enrolled,,10,,published,9,1,10,not-computed,No subject of this study is here; it is here as it was published.
            """);
    assertThat(csv("/ResearchStudy/khanna-2011" + FLOW))
        .isEqualTo(
            """
            stage,reason,subjects,reason_code,source,Imatinib,published,verdict,why
            enrolled,,20,,published,,20,not-computed,No subject of this study is here; it is here as it was published.
            completed,,12,,published,,12,not-computed,No subject of this study is here; it is here as it was published.
            withdrawn,Adverse event,7,adverse-event,published,,7,not-computed,No subject of this study is here; it is here as it was published.
            withdrawn,Lost to follow-up,1,lost-to-follow-up,published,,1,not-computed,No subject of this study is here; it is here as it was published.
            """);
  }

  private SmallStudy twoArms() {
    SmallStudy study = new SmallStudy(client, server.newId());
    study.subject("candidate", "", "", "");
    study.subject("screening", "", "", "");
    study.subject("ineligible", "screen-failure", "", "");
    study.subject("withdrawn", "declined-consent", "", "");
    String switched = study.subject("on-study", "", "Active", "Placebo");
    study.mrss(switched, "baseline", mrss -> {});
    study.mrss(switched, "month-12", mrss -> {});
    String completed = study.subject("off-study", "completed", "Placebo", "Placebo");
    study.mrss(completed, "baseline", mrss -> {});
    study.mrss(completed, "week-4", mrss -> mrss.put("status", "entered-in-error"));
    study.mrss(
        completed,
        "month-12",
        mrss -> {
          mrss.remove("valueQuantity");
          mrss.putObject("dataAbsentReason").put("text", "Did not come");
        });
    String lost = study.subject("withdrawn", "lost-to-follow-up", "", "Active");
    study.mrss(lost, "week-8", mrss -> {});
    study.mrss(lost, "screening", mrss -> {});
    // Screened in vain first, enrolled later: one person.
    String again = study.subject("ineligible", "screen-failure", "", "");
    study.record(again + "-2", again, "withdrawn", "lost-to-follow-up", "Active", "Active");
    return study;
  }

  @Test
  void countsEachPersonOnce() {
    String path = twoArms().path();
    assertThat(csv(path + FLOW))
        .isEqualTo(
            """
            stage,reason,subjects,reason_code,source,Active,Placebo,published,verdict,why
            screened,,7,,records,3,1,,,
            not-enrolled,,3,,records,0,0,,,
            not-enrolled,declined-consent,1,declined-consent,records,0,0,,,
            not-enrolled,screen-failure,1,screen-failure,records,0,0,,,
            not-enrolled,screening,1,screening,records,0,0,,,
            enrolled,,4,,records,3,1,,,
            baseline,,2,,records,1,1,,,
            week-8,,1,,records,1,0,,,
            month-12,,1,,records,1,0,,,
            completed,,1,,records,0,1,,,
            withdrawn,,2,,records,2,0,,,
            withdrawn,lost-to-follow-up,2,lost-to-follow-up,records,2,0,,,
            ongoing,,1,,records,1,0,,,
            """);
    String cohort = client.get(path + "/$cohort?_format=csv").text();
    assertThat(cohort).as("by the same rule").contains("0,population,8,3,1");
  }

  private void publish(String study, String group, String characteristic, int quantity) {
    assertThat(
            client
                .put(
                    "/Group/" + group,
                    """
                    {"resourceType": "Group", "id": "%s", "type": "person", "actual": true, "quantity": %d,
                     "characteristic": [
                      {"code": {"coding": [{"system":
                         "https://w3id.org/rodnan/CodeSystem/ssc-population-characteristic",
                         "code": "study"}]},
                       "valueReference": {"reference": "%s"}, "exclude": false},
                      {"code": {"coding": [{"system":
                         "https://w3id.org/rodnan/CodeSystem/ssc-population-characteristic",
                         "code": "analysis-set"}]},
                       "valueCodeableConcept": {"coding": [{"system":
                         "https://w3id.org/rodnan/CodeSystem/ssc-analysis-set", "code": "%s"}]},
                       "exclude": false}]}
                    """
                        .formatted(group, quantity, study.substring(1), characteristic))
                .status())
        .isEqualTo(201);
  }

  private void print(String study, String group, String reason, String text, int number) {
    Answer answer =
        client.post(
            "/Observation",
            """
            {"resourceType": "Observation", "status": "final",
             "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/workflow-researchStudy",
               "valueReference": {"reference": "%s"}}],
             "category": [
              {"coding": [{"system": "https://w3id.org/rodnan/CodeSystem/ssc-result-kind",
                "code": "published-result"}]},
              {"coding": [{"system": "https://w3id.org/rodnan/CodeSystem/ssc-result-kind",
                "code": "frequency"}]}],
             "method": {"coding": [{"system": "https://w3id.org/rodnan/CodeSystem/ssc-figure-source",
               "code": "printed"}]},
             "code": {"coding": [{"system":
               "https://w3id.org/rodnan/CodeSystem/ssc-disposition-reason", "code": "%s"}],
               "text": "%s"},
             "subject": {"reference": "Group/%s"},
             "component": [{"code": {"coding": [{"system":
               "https://w3id.org/rodnan/CodeSystem/ssc-statistic", "code": "subjects-affected"}]},
               "valueQuantity": {"value": %d, "system": "http://unitsofmeasure.org", "code": "1"}}]}
            """
                .formatted(study.substring(1), reason, text, group, number));
    assertThat(answer.status()).describedAs(answer.text()).isEqualTo(201);
  }

  /** Whatever is published and not so recorded is told, reasons that nobody has too. */
  @Test
  void tellsWhereRecordsDifferFromWhatWasPublished() {
    String path = twoArms().path();
    String group = server.newId();
    publish(path, group, "enrolled", 4);
    publish(path, server.newId(), "completers", 2);
    print(path, group, "lost-to-follow-up", "Lost", 2);
    print(path, group, "death", "Died", 1);
    print(path, group, "other", "Moved away", 1);
    assertThat(csv(path + FLOW).lines())
        .contains(
            "enrolled,,4,,records,3,1,4,equal,",
            "completed,,1,,records,0,1,2,differs,",
            "withdrawn,lost-to-follow-up,2,lost-to-follow-up,records,2,0,2,equal,",
            "withdrawn,Died,0,death,records,0,0,1,differs,",
            "withdrawn,Moved away,0,other,records,0,0,1,differs,");
  }

  @Test
  void answersInFhir() {
    Answer answer = client.get(SPIERA);
    assertThat(client.post(SPIERA, "{\"resourceType\":\"Parameters\"}").text())
        .isEqualTo(answer.text());
    JsonNode parameters = answer.json().path("parameter");
    assertThat(parameters.path(0).path("valueDecimal").asInt()).isPositive();
    assertThat(parameters).hasSize(17);
    assertThat(parameters.path(6).toString())
        .contains("{\"name\":\"code\",\"valueCode\":\"month-3\"}")
        .contains("{\"name\":\"name\",\"valueString\":\"Month 3\"}")
        .contains("{\"name\":\"subjects\",\"valueInteger\":27}")
        .contains("{\"name\":\"published\",\"valueInteger\":27}")
        .contains("{\"name\":\"verdict\",\"valueCode\":\"equal\"}");
  }

  private Document picture(String path) throws Exception {
    Answer answer = client.get(path + "?_format=svg");
    assertThat(answer.status()).describedAs(answer.text()).isEqualTo(200);
    assertThat(answer.header("Content-Type")).contains("image/svg+xml");
    assertThat(answer.header("Content-Security-Policy").orElseThrow()).contains("sandbox");
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(answer.text().getBytes(StandardCharsets.UTF_8)));
  }

  private static String text(Document picture, String tag) {
    NodeList nodes = picture.getElementsByTagName(tag);
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < nodes.getLength(); i++) {
      all.append(nodes.item(i).getTextContent().replace('\u00a0', ' ')).append('\n');
    }
    return all.toString();
  }

  @Test
  void drawsWhatItCounts() throws Exception {
    Document picture = picture(SPIERA);
    assertThat(text(picture, "title")).contains("Participant flow", "Spiera 2011");
    assertThat(text(picture, "desc"))
        .contains("Month 3: 27", "Withdrawn, Death: 1 (Imatinib 1), published 1");
    assertThat(text(picture, "text"))
        .contains(
            "Screened (n = 53, published)\n"
                + "Eligible (n = 35, published)\n"
                + "Not enrolled\n"
                + "\u2022 Consent declined (n = 5,\n"
                + "published)\n"
                + "Enrolled (n = 30)\n"
                + "Follow-up\n"
                + "Baseline (n = 30)\n")
        .contains("Withdrawn (n = 6)\n", "Non-compliance (n = 2)", "Completed (n = 24)");
    assertThat(text(picture(twoArms().path() + FLOW), "text"))
        .contains("Active (n = 3)\nFollow-up\n", "Placebo (n = 1)\nFollow-up\n");
    assertThat(text(picture("/ResearchStudy/pope-2011" + FLOW), "text"))
        .contains("Enrolled (n = 10, published)", "Imatinib (n = 9)", "Placebo (n = 1)");
    assertThat(text(picture("/ResearchStudy/khanna-2011" + FLOW), "text"))
        .contains("Withdrawn\n\u2022 Adverse event (n = 7,\npublished)\n");
    assertThat(client.get(SPIERA, "Accept", "image/avif,image/svg+xml,*/*;q=0.8").text())
        .startsWith("<svg");
  }

  /** Text of a client is text in the picture, and what XML can't hold doesn't break it. */
  @Test
  void drawsWhateverAStudyIsCalled() throws Exception {
    String id = server.newId();
    client.put(
        "/ResearchStudy/" + id,
        """
        {"resourceType": "ResearchStudy", "id": "%s", "status": "active",
         "title": "<script>alert(1)</script> & more \\u0009", "arm": [
          {"name": "<b>A</b>"}, {"name": "Averyveryveryveryveryveryverylongnamewithoutanyspaces"}]}
        """
            .formatted(id));
    Document picture = picture("/ResearchStudy/" + id + FLOW);
    assertThat(text(picture, "title")).contains("<script>alert(1)</script> & more");
    assertThat(picture.getElementsByTagName("script").getLength()).isZero();
    assertThat(text(picture, "text")).contains("No subjects are recorded");
    assertThat(csv("/ResearchStudy/" + id + FLOW).lines()).hasSize(1);
    client.put("/Patient/" + id, Resources.patient("/Patient/" + id, "Someone"));
    String subject =
        """
        {"resourceType": "ResearchSubject", "id": "%s", "status": "on-study",
         "study": {"reference": "ResearchStudy/%s"}, "individual": {"reference": "Patient/%s"},
         "assignedArm": "<b>A</b>"}
        """;
    assertThat(client.put("/ResearchSubject/" + id, subject.formatted(id, id, id)).status())
        .isEqualTo(201);
    assertThat(text(picture("/ResearchStudy/" + id + FLOW), "text"))
        .contains("<b>A</b> (n = 1)", "Averyveryveryveryveryveryveryl\n");
  }

  @Test
  void refusesWhatItDoesntKnow() {
    assertThat(client.get("/ResearchStudy/nowhere" + FLOW).status()).isEqualTo(404);
    assertThat(client.get("/ResearchStudy/nowhere" + FLOW + "?_format=svg").status())
        .isEqualTo(404);
    Answer answer = client.get(SPIERA + "?byArm=true");
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.text()).contains("byArm");
    assertThat(client.get(SPIERA + "?_format=png").status()).isEqualTo(406);
  }
}
