package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.rodnan.FhirClient;
import org.rodnan.FhirClient.Answer;

/** What the edge has to do with a search; what is found is the search's own matter. */
@ExtendWith(TestServer.Shared.class)
class SearchTest {
  private static final String FORM = "application/x-www-form-urlencoded";

  private final TestServer server;
  private final FhirClient client;
  private final String family;
  private final String first;
  private final String second;

  SearchTest(TestServer server) {
    this.server = server;
    this.client = server.client();
    this.family = "Family" + server.newId();
    this.first = server.newId();
    this.second = server.newId();
  }

  @BeforeEach
  void write() {
    for (String id : new String[] {first, second}) {
      String path = "/Patient/" + id;
      assertThat(client.put(path, Resources.patient(path, family)).status()).isEqualTo(201);
    }
    assertThat(client.put("/Observation/" + first, Resources.observation(first, first)).status())
        .isEqualTo(201);
  }

  @Test
  void returnsTheStoredBytes() {
    Answer answer = client.get("/Patient?family=" + family + "&_id=" + first);
    assertThat(answer.status()).isEqualTo(200);
    JsonNode bundle = answer.json();
    assertThat(bundle.path("type").asText()).isEqualTo("searchset");
    assertThat(bundle.path("total").asInt()).isEqualTo(1);
    assertThat(bundle.at("/entry/0/fullUrl").asText())
        .isEqualTo(server.base() + "/Patient/" + first);
    assertThat(bundle.at("/entry/0/search/mode").asText()).isEqualTo("match");
    assertThat(answer.text()).contains(client.get("/Patient/" + first).text());
  }

  @Test
  void explainsInAnEntryOfItsOwn() {
    JsonNode bundle = client.get("/Patient?family=" + family + "&_explain=true").json();
    JsonNode last = bundle.path("entry").path(bundle.path("entry").size() - 1);
    assertThat(last.at("/search/mode").asText()).isEqualTo("outcome");
    assertThat(last.at("/resource/issue/0/diagnostics").asText())
        .contains("family=" + family, "clause Patient.family:", "2 hits");
    assertThat(client.get("/Patient?family=a&_cursor=junk").text())
        .contains("found 'junk', which is not a cursor of this server");
  }

  @Test
  void takesTheParametersOfUrlAndFormTogether() {
    for (String path : new String[] {"/Patient/_search?family=" + family, "/Patient/_search"}) {
      String form = path.contains("?") ? "_id=" + first : "family=" + family + "&_id=" + first;
      Answer answer = client.post(path, form, "Content-Type", FORM);
      assertThat(answer.status()).isEqualTo(200);
      assertThat(ids(answer.json())).containsExactly(first);
    }
    assertThat(client.post("/Patient/_search", "a=b", "Content-Type", "text/plain").status())
        .isEqualTo(415);
    assertThat(
            client
                .post("/Patient/_search", "family=" + family + "&_format=xml", "Content-Type", FORM)
                .text())
        .startsWith("<Bundle");
  }

  @Test
  void walksPagesByTheirLinks() {
    String query = "/Patient?family=" + family + "&_count=1&_format=json";
    JsonNode page = client.get(query).json();
    assertThat(page.path("total").asInt()).isEqualTo(2);
    assertThat(FhirClient.link(page, "self").orElseThrow())
        .startsWith(server.base() + "/Patient?")
        .contains("family=" + family);
    String next = FhirClient.link(page, "next").orElseThrow();
    assertThat(next).startsWith(server.base() + "/Patient?_cursor=").endsWith("&_format=json");
    JsonNode last = client.get(next).json();
    List<String> ids = ids(page);
    ids.addAll(ids(last));
    assertThat(ids).containsExactly(first, second);
    assertThat(FhirClient.link(last, "next")).isEmpty();
    assertThat(client.get("/Patient?_cursor=nonsense").status()).isEqualTo(400);
    assertThat(client.get(next + "&name=x").status()).isEqualTo(400);
  }

  @Test
  void searchesTheSystemAndCompartments() {
    assertThat(ids(client.get("?_type=Patient&_id=" + first).json())).containsExactly(first);
    assertThat(ids(client.get("/Patient/" + first + "/Observation").json())).containsExactly(first);
    assertThat(client.get("/Patient/" + second + "/Observation").json().path("total").asInt())
        .isZero();
    assertThat(ids(client.get("/Patient/" + first + "/*?_type=Observation").json()))
        .containsExactly(first);
    assertThat(
            ids(
                client
                    .post(
                        "/Patient/" + first + "/Observation/_search",
                        "status=final",
                        "Content-Type",
                        FORM)
                    .json()))
        .containsExactly(first);
  }

  @Test
  void answersHead() {
    Answer head = client.send("HEAD", "/Patient?family=" + family, Optional.empty());
    assertThat(head.status()).isEqualTo(200);
    assertThat(head.response().body()).isEmpty();
  }

  @Test
  void refusesAnUnknownParameterUnlessLenient() {
    String query = "/Patient?family=" + family + "&nonsense=1";
    Answer strict = client.get(query);
    assertThat(strict.status()).isEqualTo(400);
    assertThat(strict.json().at("/issue/0/diagnostics").asText()).contains("nonsense");
    JsonNode lenient = client.get(query, "Prefer", "handling=lenient").json();
    assertThat(lenient.path("total").asInt()).isEqualTo(2);
    assertThat(FhirClient.link(lenient, "self").orElseThrow()).doesNotContain("nonsense");
    JsonNode outcome = lenient.at("/entry/2");
    assertThat(outcome.at("/search/mode").asText()).isEqualTo("outcome");
    assertThat(outcome.at("/resource/issue/0/severity").asText()).isEqualTo("warning");
  }

  @Test
  void countsAndSummarises() {
    JsonNode count = client.get("/Patient?family=" + family + "&_summary=count").json();
    assertThat(count.path("total").asInt()).isEqualTo(2);
    assertThat(count.has("entry")).isFalse();
    String part = client.get("/Patient?family=" + family + "&_elements=birthDate").text();
    assertThat(part).contains("SUBSETTED").contains("\"total\":2");
    assertThat(Resources.json(part).at("/entry/0/resource").has("name")).isFalse();
  }

  private static List<String> ids(JsonNode bundle) {
    List<String> ids = new ArrayList<>();
    bundle.path("entry").forEach(entry -> ids.add(entry.at("/resource/id").asText()));
    return ids;
  }
}
