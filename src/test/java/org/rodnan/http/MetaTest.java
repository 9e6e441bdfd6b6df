package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.rodnan.FhirClient;
import org.rodnan.FhirClient.Answer;

@ExtendWith(TestServer.Shared.class)
class MetaTest {
  private static final String TAG =
      """
      {"resourceType":"Parameters","parameter":[{"name":"meta","valueMeta":{
        "tag":[{"system":"http://example.org/tags","code":"a"},
               {"system":"http://example.org/tags","code":"b"}],
        "security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality",
                     "code":"R"}]}}]}\
      """;

  private final FhirClient client;
  private final String path;

  MetaTest(TestServer server) {
    this.client = server.client();
    this.path = "/Patient/" + server.newId();
    client.put(path, Resources.patient(path, "Meta"));
  }

  @Test
  void addsTagsOnceAndTellsThem() {
    Answer added = client.post(path + "/$meta-add", TAG);
    assertThat(added.status()).describedAs(added.text()).isEqualTo(200);
    assertThat(added.json().at("/parameter/0/name").asText()).isEqualTo("return");
    assertThat(added.json().at("/parameter/0/valueMeta/tag")).hasSize(2);
    assertThat(added.json().at("/parameter/0/valueMeta/versionId").asText()).isEqualTo("2");
    client.post(path + "/$meta-add", TAG);
    Answer meta = client.get(path + "/$meta");
    assertThat(meta.json().at("/parameter/0/valueMeta/versionId").asText()).isEqualTo("2");
    assertThat(meta.json().at("/parameter/0/valueMeta/security/0/code").asText()).isEqualTo("R");
    assertThat(meta.text())
        .isEqualTo(client.post(path + "/$meta", "{\"resourceType\":\"Parameters\"}").text());
    assertThat(
            client
                .get("/Patient?_tag=http://example.org/tags%7Cb&_id=" + path.substring(9))
                .json()
                .path("total")
                .asInt())
        .isEqualTo(1);
  }

  @Test
  void takesTagsAway() {
    client.post(path + "/$meta-add", TAG);
    String one =
        """
        {"resourceType":"Parameters","parameter":[{"name":"meta","valueMeta":{
          "tag":[{"system":"http://example.org/tags","code":"a","display":"A"},
                 {"system":"http://example.org/tags","code":"never"}]}}]}\
        """;
    Answer answer = client.post(path + "/$meta-delete", one);
    assertThat(answer.json().at("/parameter/0/valueMeta/tag/0/code").asText()).isEqualTo("b");
    assertThat(answer.json().at("/parameter/0/valueMeta/tag")).hasSize(1);
    client.post(path + "/$meta-delete", TAG);
    assertThat(client.get(path).json().path("meta").has("tag")).isFalse();
    assertThat(client.get(path).json().at("/name/0/family").asText()).isEqualTo("Meta");
  }

  @Test
  void refusesWhatIsNoMeta() {
    assertThat(client.post(path + "/$meta-add", "{\"resourceType\":\"Parameters\"}").status())
        .isEqualTo(400);
    Answer other =
        client.post(
            path + "/$meta-add",
            "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"meta\",\"valueCode\":\"x\"}]}");
    assertThat(other.status()).isEqualTo(400);
    assertThat(other.text()).contains("expected a value of type Meta");
    assertThat(client.post(path + "/$meta-add", TAG, "If-Match", "W/\"5\"").status())
        .isEqualTo(412);
    assertThat(client.get(path + "/$meta-add").status()).isEqualTo(405);
    assertThat(client.get("/Patient/never-was/$meta").status()).isEqualTo(404);
  }

  @Test
  void tellsWhatIsInUseOfATypeAndOfTheSystem() {
    String own =
        """
        {"resourceType":"Parameters","parameter":[{"name":"meta","valueMeta":{
          "profile":["http://example.org/StructureDefinition/used"],
          "tag":[{"system":"http://example.org/tags","code":"%1$s","display":"Used"},
                 {"code":"%1$s-alone"}],
          "security":[{"system":"http://example.org/labels","code":"%1$s"}]}}]}\
        """
            .formatted(path.substring("/Patient/".length()));
    String code = "\"" + path.substring("/Patient/".length()) + "\"";
    client.post(path + "/$meta-add", own);
    for (String level : new String[] {"", "/Patient"}) {
      Answer meta = client.get(level + "/$meta");
      assertThat(meta.status()).describedAs(meta.text()).isEqualTo(200);
      JsonNode value = meta.json().at("/parameter/0/valueMeta");
      assertThat(value.path("tag").toString())
          .containsOnlyOnce(code)
          .contains("Used", code.replaceAll("\"$", "-alone"));
      assertThat(value.path("security").toString()).containsOnlyOnce(code);
      assertThat(value.path("profile").toString())
          .containsOnlyOnce("http://example.org/StructureDefinition/used");
    }
    assertThat(client.get("/Observation/$meta").text()).doesNotContain(code);
    client.post(path + "/$meta-delete", own);
    assertThat(client.get("/$meta").text()).doesNotContain(code);
  }
}
