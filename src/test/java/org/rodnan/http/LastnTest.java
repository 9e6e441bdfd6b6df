package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.rodnan.FhirClient;
import org.rodnan.FhirClient.Answer;

@ExtendWith(TestServer.Shared.class)
class LastnTest {
  private final FhirClient client;
  private final String id;

  LastnTest(TestServer server) {
    this.client = server.client();
    this.id = server.newId();
  }

  /** Two codes that share a coding are one; a text is a code of its own. */
  @BeforeEach
  void load() {
    ObjectNode bundle = Resources.bundle("transaction");
    Resources.entry(bundle, "PUT", "Patient/" + id)
        .set("resource", Resources.json(Resources.patient("/Patient/" + id, "Last")));
    add(bundle, "w1", "2020-01-01", "{'coding':[{'system':'http://a','code':'w'}]}");
    add(
        bundle,
        "w2",
        "2020-03-01",
        "{'coding':[{'system':'http://b','code':'w'},{'system':'http://a','code':'w'}]}");
    add(bundle, "w3", "2020-02-01", "{'coding':[{'system':'http://b','code':'w'}]}");
    add(bundle, "t1", "2020-05-01", "{'text':'Mood'}");
    add(bundle, "t2", "2020-06-01", "{'text':'mood'}");
    Answer answer = client.post("", bundle.toString());
    assertThat(answer.status()).describedAs(answer.text()).isEqualTo(200);
  }

  private void add(ObjectNode bundle, String name, String date, String code) {
    ObjectNode observation =
        (ObjectNode) Resources.json(Resources.observation(name + "-" + id, id));
    observation.put("effectiveDateTime", date);
    observation.set("code", Resources.json(code.replace('\'', '"')));
    Resources.entry(bundle, "PUT", "Observation/" + name + "-" + id).set("resource", observation);
  }

  private List<String> last(String query) {
    JsonNode bundle = client.get("/Observation/$lastn?patient=" + id + query).json();
    List<String> ids =
        bundle.path("entry").findValues("resource").stream()
            .map(resource -> resource.path("id").asText().replace("-" + id, ""))
            .toList();
    assertThat(bundle.path("total").asInt()).isEqualTo(ids.size());
    return ids;
  }

  @Test
  void givesTheNewestOfEachCode() {
    assertThat(last("")).containsExactly("t2", "w2");
    assertThat(last("&max=2")).containsExactly("t2", "t1", "w2", "w3");
    assertThat(last("&max=9&code=http://b%7Cw")).containsExactly("w2", "w3");
  }

  @Test
  void countsOnlyIfThatIsAsked() {
    JsonNode counted =
        client.get("/Observation/$lastn?_summary=count&max=99999999999&patient=" + id).json();
    assertThat(counted.path("total").asInt()).isEqualTo(5);
    assertThat(counted.has("entry")).isFalse();
  }

  @Test
  void isAskedByPostToo() {
    String parameters =
        """
        {"resourceType":"Parameters","parameter":[
          {"name":"patient","valueString":"%s"},{"name":"max","valuePositiveInt":1}]}\
        """
            .formatted(id);
    Answer answer = client.post("/Observation/$lastn", parameters);
    assertThat(answer.json().path("entry")).hasSize(2);
  }

  @Test
  void refusesWhatItCannotUnderstand() {
    for (String query :
        List.of("max=0", "max=x", "_sort=date", "_count=3", "_contained=true", "nothing=1")) {
      assertThat(client.get("/Observation/$lastn?" + query).status())
          .describedAs(query)
          .isEqualTo(400);
    }
    assertThat(client.get("/Patient/$lastn").status()).isEqualTo(404);
  }
}
