package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.rodnan.FhirClient;
import org.rodnan.FhirClient.Answer;

@ExtendWith(TestServer.Shared.class)
class BundleTest {
  private final TestServer server;
  private final FhirClient client;
  private final String path;

  BundleTest(TestServer server) {
    this.server = server;
    this.client = server.client();
    this.path = "/Patient/" + server.newId();
  }

  @Test
  void writesATransactionAndResolvesItsReferences() {
    ObjectNode bundle = Resources.bundle("transaction");
    ObjectNode patient = Resources.entry(bundle, "POST", "Patient");
    patient.put("fullUrl", "urn:uuid:5f0e9c2e-6d0b-4c8e-9a53-0c9b3f1f7a01");
    patient.set("resource", Resources.patientWith("/Patient", "New", Optional.empty()));
    ObjectNode observation = Resources.entry(bundle, "POST", "Observation");
    ObjectNode weight = (ObjectNode) Resources.json(Resources.observation("x", "y"));
    weight.remove("id");
    weight.putObject("subject").put("reference", "urn:uuid:5f0e9c2e-6d0b-4c8e-9a53-0c9b3f1f7a01");
    observation.set("resource", weight);
    Answer answer = client.post("", bundle.toString());
    assertThat(answer.status()).isEqualTo(200);
    JsonNode response = answer.json();
    assertThat(response.path("type").asText()).isEqualTo("transaction-response");
    assertThat(response.at("/entry/0/response/status").asText()).isEqualTo("201 Created");
    assertThat(response.at("/entry/0/response/etag").asText()).isEqualTo("W/\"1\"");
    assertThat(response.at("/entry/0/resource").isMissingNode()).isTrue();
    String location = response.at("/entry/1/response/location").asText();
    JsonNode stored = client.get("/" + location).json();
    assertThat(response.at("/entry/0/response/location").asText())
        .startsWith(stored.at("/subject/reference").asText() + "/_history/");
  }

  @Test
  void bringsResourcesBackIfTheClientWantsThem() {
    ObjectNode bundle = Resources.bundle("transaction");
    put(bundle, path, "New");
    JsonNode response =
        client.post("", bundle.toString(), "Prefer", "return=representation").json();
    assertThat(response.at("/entry/0/resource/name/0/family").asText()).isEqualTo("New");
    assertThat(response.at("/entry/0/fullUrl").asText()).isEqualTo(server.base() + path);
  }

  @Test
  void writesNothingOfATransactionThatFails() {
    ObjectNode bundle = Resources.bundle("transaction");
    put(bundle, path, "New");
    put(bundle, "/Observation/1", "No Observation");
    Answer answer = client.post("", bundle.toString());
    assertThat(answer.status()).isBetween(400, 422);
    assertThat(answer.json().path("resourceType").asText()).isEqualTo("OperationOutcome");
    assertThat(client.get(path).status()).isEqualTo(404);
  }

  @Test
  void letsTheEntriesOfABatchStandAlone() {
    client.put(path, Resources.patient(path, "First"));
    ObjectNode bundle = Resources.bundle("batch");
    String other = "/Patient/" + server.newId();
    put(bundle, other, "Other");
    Resources.entry(bundle, "GET", path.substring(1));
    Resources.entry(bundle, "GET", "Patient/never");
    Resources.entry(bundle, "GET", path.substring(1) + "/_history");
    Resources.entry(bundle, "GET", path.substring(1))
        .withObject("/request")
        .put("ifNoneMatch", "W/\"1\"");
    JsonNode response = client.post("/", bundle.toString()).json();
    assertThat(response.path("type").asText()).isEqualTo("batch-response");
    assertThat(response.at("/entry/0/response/status").asText()).isEqualTo("201 Created");
    assertThat(response.at("/entry/1/resource/name/0/family").asText()).isEqualTo("First");
    assertThat(response.at("/entry/2/response/status").asText()).isEqualTo("404 Not Found");
    assertThat(response.at("/entry/2/response/outcome/issue/0/code").asText())
        .isEqualTo("not-found");
    assertThat(response.at("/entry/3/resource/type").asText()).isEqualTo("history");
    assertThat(response.at("/entry/4/response/status").asText()).isEqualTo("304 Not Modified");
    assertThat(client.get(other).status()).isEqualTo(200);
  }

