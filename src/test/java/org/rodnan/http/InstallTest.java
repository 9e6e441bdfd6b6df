package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.rodnan.FhirClient;
import org.rodnan.FhirClient.Answer;
import org.rodnan.Packages;

/** FHIR NPM packages through ImplementationGuide/$install. */
@ExtendWith(TestServer.Shared.class)
class InstallTest {
  private static final String INSTALL = "/ImplementationGuide/$install";

  private final FhirClient client;
  private final String id;
  private final String base;

  InstallTest(TestServer server) {
    this.client = server.client();
    this.id = server.newId();
    this.base = "https://example.org/" + id;
  }

  private Packages small(String version) {
    return Packages.of("example.small." + id, version)
        .with("package/.index.json", "{\"index-version\": 2, \"files\": []}")
        .with("package/StructureDefinition-named.json", profile("1.0", 1))
        .with(
            "package/SearchParameter-author.json",
            """
            {"resourceType": "SearchParameter", "id": "%s-author", "url": "%s/author",
             "name": "author", "status": "draft", "description": "Author", "code": "writer",
             "base": ["Basic"], "type": "reference", "expression": "Basic.author"}
            """
                .formatted(id, base))
        .with(
            "package/NamingSystem-subjects.json",
            """
            {"resourceType": "NamingSystem", "id": "%s-subjects", "name": "Subjects",
             "status": "active", "kind": "identifier", "date": "2026-01-01",
             "uniqueId": [{"type": "uri", "value": "%s/subjects"}]}
            """
                .formatted(id, base))
        .with(
            "package/ImplementationGuide-small.json",
            """
            {"resourceType": "ImplementationGuide", "id": "%s-guide", "url": "%s/guide",
             "version": "%s", "name": "Small", "status": "active", "fhirVersion": ["4.0.1"],
             "packageId": "example.small.%s",
             "definition": {"resource": [
               {"reference": {"reference": "StructureDefinition/%s-named"}},
               {"reference": {"reference": "Basic/%s-example"}, "exampleBoolean": true}]}}
            """
                .formatted(id, base, version, id, id, id))
        .with("package/notes.json", "{\"note\": \"is no resource\"}")
        .with(
            "package/Basic-note.json", "{\"resourceType\": \"Basic\", \"code\": {\"text\": \"x\"}}")
        .with("package/example/Basic-broken.json", "{not even JSON");
  }

  private String profile(String version, int min) {
    return """
    {"resourceType": "StructureDefinition", "id": "%s-named", "url": "%s/named",
     "version": "%s", "name": "Named", "status": "active", "kind": "resource", "abstract": false,
     "type": "Basic", "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Basic",
     "derivation": "constraint", "differential": {"element": [
       {"id": "Basic", "path": "Basic"},
       {"id": "Basic.author", "path": "Basic.author", "min": %d}]}}
    """
        .formatted(id, base, version, min);
  }

  private Answer install(Packages fhirPackage) {
    return client.postBytes(INSTALL, fhirPackage.tgz(), "application/gzip");
  }

  private JsonNode installed(Packages fhirPackage) {
    Answer answer = install(fhirPackage);
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return answer.json();
  }

  private static JsonNode parameter(JsonNode parameters, String name) {
    for (JsonNode parameter : parameters.path("parameter")) {
      if (parameter.path("name").asText().equals(name)) {
        return parameter;
      }
    }
    throw new AssertionError("There is no " + name + " in " + parameters);
  }

  private static void assertCounts(
      JsonNode outcome, int created, int updated, int unchanged, int skipped) {
    assertThat(
            new int[] {
              parameter(outcome, "created").path("valueInteger").asInt(),
              parameter(outcome, "updated").path("valueInteger").asInt(),
              parameter(outcome, "unchanged").path("valueInteger").asInt(),
              parameter(outcome, "skipped").path("valueInteger").asInt()
            })
        .as(outcome.toString())
        .containsExactly(created, updated, unchanged, skipped);
  }

