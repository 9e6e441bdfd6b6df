package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.rodnan.FhirClient;
import org.rodnan.FhirClient.Answer;

/** Profiles, value sets and code systems of clients judge the next resource. */
@ExtendWith(TestServer.Shared.class)
class StoredDefinitionsTest {
  private final FhirClient client;
  private final String id;
  private final String base;

  StoredDefinitionsTest(TestServer server) {
    this.client = server.client();
    this.id = server.newId();
    this.base = "https://example.org/" + id;
  }

  @Test
  void aProfileHoldsFromItsCreationToItsDeletion() {
    String claim = base + "/StructureDefinition/named";
    assertThat(basic(claim, null).status()).isEqualTo(201);
    put("StructureDefinition", profile(claim, "Basic", "\"min\": 1, \"max\": \"1\"", ""));
    Answer refused = basic(claim, null);
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.text()).contains("Basic.author").contains(claim);
    assertThat(basic(claim, "Somebody").status()).isEqualTo(201);
    put("StructureDefinition", profile(claim, "Basic", "\"min\": 0, \"max\": \"0\"", ""));
    assertThat(basic(claim, "Somebody").status()).isEqualTo(422);
    assertThat(basic(claim, null).status()).isEqualTo(201);
    assertThat(client.delete("/StructureDefinition/" + id).status()).isEqualTo(204);
    assertThat(basic(claim, "Somebody").status()).isEqualTo(201);
  }

  @Test
  void anAddressAndVersionIsOfOneResource() {
    String url = base + "/ValueSet/once";
    ObjectNode first = parsed(valueSet(url, base + "/CodeSystem/once"));
    assertThat(client.put("/ValueSet/" + id, first.toString()).status()).isEqualTo(201);
    ObjectNode second = first.deepCopy().put("id", id + "-second");
    Answer refused = client.put("/ValueSet/" + id + "-second", second.toString());
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.text()).contains("ValueSet.url", url, "ValueSet/" + id);
    assertThat(client.post("/ValueSet", second.toString()).status()).isEqualTo(422);
    assertThat(client.post("/ValueSet", second.put("version", "2").toString()).status())
        .isEqualTo(201);
    assertThat(client.put("/ValueSet/" + id, first.put("name", "Once").toString()).status())
        .isEqualTo(200);
    client.delete("/ValueSet/" + id);
    second.remove("version");
    assertThat(client.post("/ValueSet", second.toString()).status()).isEqualTo(201);
  }

  @Test
  void validateSaysTheSame() {
    String claim = base + "/StructureDefinition/named";
    put("StructureDefinition", profile(claim, "Basic", "\"min\": 1, \"max\": \"1\"", ""));
    String body = basicBody(null, null);
    assertThat(client.post("/Basic/$validate?profile=" + claim, body).text())
        .contains("\"error\"")
        .contains("Basic.author");
    assertThat(client.post("/Basic/$validate", body).text()).doesNotContain("\"error\"");
  }

  @Test
  void aProfileMayBeDerivedFromAStoredOne() {
    String first = base + "/StructureDefinition/first";
    String second = base + "/StructureDefinition/second";
    ObjectNode derived = parsed(profile(second, "Basic", "\"short\": \"Author\"", ""));
    derived.put("id", id + "-second").put("baseDefinition", first);
    Answer early =
        client.put(
            "/StructureDefinition/" + id + "-second",
            derived.toString(),
            "Prefer",
            "return=OperationOutcome");
    assertThat(early.status()).isEqualTo(201);
    assertThat(early.text()).contains("warning").contains("baseDefinition").contains(first);
    Answer unusable = basic(second, "Somebody");
    assertThat(unusable.status()).isEqualTo(422);
    assertThat(unusable.text()).contains(second).contains(first);
    put("StructureDefinition", profile(first, "Basic", "\"min\": 1, \"max\": \"1\"", ""));
    assertThat(basic(second, null).status()).isEqualTo(422);
    assertThat(basic(second, "Somebody").status()).isEqualTo(201);
  }

  @Test
  void basesInACircleEndInARefusal() {
    String claim = base + "/StructureDefinition/circle";
    ObjectNode circle = parsed(profile(claim, "Basic", "\"min\": 1", ""));
    circle.put("baseDefinition", claim);
    put("StructureDefinition", circle.toString());
    assertThat(basic(claim, null).status()).isEqualTo(422);
  }

  @Test
  void refusesAProfileThatNoSnapshotCanBeMadeOf() {
    String claim = base + "/StructureDefinition/broken";
    ObjectNode broken = parsed(profile(claim, "Basic", "\"min\": 1", ""));
    ((ObjectNode) broken.at("/differential/element/1"))
        .put("id", "Basic.nothing")
        .put("path", "Basic.nothing");
    Answer refused = client.put("/StructureDefinition/" + id, broken.toString());
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.text()).contains("Basic.nothing");
  }

  @Test
  void codesAreJudgedByWhatIsStoredNow() {
    String system = base + "/CodeSystem/colours";
    String valueSet = base + "/ValueSet/colours";
    String claim = base + "/StructureDefinition/coloured";
    put("CodeSystem", codeSystem(system, "red", "green"));
    put("ValueSet", valueSet(valueSet, system));
    put("StructureDefinition", profile(claim, "Basic", "\"min\": 0", binding(valueSet)));
    assertThat(coloured(claim, system, "red").status()).isEqualTo(201);
    Answer blue = coloured(claim, system, "blue");
    assertThat(blue.status()).isEqualTo(422);
    assertThat(blue.text()).contains("Basic.code").contains("blue");
    put("CodeSystem", codeSystem(system, "red", "blue"));
    assertThat(coloured(claim, system, "blue").status()).isEqualTo(201);
    assertThat(coloured(claim, system, "green").status()).isEqualTo(422);
  }

  @Test
  void aTransactionBringsAllOfThemAtOnce() {
    String system = base + "/CodeSystem/colours";
    String valueSet = base + "/ValueSet/colours";
    String claim = base + "/StructureDefinition/coloured";
    String entries =
        String.join(
            ",",
            entry("StructureDefinition", profile(claim, "Basic", "\"min\": 0", binding(valueSet))),
            entry("ValueSet", valueSet(valueSet, system)),
            entry("CodeSystem", codeSystem(system, "red")));
    Answer done =
        client.post(
            "",
            "{\"resourceType\": \"Bundle\", \"type\": \"transaction\", \"entry\": ["
                + entries
                + "]}");
    assertThat(done.status()).as(done.text()).isEqualTo(200);
    assertThat(coloured(claim, system, "red").status()).isEqualTo(201);
    assertThat(coloured(claim, system, "blue").status()).isEqualTo(422);
  }

  private String entry(String type, String resource) {
    return "{\"resource\": "
        + resource
        + ", \"request\": {\"method\": \"PUT\", \"url\": \""
        + type
        + "/"
        + id
        + "\"}}";
  }

  private void put(String type, String body) {
    Answer answer = client.put("/" + type + "/" + id, body);
    assertThat(answer.status()).as(answer.text()).isIn(200, 201);
  }

  private Answer basic(String claim, @Nullable String author) {
    return client.post("/Basic", basicBody(claim, author));
  }

  private static String basicBody(@Nullable String claim, @Nullable String author) {
    return "{\"resourceType\": \"Basic\""
        + (claim == null ? "" : ", \"meta\": {\"profile\": [\"" + claim + "\"]}")
        + ", \"code\": {\"text\": \"note\"}"
        + (author == null ? "" : ", \"author\": {\"display\": \"" + author + "\"}")
        + "}";
  }

  private Answer coloured(String claim, String system, String code) {
    return client.post(
        "/Basic",
        """
        {"resourceType": "Basic", "meta": {"profile": ["%s"]},
         "code": {"coding": [{"system": "%s", "code": "%s"}]}}
        """
            .formatted(claim, system, code));
  }

  private static ObjectNode parsed(String json) {
    return (ObjectNode) Resources.json(json);
  }

  @Test
  void aConstraintThatRunsForEverIsStopped() {
    List<String> costly =
        List.of(
            // With functions that are compiled, with one that isn't, and with results that grow.
            "EACH.all(EACH.all(EACH.all(EACH.all(EACH.all(url.exists())))))",
            "EACH.all(EACH.all(EACH.all(EACH.all(EACH.all(url.lower() != 'x')))))",
            "EACH.select(EACH).select(EACH).select(EACH).select(EACH).count() > 0",
            "'aaaaaaaaaa'" + ".replace('a','aaaaaaaaaa')".repeat(8) + ".length() > 5",
            "'aaaaaaaaaa'" + ".replaceMatches('a','aaaaaaaaaa')".repeat(8) + ".length() > 5",
            "EACH.value.all($this.matches('((a*)*)*b'))",
            "EACH.value.all($this.matchesFull('((a*)*)*b'))",
            "EACH.value.all($this.replaceMatches('((a*)*)*b', 'c') != 'c')");
    try (TestServer server = TestServer.start("rodnan.validation.cpu-time-max=500ms")) {
      FhirClient strict = server.client();
      for (String constraint : costly) {
        String claim = base + "/StructureDefinition/costly-" + costly.indexOf(constraint);
        String definition =
            profile(
                claim,
                "Basic",
                """
                "constraint": [{"key": "c-1", "severity": "error", "human": "Costly",
                  "expression": "%s"}]
                """
                    .formatted(constraint.replace("EACH", "%resource.extension")),
                "");
        Answer stored = strict.post("/StructureDefinition", definition);
        assertThat(stored.status()).describedAs(stored.text()).isEqualTo(201);
        ObjectNode resource = parsed(basicBody(claim, "Somebody"));
        for (int i = 0; i < 300; i++) {
          resource
              .withArray("extension")
              .addObject()
              .put("url", "https://example.org/" + i)
              .put("valueString", "a".repeat(40));
        }
        Answer answer = strict.post("/Basic", resource.toString());
        assertThat(answer.status()).as(constraint).isEqualTo(422);
        assertThat(answer.text()).contains("rodnan.validation.cpu-time-max");
      }
    }
  }

  @Test
  void aRegularExpressionOfAnElementIsKept() {
    String claim = base + "/StructureDefinition/regular";
    ObjectNode definition = parsed(profile(claim, "Patient", "\"min\": 0", ""));
    ObjectNode id = definition.putObject("differential").putArray("element").addObject();
    id.put("id", "Patient.identifier.value").put("path", "Patient.identifier.value");
    id.putArray("extension")
        .addObject()
        .put("url", "http://hl7.org/fhir/StructureDefinition/regex")
        .put("valueString", "S-[0-9]{3}'?\\\\?");
    assertThat(client.post("/StructureDefinition", definition.toString()).status()).isEqualTo(201);
    for (String value : List.of("S-001", "S-001'", "S-001\\\\")) {
      Answer taken = client.post("/Patient", patient(claim, value));
      assertThat(taken.status()).as(taken.text()).isEqualTo(201);
    }
    Answer refused = client.post("/Patient", patient(claim, "S-1"));
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.text()).contains("regular expression S-[0-9]{3}", "identifier[0].value");
  }

  private static String patient(String claim, String identifier) {
    return """
    {"resourceType": "Patient", "meta": {"profile": ["%s"]},
     "identifier": [{"system": "http://example.org/subjects", "value": "%s"}]}
    """
        .formatted(claim, identifier);
  }

  @Test
  void aConstraintThatIsNestedTooDeeplyIsRefused() {
    for (String constraint :
        List.of(
            "(".repeat(3_000) + "true" + ")".repeat(3_000),
            "(".repeat(1_000) + "true" + ")".repeat(1_000),
            "iif(true, ".repeat(600) + "true" + ")".repeat(600),
            "a" + ".a".repeat(20_000))) {
      String definition =
          profile(
              base + "/StructureDefinition/deep",
              "Basic",
              "\"constraint\": [{\"key\": \"d-1\", \"severity\": \"error\", \"human\": \"Deep\","
                  + " \"expression\": \""
                  + constraint
                  + "\"}]",
              "");
      Answer refused = client.post("/StructureDefinition", definition);
      assertThat(refused.status()).isEqualTo(422);
      assertThat(refused.text()).contains("nested deeper than 400 levels");
    }
  }

  /** Snapshots of profiles of one type are made while others read that type. */
  @Test
  void manyProfilesAreUsedAtOnceForTheFirstTime() throws Exception {
    for (int i = 0; i < 8; i++) {
      String claim = base + "/StructureDefinition/many-" + i;
      Answer stored =
          client.post("/StructureDefinition", profile(claim, "Basic", "\"short\": \"Author\"", ""));
      assertThat(stored.status()).as(stored.text()).isEqualTo(201);
    }
    try (var executor = Executors.newFixedThreadPool(8)) {
      List<Callable<Integer>> writes = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        String body = basicBody(base + "/StructureDefinition/many-" + i, "Somebody");
        writes.add(() -> client.post("/Basic", body).status());
      }
      for (Future<Integer> write : executor.invokeAll(writes)) {
        assertThat(write.get()).isEqualTo(201);
      }
    }
  }

  @Test
  void aContextThatUsesARegularExpressionIsRefused() {
    String body =
        """
        {"resourceType": "StructureDefinition", "url": "%s/StructureDefinition/regular-context",
         "name": "Regular", "status": "active", "kind": "complex-type", "abstract": false,
         "type": "Extension", "context": [{"type": "element", "expression": "Patient"}],
         "contextInvariant": ["id.matches('((a*)*)*b')"],
         "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Extension",
         "derivation": "constraint",
         "differential": {"element": [{"id": "Extension", "path": "Extension", "max": "1"}]}}
        """
            .formatted(base);
    Answer refused = client.post("/StructureDefinition", body);
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.text()).contains("contextInvariant", "regular expression");
  }

  private String profile(String url, String type, String author, String code) {
    return """
    {"resourceType": "StructureDefinition", "id": "%s", "url": "%s", "name": "Test",
     "status": "active", "kind": "resource", "abstract": false, "type": "%s",
     "baseDefinition": "http://hl7.org/fhir/StructureDefinition/%s", "derivation": "constraint",
     "differential": {"element": [
       {"id": "%s", "path": "%s"},%s
       {"id": "%s.author", "path": "%s.author", %s}]}}
    """
        .formatted(id, url, type, type, type, type, code, type, type, author);
  }

  private static String binding(String valueSet) {
    return """
    {"id": "Basic.code", "path": "Basic.code",
     "binding": {"strength": "required", "valueSet": "%s"}},
    """
        .formatted(valueSet);
  }

  private String valueSet(String url, String system) {
    return """
    {"resourceType": "ValueSet", "id": "%s", "url": "%s", "status": "active",
     "compose": {"include": [{"system": "%s"}]}}
    """
        .formatted(id, url, system);
  }

  private String codeSystem(String url, String... codes) {
    String concepts =
        String.join(",", Arrays.stream(codes).map(code -> "{\"code\": \"" + code + "\"}").toList());
    return """
    {"resourceType": "CodeSystem", "id": "%s", "url": "%s", "status": "active",
     "content": "complete", "concept": [%s]}
    """
        .formatted(id, url, concepts);
  }

  /** Two of one address in one transaction, or one that another resource has: nothing is stored. */
  @Test
  void takesNoAddressTwiceInATransaction() {
    String url = "https://example.org/twice/" + id;
    String entry =
        """
        {'resource':{'resourceType':'CodeSystem','id':'%s','url':'%s','status':'active',
         'content':'not-present'},'request':{'method':'PUT','url':'CodeSystem/%s'}}\
        """;
    String twice =
        entry.formatted(id + "-a", url, id + "-a")
            + ","
            + entry.formatted(id + "-b", url, id + "-b");
    Answer refused = transaction(twice);
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.text()).contains(url, "CodeSystem.url");
    assertThat(client.get("/CodeSystem/" + id + "-a").status()).isEqualTo(404);
    assertThat(client.get("/CodeSystem/" + id + "-b").status()).isEqualTo(404);
    assertThat(transaction(entry.formatted(id + "-a", url, id + "-a")).status()).isEqualTo(200);
    assertThat(transaction(entry.formatted(id + "-b", url + "/b", id + "-b")).status())
        .isEqualTo(200);
    String taken = entry.formatted(id + "-c", url, id + "-c");
    assertThat(transaction(taken).status()).isEqualTo(422);
    assertThat(client.get("/CodeSystem/" + id + "-c").status()).isEqualTo(404);
  }

  private Answer transaction(String entries) {
    return client.post(
        "",
        ("{'resourceType':'Bundle','type':'transaction','entry':[" + entries + "]}")
            .replace('\'', '"'));
  }
}