  /** A resource that the parser can't read, and where its fault is. */
  private record Unreadable(String resource, String place, String found) {}

  private static final List<Unreadable> UNREADABLE =
      List.of(
          new Unreadable("'birthDate':'yesterday'", ".birthDate", "'yesterday'"),
          new Unreadable("'surname':'x'", ".surname", "surname"),
          new Unreadable("'name':{'family':'x'}", ".name", "an object"),
          new Unreadable("'name':[{'family':7}]", ".name[0].family", "a number"),
          new Unreadable("'multipleBirthInteger':99999999999", ".multipleBirthInteger", "9999"),
          new Unreadable("'active':true,'active':true", ".active", "twice"));

  @Test
  void failsOnlyTheEntriesOfABatchThatCannotBeRead() {
    String good = server.newId();
    StringBuilder entries = new StringBuilder();
    for (Unreadable unreadable : UNREADABLE) {
      entries.append(entry(server.newId(), unreadable.resource())).append(',');
    }
    for (String resource : List.of("7", "[]", "'x'", "null", "{}", "{'resourceType':'Nothing'}")) {
      entries.append(
          ("{'resource':" + resource + ",'request':{'method':'POST','url':'Patient'}},"));
    }
    entries.append(entry(good, "'active':true"));
    Answer answer = client.post("", bundle("batch", entries.toString()));
    assertThat(answer.status()).describedAs(answer.text()).isEqualTo(200);
    JsonNode response = answer.json();
    assertThat(response.path("entry")).hasSize(UNREADABLE.size() + 7);
    for (int i = 0; i < UNREADABLE.size() + 6; i++) {
      JsonNode entry = response.path("entry").path(i).path("response");
      assertThat(entry.path("status").asText()).isEqualTo("400 Bad Request");
      assertThat(entry.at("/outcome/issue/0/expression/0").asText())
          .startsWith("Bundle.entry[" + i + "]");
    }
    for (int i = 0; i < UNREADABLE.size(); i++) {
      JsonNode issue = response.at("/entry/" + i + "/response/outcome/issue/0");
      assertThat(issue.at("/expression/0").asText())
          .isEqualTo("Bundle.entry[" + i + "].resource" + UNREADABLE.get(i).place());
      assertThat(issue.path("diagnostics").asText()).contains(UNREADABLE.get(i).found());
    }
    assertThat(response.at("/entry/" + (UNREADABLE.size() + 6) + "/response/status").asText())
        .isEqualTo("201 Created");
    assertThat(client.get("/Patient/" + good).status()).isEqualTo(200);
  }

  @Test
  void refusesATransactionOneOfWhoseEntriesCannotBeRead() {
    for (Unreadable unreadable : UNREADABLE) {
      String good = server.newId();
      Answer answer =
          client.post(
              "",
              bundle(
                  "transaction",
                  entry(good, "'active':true") + "," + entry("bad", unreadable.resource())));
      assertThat(answer.status()).isEqualTo(400);
      JsonNode issue = answer.json().at("/issue/0");
      assertThat(issue.at("/expression/0").asText())
          .isEqualTo("Bundle.entry[1].resource" + unreadable.place());
      assertThat(issue.path("diagnostics").asText())
          .startsWith("Bundle.entry[1]: ")
          .contains(unreadable.found());
      assertThat(client.get("/Patient/" + good).status()).isEqualTo(404);
    }
  }

