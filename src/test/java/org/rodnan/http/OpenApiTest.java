package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rodnan.FhirClient;
import org.rodnan.FhirClient.Answer;
import org.rodnan.fhir.ResourceTypes;

/** What the OpenAPI document lists is there; and Swagger UI shows it. */
@ExtendWith(TestServer.Shared.class)
class OpenApiTest {
  private static final Map<String, String> SAMPLES =
      Map.of("id", "never-there", "vid", "1", "type", "Observation", "job", "never-there");
  private static final Set<String> METHODS = Set.of("get", "post", "put", "patch", "delete");

  private final FhirClient client;

  OpenApiTest(TestServer server) {
    this.client = server.client();
  }

  private JsonNode document() {
    Answer answer = client.get("/api-docs");
    assertThat(answer.header("Content-Type")).hasValue("application/json;charset=utf-8");
    return answer.json();
  }

  /** No path is unknown, no method is refused: what isn't found is a resource. */
  @Test
  void eachPathAndMethodIsThere() {
    List<String> wrong = new ArrayList<>();
    int asked = 0;
    for (Map.Entry<String, JsonNode> path : document().path("paths").properties()) {
      String url = path.getKey();
      for (Map.Entry<String, String> sample : SAMPLES.entrySet()) {
        url = url.replace("{" + sample.getKey() + "}", sample.getValue());
      }
      for (Map.Entry<String, JsonNode> member : path.getValue().properties()) {
        if (METHODS.contains(member.getKey())) {
          String method = member.getKey().toUpperCase(Locale.ROOT);
          String query = method.equals("GET") && isSearch(member.getValue()) ? "?_count=0" : "";
          Optional<String> body = method.matches("GET|DELETE") ? Optional.empty() : Optional.of("");
          Answer answer = client.send(method, url + query, body);
          boolean isThere =
              answer.status() == 404
                  ? answer.text().contains("\"not-found\"")
                  : answer.status() < 500 && answer.status() != 405;
          if (!isThere) {
            wrong.add(method + " " + url + ": " + answer.status() + " " + answer.text());
          }
          asked++;
        }
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(asked).isGreaterThan(10 * ResourceTypes.all().size());
  }

  @Test
  void hasTheViewsToo() {
    assertThat(document().path("paths").fieldNames())
        .toIterable()
        .contains(
            "/ViewDefinition",
            "/ViewDefinition/{id}",
            "/ViewDefinition/$run",
            "/ViewDefinition/{id}/$run",
            "/ViewDefinition/$export");
  }

  private static boolean isSearch(JsonNode operation) {
    return operation.path("summary").asText().matches("search.*|compartment");
  }

  @Test
  void eachSearchParameterIsAccepted() {
    JsonNode document = document();
    List<String> wrong = new ArrayList<>();
    for (String type : ResourceTypes.all()) {
      StringBuilder query = new StringBuilder("_count=0");
      JsonNode listed = document.at("/paths/~1" + type + "/get/parameters");
      assertThat(listed).describedAs(type).isNotEmpty();
      for (JsonNode reference : listed) {
        JsonNode parameter = document.at(reference.path("$ref").asText().substring(1));
        String kind = parameter.path("description").asText().replaceAll(":.*", "");
        query.append('&').append(parameter.path("name").asText()).append(sample(kind, parameter));
      }
      Answer answer = client.get("/" + type + "?" + query);
      if (answer.status() != 200) {
        wrong.add(type + ": " + answer.text());
      }
    }
    assertThat(wrong).isEmpty();
  }

  private static String sample(String kind, JsonNode parameter) {
    return switch (parameter.path("name").asText()) {
      case "near" -> "=1%7C1%7C1%7Ckm";
      case "_filter" -> "=_id%20eq%20x";
      case "_list" -> "=x";
      case "_text", "_content" -> "=x";
      default -> kind.equals("special") ? "=x" : ":missing=true";
    };
  }

  @Test
  void listsWhatTheStatementLists() {
    JsonNode document = document();
    JsonNode rest = client.get("/metadata").json().at("/rest/0");
    for (JsonNode resource : rest.path("resource")) {
      String type = resource.path("type").asText();
      Set<String> expected = new HashSet<>();
      rest.path("searchParam").forEach(each -> expected.add(each.path("name").asText()));
      resource.path("searchParam").forEach(each -> expected.add(each.path("name").asText()));
      Set<String> listed = new HashSet<>();
      document
          .at("/paths/~1" + type + "/get/parameters")
          .forEach(each -> {
            String key = each.path("$ref").asText();
            listed.add(key.substring(key.indexOf('.') + 1));
          });
      assertThat(listed).describedAs(type).isEqualTo(expected);
      for (JsonNode operation : resource.path("operation")) {
        String name = "$" + operation.path("name").asText();
        boolean isListed =
            document.path("paths").has("/" + type + "/" + name)
                || document.path("paths").has("/" + type + "/{id}/" + name);
        assertThat(isListed).describedAs(type + name).isTrue();
      }
    }
  }

  /** Each file that the page names, and those that they name. */
  @Test
  void swaggerUiHasAllItsFilesAndOurDocument() {
    Answer page = client.get("/swagger-ui/", "Accept", "text/html");
    assertThat(page.status()).isEqualTo(200);
    assertThat(page.header("Content-Type").orElse("")).startsWith("text/html");
    assertThat(page.header("Content-Security-Policy").orElse("")).startsWith("default-src 'self'");
    Matcher link = Pattern.compile("(?:src|href)=\"([^\"]+)\"").matcher(page.text());
    List<String> files = new ArrayList<>();
    while (link.find()) {
      files.add(link.group(1).replaceFirst("^\\./", ""));
    }
    assertThat(files).contains("swagger-ui-bundle.js", "swagger-initializer.js", "swagger-ui.css");
    for (String file : files) {
      Answer answer = client.get("/swagger-ui/" + file);
      assertThat(answer.status()).describedAs(file).isEqualTo(200);
      assertThat(answer.text()).describedAs(file).isNotEmpty();
    }
    assertThat(client.get("/swagger-ui/swagger-initializer.js").text())
        .contains("\"../api-docs\"")
        .doesNotContain("http");
    assertThat(client.get("/swagger-ui").status()).isEqualTo(302);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/swagger-ui/nothing.js", "/swagger-ui/..%2f..%2fpom.html", "/swagger-ui/a/b.js"})
  void servesNothingElse(String path) {
    assertThat(client.get(path).status()).isIn(400, 404);
  }
}
