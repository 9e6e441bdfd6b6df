package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rodnan.FhirClient;
import org.rodnan.FhirClient.Answer;

/** {@code $expunge}, as HAPI's server has it, but for what is current. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(TestServer.Shared.class)
class ExpungeTest {
  private static final String PREVIOUS = "expungePreviousVersions=true";
  private static final String DELETED = "expungeDeletedResources=true";

  private final TestServer allowing = TestServer.start("rodnan.expunge=allow");
  private final FhirClient client = allowing.client();
  private final FhirClient refusing;

  ExpungeTest(TestServer server) {
    this.refusing = server.client();
  }

  @AfterAll
  void stop() {
    allowing.close();
  }

  private static Answer expunge(FhirClient client, String path, String form) {
    return client.post(
        path + "/$expunge", form, "Content-Type", "application/x-www-form-urlencoded");
  }

  private int count(String path, String form) {
    Answer answer = expunge(client, path, form);
    assertThat(answer.status()).describedAs(answer.text()).isEqualTo(200);
    assertThat(answer.json().at("/parameter/0/name").asText()).isEqualTo("count");
    return answer.json().at("/parameter/0/valueInteger").asInt();
  }

  private String stored(int versions) {
    String path = "/Patient/" + allowing.newId();
    for (int i = 0; i < versions; i++) {
      client.put(path, Resources.patient(path, "Version" + i));
    }
    return path;
  }

  @Test
  void isRefusedUnlessASettingAllowsIt() {
    String operations = "/rest/0/operation";
    assertThat(refusing.get("/metadata").json().at(operations).toString())
        .doesNotContain("expunge");
    assertThat(client.get("/metadata").json().at(operations).toString()).contains("expunge");
    Answer answer = expunge(refusing, "", PREVIOUS);
    assertThat(answer.status()).isEqualTo(403);
    assertThat(answer.text()).contains("rodnan.expunge");
  }

  @Test
  void takesPreviousVersionsAway() {
    String path = stored(3);
    assertThat(count(path, PREVIOUS)).isEqualTo(2);
    assertThat(count(path, PREVIOUS)).isZero();
    assertThat(client.get(path).text()).contains("Version2");
    assertThat(client.get("/Patient?_id=" + path.substring(9)).json().path("total").asInt())
        .isEqualTo(1);
    Answer gone = client.get(path + "/_history/1");
    assertThat(gone.status()).isEqualTo(404);
    assertThat(gone.text()).contains("expunged");
    JsonNode history = client.get(path + "/_history").json();
    assertThat(history.path("total").asInt()).isEqualTo(3);
    assertThat(history.path("entry").findValues("resource")).hasSize(1);
    assertThat(history.toString()).doesNotContain("Version0", "Version1");
  }

  @Test
  void takesDeletedResourcesAway() {
    String path = stored(2);
    assertThat(count(path, DELETED)).isZero();
    client.delete(path);
    assertThat(count(path, PREVIOUS)).isZero();
    assertThat(count(path, DELETED)).isEqualTo(2);
    assertThat(client.get(path).status()).isEqualTo(410);
    client.put(path, Resources.patient(path, "Again"));
    assertThat(client.get(path).text()).contains("Again", "\"versionId\":\"4\"");
  }

  @Test
  void keepsToTypeAndLimitAndSaysWhoDidIt() {
    String path = stored(4);
    assertThat(count("/Observation", PREVIOUS)).isZero();
    assertThat(count("/Patient", PREVIOUS + "&limit=1")).isEqualTo(1);
    assertThat(count("", PREVIOUS + "&" + DELETED)).isGreaterThanOrEqualTo(2);
    assertThat(client.get(path + "/_history/3").status()).isEqualTo(404);
    JsonNode events = client.get("/AuditEvent?action=D&_sort=_lastUpdated").json();
    assertThat(events.toString()).contains("$expunge of Patient", "$expunge of all types");
  }

  @ParameterizedTest
  @CsvSource({
    "/Patient/never-there,expungePreviousVersions=true,404",
    "'',expungeEverything=true,403",
    "'',limit=5,400",
    "'',expungePreviousVersions=yes,400",
    "'',expungePreviousVersions=true&limit=0,400",
    "'',expungePreviousVersions=true&nonsense=1,400"
  })
  void saysWhatIsWrong(String path, String form, int status) {
    assertThat(expunge(client, path, form).status()).isEqualTo(status);
  }

  @Test
  void isNoPartOfATransaction() {
    var bundle = Resources.bundle("transaction");
    Resources.entry(bundle, "POST", "$expunge?" + PREVIOUS);
    assertThat(client.post("", bundle.toString()).status()).isEqualTo(400);
  }
}