  @Test
  void readsTheEntriesOfAnXmlBatchOneByOne() {
    String good = server.newId();
    String entry =
        "<entry><resource><Patient xmlns='http://hl7.org/fhir'>%s</Patient></resource>"
            + "<request><method value='PUT'/><url value='Patient/%s'/></request></entry>";
    String bundle =
        "<Bundle xmlns='http://hl7.org/fhir'><type value='batch'/>"
            + entry.formatted("<!-- a --><active value='true'/><id value='bad'/>", "bad")
            + entry.formatted("<!-- b --><id value='" + good + "'/><active value='true'/>", good)
            + "</Bundle>";
    Answer answer =
        client.post("", bundle.replace('\'', '"'), "Content-Type", "application/fhir+xml");
    assertThat(answer.status()).describedAs(answer.text()).isEqualTo(200);
    assertThat(answer.json().at("/entry/0/response/outcome/issue/0/expression/0").asText())
        .isEqualTo("Bundle.entry[0].resource.id");
    assertThat(answer.json().at("/entry/1/response/status").asText()).isEqualTo("201 Created");
  }

  @Test
  void refusesABundleThatIsWrongOutsideItsResources() {
    Answer answer =
        client.post(
            "", bundle("batch", "{'fullUrl':7,'request':{'method':'GET','url':'Patient'}}"));
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.json().at("/issue/0/expression/0").asText())
        .isEqualTo("Bundle.entry[0].fullUrl");
  }

  private static String bundle(String type, String entries) {
    return ("{'resourceType':'Bundle','type':'" + type + "','entry':[" + entries + "]}")
        .replace('\'', '"');
  }

  private static String entry(String id, String members) {
    return "{'resource':{'resourceType':'Patient','id':'%s',%s},'request':{'method':'PUT','url':'Patient/%s'}}"
        .formatted(id, members, id);
  }

  @Test
  void answersInXmlToo() {
    ObjectNode bundle = Resources.bundle("batch");
    put(bundle, path, "New");
    assertThat(client.post("?_format=xml", bundle.toString()).text())
        .startsWith("<Bundle xmlns=\"http://hl7.org/fhir\">")
        .contains("<status value=\"201 Created\"/>");
  }

  @Test
  void refusesOtherBodiesAtTheBase() {
    assertThat(client.post("", Resources.patient("/Patient", "No")).status()).isEqualTo(400);
    ObjectNode other = Resources.bundle("collection");
    other.remove("entry");
    Answer collection = client.post("", other.toString());
    assertThat(collection.status()).isEqualTo(400);
    assertThat(collection.json().at("/issue/0/expression/0").asText()).isEqualTo("Bundle.type");
  }

  private static void put(ObjectNode bundle, String path, String family) {
    Resources.entry(bundle, "PUT", path.substring(1))
        .set("resource", Resources.patientWith(path, family, Optional.empty()));
  }

  @Test
  void saysWhichParametersAReadInABundleTakes() {
    client.put(path, Resources.patient(path, "Read"));
    String read = path.substring(1);
    ObjectNode bundle = Resources.bundle("batch");
    Resources.entry(bundle, "GET", read + "?_format=json&_pretty=true");
    Resources.entry(bundle, "GET", read + "/_history/1?_pretty=true");
    Resources.entry(bundle, "GET", read + "?_summary=true");
    Resources.entry(bundle, "GET", read + "/_history/1?_elements=name");
    Resources.entry(bundle, "GET", read + "?name=x");
    JsonNode entries = client.post("", bundle.toString()).json().path("entry");
    assertThat(entries.at("/0/resource/name/0/family").asText()).isEqualTo("Read");
    assertThat(entries.at("/1/resource/name/0/family").asText()).isEqualTo("Read");
    assertThat(entries.get(2).toString()).contains("400", "no '_summary'");
    assertThat(entries.get(3).toString()).contains("400", "no '_elements'");
    assertThat(entries.get(4).toString()).contains("400", "'name' is no parameter of a read");
  }

  @Test
  void answersWithTheCapabilities() {
    for (String type : new String[] {"batch", "transaction"}) {
      ObjectNode bundle = Resources.bundle(type);
      Resources.entry(bundle, "GET", "metadata");
      JsonNode entry = client.post("", bundle.toString()).json().at("/entry/0");
      assertThat(entry.at("/response/status").asText()).isEqualTo("200 OK");
      assertThat(entry.at("/resource/resourceType").asText()).isEqualTo("CapabilityStatement");
    }
  }
}
