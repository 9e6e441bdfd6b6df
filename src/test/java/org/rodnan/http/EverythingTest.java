package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.rodnan.FhirClient;
import org.rodnan.FhirClient.Answer;

@ExtendWith(TestServer.Shared.class)
class EverythingTest {
  private final FhirClient client;
  private final String id;

  EverythingTest(TestServer server) {
    this.client = server.client();
    this.id = server.newId();
  }

  /** Two patients of a study; the second one's record must never show in the first one's. */
  @BeforeEach
  void load() {
    ObjectNode bundle = Resources.bundle("transaction");
    put(bundle, "Organization/org-" + id, "'name':'A clinic'");
    put(bundle, "Practitioner/doc-" + id, "'name':[{'family':'A doctor'}]");
    put(
        bundle,
        "PractitionerRole/role-" + id,
        "'practitioner':{'reference':'Practitioner/doc-%s'},"
            + "'organization':{'reference':'Organization/org-%s'}");
    put(bundle, "ResearchStudy/study-" + id, "'status':'active','title':'A study'");
    for (String patient : List.of("a-" + id, "b-" + id)) {
      put(bundle, "Patient/" + patient, "'birthDate':'1960-01-01'");
      put(
          bundle,
          "ResearchSubject/subject-" + patient,
          "'status':'on-study','study':{'reference':'ResearchStudy/study-%s'},"
              + "'individual':{'reference':'Patient/"
              + patient
              + "'}");
      for (String year : List.of("2009", "2010", "2011")) {
        put(
            bundle,
            "Observation/" + year + "-" + patient,
            "'extension':[{'url':'http://hl7.org/fhir/StructureDefinition/workflow-researchStudy',"
                + "'valueReference':{'reference':'ResearchStudy/study-%s'}}],"
                + "'status':'final','code':{'text':'weight'},'subject':{'reference':'Patient/"
                + patient
                + "'},'performer':[{'reference':'PractitionerRole/role-%s'}],'effectiveDateTime':'"
                + year
                + "-05-01'");
      }
    }
    put(
        bundle,
        "Group/group-" + id,
        "'type':'person','actual':true,'member':[{'entity':{'reference':'Patient/a-%s'}},"
            + "{'entity':{'reference':'Patient/b-%s'}}]");
    Answer answer = client.post("", bundle.toString());
    assertThat(answer.status()).describedAs(answer.text()).isEqualTo(200);
  }

  private void put(ObjectNode bundle, String path, String rest) {
    String json =
        "{'resourceType':'%s','id':'%s',%s}"
            .formatted(
                path.substring(0, path.indexOf('/')),
                path.substring(path.indexOf('/') + 1),
                rest.replace("%s", id))
            .replace('\'', '"');
    Resources.entry(bundle, "PUT", path).set("resource", Resources.json(json));
  }

  private List<String> keys(String path) {
    return client.walk(path).stream()
        .map(entry -> entry.path("resource"))
        .map(resource ->
            resource.path("resourceType").asText()
                + "/"
                + resource.path("id").asText().replace("-" + id, ""))
        .toList();
  }

  private String patient() {
    return "/Patient/a-" + id + "/$everything";
  }

  @Test
  void givesThePatientItsCompartmentAndWhatTheyReferTo() {
    assertThat(keys(patient()))
        .containsExactlyInAnyOrder(
            "Patient/a",
            "ResearchSubject/subject-a",
            "Observation/2009-a",
            "Observation/2010-a",
            "Observation/2011-a",
            "Group/group",
            "ResearchStudy/study",
            "PractitionerRole/role",
            "Practitioner/doc",
            "Organization/org");
  }

  @Test
  void givesTheStudyWhateverRefersToItAndWhatTheyReferTo() {
    assertThat(keys("/ResearchStudy/study-" + id + "/$everything"))
        .containsExactlyInAnyOrder(
            "ResearchStudy/study",
            "ResearchSubject/subject-a",
            "ResearchSubject/subject-b",
            "Patient/a",
            "Patient/b",
            "Observation/2009-a",
            "Observation/2010-a",
            "Observation/2011-a",
            "Observation/2009-b",
            "Observation/2010-b",
            "Observation/2011-b",
            "PractitionerRole/role",
            "Practitioner/doc",
            "Organization/org");
  }

  @Test
  void givesTheRecordsOfAllOfTheType() {
    assertThat(keys("/Patient/$everything?_type=ResearchSubject,ResearchStudy&_count=50"))
        .contains("ResearchSubject/subject-a", "ResearchSubject/subject-b", "ResearchStudy/study")
        .doesNotHaveDuplicates();
    assertThat(keys("/ResearchStudy/$everything?_type=Patient&_count=50"))
        .contains("Patient/a", "Patient/b");
    assertThat(client.get("/Patient/$everything?_sort=date").status()).isEqualTo(400);
    assertThat(client.get("/Observation/$everything").status()).isEqualTo(404);
  }

