package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.rodnan.FhirClient;
import org.rodnan.FhirClient.Answer;

@ExtendWith(TestServer.Shared.class)
class HistoryTest {
  private final FhirClient client;
  private final String path;

  HistoryTest(TestServer server) {
    this.client = server.client();
    this.path = "/Patient/" + server.newId();
  }

  @Test
  void tellsEveryVersionOfAnInstanceNewestFirst() {
    client.put(path, Resources.patient(path, "First"));
    client.put(path, Resources.patient(path, "Second"));
    client.delete(path);
    JsonNode bundle = client.get(path + "/_history").json();
    assertThat(bundle.path("type").asText()).isEqualTo("history");
    assertThat(bundle.path("total").asInt()).isEqualTo(3);
    assertThat(texts(bundle, "/request/method")).containsExactly("DELETE", "PUT", "PUT");
    assertThat(texts(bundle, "/response/etag")).containsExactly("W/\"3\"", "W/\"2\"", "W/\"1\"");
    assertThat(texts(bundle, "/response/status"))
        .containsExactly("204 No Content", "200 OK", "201 Created");
    assertThat(bundle.at("/entry/0/resource").isMissingNode()).isTrue();
    assertThat(bundle.at("/entry/2/resource/name/0/family").asText()).isEqualTo("First");
  }

  @Test
  void tellsThatAPostMadeTheFirstVersion() {
    String id = client.post("/Patient", Resources.patient("/Patient", "New")).id();
    JsonNode bundle = client.get("/Patient/" + id + "/_history").json();
    assertThat(bundle.at("/entry/0/request/method").asText()).isEqualTo("POST");
    assertThat(bundle.at("/entry/0/request/url").asText()).isEqualTo("Patient");
  }

  @Test
  void pagesWithoutLossWhileOthersWrite() {
    for (int i = 0; i < 5; i++) {
      client.put(path, Resources.patient(path, "V" + i));
    }
    JsonNode first = client.get(path + "/_history?_count=2").json();
    client.put(path, Resources.patient(path, "Later"));
    JsonNode second = client.get(FhirClient.link(first, "next").orElseThrow()).json();
    JsonNode third = client.get(FhirClient.link(second, "next").orElseThrow()).json();
    List<String> tags = texts(first, "/response/etag");
    tags.addAll(texts(second, "/response/etag"));
    tags.addAll(texts(third, "/response/etag"));
    assertThat(tags).containsExactly("W/\"5\"", "W/\"4\"", "W/\"3\"", "W/\"2\"", "W/\"1\"");
    assertThat(FhirClient.link(third, "next")).isEmpty();
    assertThat(second.path("total").asInt()).isEqualTo(5);
  }

  @Test
  void coversATypeAndTheSystem() {
    client.put(path, Resources.patient(path, "First"));
    for (String level : new String[] {"/Patient/_history", "/_history"}) {
      JsonNode bundle = client.get(level + "?_count=1").json();
      assertThat(bundle.at("/entry/0/fullUrl").asText()).endsWith("/Patient/" + id());
      assertThat(FhirClient.link(bundle, "self").orElseThrow()).contains(level + "?_count=1");
    }
  }

  @Test
  void leavesOutWhatIsOlderThanSince() {
    client.put(path, Resources.patient(path, "First"));
    assertThat(total("?_since=2000-01-01")).isEqualTo(1);
    assertThat(total("?_since=2999")).isEqualTo(0);
    assertThat(total("?_since=2000-01-01T00:00:00%2B01:00")).isEqualTo(1);
  }

  @Test
  void tellsWhatWasCurrentAtATime() {
    client.put(path, Resources.patient(path, "First"));
    String first = client.get(path).json().at("/meta/lastUpdated").asText();
    String second;
    do {
      client.put(path, Resources.patient(path, "Second"));
      client.put(path, Resources.patient(path, "Third"));
      second = client.get(path).json().at("/meta/lastUpdated").asText();
    } while (second.equals(first));
    JsonNode atFirst = client.get(path + "/_history?_at=" + first).json();
    assertThat(texts(atFirst, "/resource/name/0/family")).contains("First").doesNotContain("");
    JsonNode now = client.get(path + "/_history?_at=" + second).json();
    assertThat(texts(now, "/resource/name/0/family").getFirst()).isEqualTo("Third");
    assertThat(total("?_at=2000")).isZero();
    assertThat(total("?_at=2999")).isEqualTo(1);
    JsonNode page = client.get("/Patient/_history?_at=2999&_count=1").json();
    assertThat(FhirClient.link(page, "self").orElseThrow()).contains("_at=2999");
    assertThat(page.path("entry")).hasSize(1);
  }

  @Test
  void refusesParametersThatItCannotUnderstand() {
    client.put(path, Resources.patient(path, "First"));
    for (String query :
        new String[] {"_since=soon", "_at=x", "_count=few", "_count=-1", "_cursor=x", "_cuont=1"}) {
      Answer answer = client.get(path + "/_history?" + query);
      assertThat(answer.status()).describedAs(query).isEqualTo(400);
    }
    assertThat(client.get(path + "/_history?_cuont=1", "Prefer", "handling=lenient").status())
        .isEqualTo(200);
    assertThat(client.get("/Patient/never/_history").status()).isEqualTo(404);
  }

  private int total(String query) {
    return client.get(path + "/_history" + query).json().path("total").asInt();
  }

  private String id() {
    return path.substring("/Patient/".length());
  }

  private static List<String> texts(JsonNode bundle, String pointer) {
    List<String> texts = new ArrayList<>();
    bundle.path("entry").forEach(entry -> texts.add(entry.at(pointer).asText()));
    return texts;
  }
}