  private Answer claiming(String profile) {
    return client.post(
        "/Basic",
        """
        {"resourceType": "Basic", "meta": {"profile": ["%s"]}, "code": {"text": "note"}}
        """
            .formatted(profile));
  }

  @Test
  void storesTheDefinitionsThatJudgeTheNextResource() {
    assertThat(claiming(base + "/named").status()).isEqualTo(201);
    JsonNode outcome = installed(small("1.0.0"));
    assertCounts(outcome, 4, 0, 0, 2);
    assertThat(outcome.toString()).contains("notes.json").contains("is a Basic, no definition");
    assertThat(parameter(outcome, "name").path("valueString").asText())
        .isEqualTo("example.small." + id);
    Answer refused = claiming(base + "/named");
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.text()).contains("Basic.author");
    assertThat(client.get("/SearchParameter?url=" + base + "/author").json().path("total").asInt())
        .isEqualTo(1);
  }

  @Test
  void changesNothingTheSecondTime() {
    installed(small("1.0.0"));
    assertCounts(installed(small("1.0.0")), 0, 0, 4, 2);
    Answer history = client.get("/StructureDefinition/" + id + "-named/_history");
    assertThat(history.json().path("total").asInt()).isEqualTo(1);
  }

  @Test
  void updatesByAddressAndVersionAndKeepsTheIdThatIsThere() {
    client.put(
        "/StructureDefinition/" + id + "-other",
        profile("1.0", 0).replace(id + "-named", id + "-other"));
    assertCounts(installed(small("1.0.0")), 3, 1, 0, 2);
    assertThat(client.get("/StructureDefinition/" + id + "-named").status()).isEqualTo(404);
    assertThat(client.get("/StructureDefinition/" + id + "-other").text()).contains("\"min\"");
    assertThat(client.get("/ImplementationGuide/" + id + "-guide").text())
        .contains("StructureDefinition/" + id);
    assertCounts(installed(small("1.0.0")), 0, 0, 4, 2);
  }

  @Test
  void givesAnIdWhereThatOfThePackageIsTaken() {
    installed(small("1.0.0"));
    Packages next =
        small("1.0.0").with("package/StructureDefinition-named.json", profile("2.0", 0));
    // The guide is updated: it refers to the id that was given.
    assertCounts(installed(next), 1, 1, 2, 2);
    assertThat(
            client.get("/StructureDefinition?url=" + base + "/named").json().path("total").asInt())
        .isEqualTo(2);
    assertThat(claiming(base + "/named|2.0").status()).isEqualTo(201);
    assertThat(claiming(base + "/named|1.0").status()).isEqualTo(422);
  }

  @Test
  void takesNpmContentOfParameters() {
    String content = Base64.getEncoder().encodeToString(small("1.0.0").tgz());
    Answer answer =
        client.post(
            INSTALL,
            """
            {"resourceType": "Parameters",
             "parameter": [{"name": "npmContent", "valueBase64Binary": "%s"}]}
            """
                .formatted(content));
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    assertCounts(answer.json(), 4, 0, 0, 2);
  }

  @Test
  void fetchesNothing() {
    Answer answer =
        client.post(
            INSTALL,
            """
            {"resourceType": "Parameters",
             "parameter": [{"name": "url", "valueUri": "https://example.org/package.tgz"}]}
            """);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.text()).contains("nothing is fetched").contains("npmContent");
    assertThat(client.post(INSTALL, "{\"resourceType\": \"Parameters\"}").text())
        .contains("There is no package");
    assertThat(client.get(INSTALL).status()).isEqualTo(405);
  }

  @Test
  void warnsOfDependenciesThatAreMissing() {
    Packages base = small("1.2.3");
    Packages next =
        Packages.of("example.next." + id, "1.0.0")
            .with(
                "package/package.json",
                """
                {"name": "example.next.%s", "version": "1.0.0", "fhirVersions": ["4.0.1"],
                 "dependencies": {"example.small.%s": "1.2.x", "hl7.terminology.r4": "6.0.0",
                   "example.nowhere": "9.9.9"}}
                """
                    .formatted(id, id));
    assertThat(parameter(installed(next), "outcome").toString())
        .contains("example.small." + id + "#1.2.x")
        .contains("example.nowhere#9.9.9")
        .doesNotContain("hl7.terminology");
    installed(base);
    assertThat(parameter(installed(next), "outcome").toString())
        .doesNotContain("example.small." + id)
        .contains("example.nowhere#9.9.9");
  }

  @Test
  void refusesThePackageIfOneFileIsWrongAndStoresNothingOfIt() {
    assertRefused(
        small("1.0.0").with("package/ValueSet-bad.json", "{not JSON"), 422, "ValueSet-bad.json");
    assertRefused(
        small("1.0.0")
            .with(
                "package/ValueSet-bad.json",
                "{\"resourceType\": \"ValueSet\", \"url\": \"%s/v\", \"colour\": \"red\"}"
                    .formatted(base)),
        422,
        "ValueSet-bad.json");
    assertRefused(
        small("1.0.0")
            .with(
                "package/ValueSet-bad.json",
                "{\"resourceType\": \"ValueSet\", \"url\": \"%s/v\", \"status\": \"great\"}"
                    .formatted(base)),
        422,
        "ValueSet-bad.json");
    assertRefused(
        small("1.0.0").with("package/copy.json", profile("1.0", 1)), 422, "the same definition");
    assertThat(client.get("/StructureDefinition?url=" + base + "/named&_summary=count").text())
        .contains("\"total\":0");
  }

  @Test
  void refusesOtherVersionsOfFhir() {
    assertRefused(
        small("1.0.0")
            .with(
                "package/package.json",
                "{\"name\": \"a.b\", \"version\": \"1.0.0\", \"fhirVersions\": [\"5.0.0\"]}"),
        422,
        "5.0.0");
    assertRefused(
        small("1.0.0")
            .with(
                "package/package.json",
                "{\"name\": \"a.b\", \"version\": \"1.0.0\","
                    + " \"dependencies\": {\"hl7.fhir.r5.core\": \"5.0.0\"}}"),
        422,
        "R5");
  }

  @Test
  void refusesWhatIsNoPackage() {
    assertThat(client.postBytes(INSTALL, new byte[] {1, 2, 3}, "application/gzip").status())
        .isEqualTo(400);
    byte[] cut = java.util.Arrays.copyOf(small("1.0.0").tgz(), 200);
    assertThat(client.postBytes(INSTALL, cut, "application/octet-stream").status()).isEqualTo(400);
    assertRefused(Packages.empty(), 400, "package.json");
    assertRefused(Packages.empty().with("package/package.json", "[]"), 400, "name");
    assertRefused(Packages.empty().with("package/package.json", "{"), 400, "no JSON");
    assertRefused(small("1.0.0").with("package/../../etc/x.json", "{}"), 400, "..");
    assertRefused(small("1.0.0").with("/etc/x.json", "{}"), 400, "/etc");
    assertThat(client.postBytes(INSTALL, small("1").tgz(), "text/plain").status()).isEqualTo(415);
  }

  @Test
  void inflatesNoMoreThanTheLimit() {
    byte[] bomb = small("1.0.0").with("package/example/zeros.bin", "0".repeat(140_000_000)).tgz();
    assertThat(bomb.length).isLessThan(1_000_000);
    Answer answer = client.postBytes(INSTALL, bomb, "application/gzip");
    assertThat(answer.status()).isEqualTo(413);
    assertThat(answer.text()).contains("rodnan.packages.unpacked-bytes-max");
  }

  private void assertRefused(Packages fhirPackage, int status, String saying) {
    Answer answer = install(fhirPackage);
    assertThat(answer.status()).as(answer.text()).isEqualTo(status);
    assertThat(answer.text()).contains(saying);
  }
}