  @Test
  void pagesWithoutLossWhileOthersWrite() {
    List<String> whole = keys(patient());
    JsonNode first = client.get(patient() + "?_count=3").json();
    client.put("/Observation/later-" + id, Resources.observation("later-" + id, "a-" + id));
    assertThat(first.path("total").asInt()).isEqualTo(10);
    assertThat(first.path("entry")).hasSize(3);
    assertThat(keys(patient() + "?_count=3")).hasSize(11);
    String next = FhirClient.link(first, "next").orElseThrow();
    assertThat(next).contains(patient() + "?_cursor=");
    List<String> rest = keys(next);
    assertThat(rest).hasSize(7).doesNotContain("Observation/later");
    assertThat(whole).endsWith(rest.toArray(String[]::new));
  }

  @Test
  void leavesOutOtherTypes() {
    assertThat(keys(patient() + "?_type=Observation,Patient"))
        .containsExactlyInAnyOrder(
            "Patient/a", "Observation/2009-a", "Observation/2010-a", "Observation/2011-a");
  }

  @Test
  void leavesOutCareOfAnotherTimeAndKeepsWhatHasNone() {
    assertThat(keys(patient() + "?start=2010&_type=Observation"))
        .containsExactlyInAnyOrder("Observation/2010-a", "Observation/2011-a");
    assertThat(keys(patient() + "?end=2010-12-31&_type=Observation"))
        .containsExactlyInAnyOrder("Observation/2009-a", "Observation/2010-a");
    assertThat(keys(patient() + "?start=2010-01-01&end=2010-12-31"))
        .contains("Patient/a", "ResearchSubject/subject-a", "Observation/2010-a")
        .doesNotContain("Observation/2009-a", "Observation/2011-a");
  }

  @Test
  void leavesOutWhatIsOlderThanSince() {
    assertThat(keys(patient() + "?_since=2999-01-01T00:00:00Z")).isEmpty();
    assertThat(keys(patient() + "?_since=2000-01-01T00:00:00Z")).hasSize(10);
  }

  @Test
  void countsOnlyIfThatIsAsked() {
    JsonNode counted = client.get(patient() + "?_summary=count&_count=2").json();
    assertThat(counted.path("total").asInt()).isEqualTo(10);
    assertThat(counted.has("entry")).isFalse();
    assertThat(FhirClient.link(counted, "next")).isEmpty();
    assertThat(client.get(patient() + "?_count=99999999999999999999").json().path("entry"))
        .hasSize(10);
    assertThat(keys(patient() + "?start=2009-06&end=2009&_type=Observation")).isEmpty();
  }

  @Test
  void isAskedByPostToo() {
    String parameters =
        """
        {"resourceType":"Parameters","parameter":[
          {"name":"_type","valueCode":"Patient"},{"name":"_type","valueCode":"Group"},
          {"name":"_count","valueInteger":1}]}\
        """;
    JsonNode page = client.post(patient(), parameters).json();
    assertThat(page.path("total").asInt()).isEqualTo(2);
    assertThat(page.path("entry")).hasSize(1);
    Answer form =
        client.send(
            "POST",
            patient(),
            Optional.of("_type=Patient"),
            "Content-Type",
            "application/x-www-form-urlencoded");
    assertThat(form.json().path("total").asInt()).isEqualTo(1);
    assertThat(client.send("POST", patient(), Optional.empty()).json().path("total").asInt())
        .isEqualTo(10);
  }

  @Test
  void refusesWhatItDoesNotHave() {
    for (String query :
        List.of(
            "_sort=date",
            "_count=x",
            "_type=Patiens",
            "start=soon",
            "start=2009&end=2008",
            "_cursor=x")) {
      assertThat(client.get(patient() + "?" + query).status()).describedAs(query).isEqualTo(400);
    }
    String ofSearch = FhirClient.link(client.get("/Patient?_count=1").json(), "next").orElseThrow();
    String cursor = ofSearch.substring(ofSearch.indexOf("_cursor="));
    assertThat(client.get(patient() + "?" + cursor).status()).isEqualTo(400);
    assertThat(client.get("/Patient/never-" + id + "/$everything").status()).isEqualTo(404);
    assertThat(client.get("/Observation/2009-a-" + id + "/$everything").status()).isEqualTo(404);
    client.put("/Patient/gone-" + id, Resources.patient("/Patient/gone-" + id, "Gone"));
    client.delete("/Patient/gone-" + id);
    assertThat(client.get("/Patient/gone-" + id + "/$everything").status()).isEqualTo(410);
  }
}
