package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rodnan.FhirClient;
import org.rodnan.FhirClient.Answer;

/** R4, terminology-service.html, over HTTP. The codes are made up. */
@ExtendWith(TestServer.Shared.class)
class TerminologyTest {
  private static final String MEASURE = "https://w3id.org/rodnan/CodeSystem/ssc-measure";

  private final FhirClient client;
  private final String id;
  private final String system;
  private final String valueSet;

  TerminologyTest(TestServer server) {
    this.client = server.client();
    this.id = server.newId();
    this.system = "http://example.org/cs/" + id;
    this.valueSet = "http://example.org/vs/" + id;
  }

  @BeforeEach
  void store() {
    put(
        "CodeSystem/" + id,
        "'url':'%s','version':'1','name':'Animals','status':'active','content':'complete',"
                .formatted(system)
            + "'date':'2020-01-01','caseSensitive':false,'language':'en',"
            + "'property':[{'code':'legs','type':'integer'},{'code':'inactive','uri':"
            + "'http://hl7.org/fhir/concept-properties#inactive','type':'boolean'},"
            + "{'code':'notSelectable','uri':'http://hl7.org/fhir/concept-properties#notSelectable',"
            + "'type':'boolean'}],"
            + "'concept':[{'code':'animal','display':'Animal','property':[{'code':'notSelectable','valueBoolean':true}],'concept':[{'code':'cat','display':'House"
            + " cat','definition':"
            + "'Purrs','designation':[{'language':'de','value':'Hauskatze'}],'property':[{'code':"
            + "'legs','valueInteger':4}]},{'code':'bird','display':'Bird','property':[{'code':'legs',"
            + "'valueInteger':2}],'concept':[{'code':'dodo','display':'Dodo','property':[{'code':"
            + "'inactive','valueBoolean':true},{'code':'legs','valueInteger':2}]}]}]},"
            + "{'code':'stone','display':'Stone'},{'code':'long','display':'"
            + "a".repeat(60)
            + "!'}]");
    put(
        "ValueSet/" + id,
        "'url':'%s','status':'active','compose':{'include':[{'system':'%s','filter':[{'property':"
                .formatted(valueSet, system)
            + "'concept','op':'is-a','value':'animal'}]}]}");
  }

  private void put(String key, String rest) {
    int slash = key.indexOf('/');
    Answer answer =
        client.put(
            "/" + key,
            ("{'resourceType':'"
                    + key.substring(0, slash)
                    + "','id':'"
                    + key.substring(slash + 1)
                    + "',"
                    + rest
                    + "}")
                .replace('\'', '"'));
    assertThat(answer.status()).as(answer.text()).isIn(200, 201);
  }

  private JsonNode ok(Answer answer) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return answer.json();
  }

  private Answer post(String path, String parameters) {
    return client.post(
        path,
        ("{'resourceType':'Parameters','parameter':[" + parameters + "]}").replace('\'', '"'));
  }

  private static String value(JsonNode parameters, String name) {
    for (JsonNode each : parameters.path("parameter")) {
      if (each.path("name").asText().equals(name)) {
        for (JsonNode value : each) {
          if (value != each.path("name")) {
            return value.asText();
          }
        }
      }
    }
    return "";
  }

  private static List<String> codes(JsonNode contains) {
    List<String> codes = new ArrayList<>();
    for (JsonNode each : contains) {
      codes.add(each.path("code").asText());
    }
    return codes;
  }

  private List<String> expanded(String query) {
    return codes(ok(client.get("/ValueSet/$expand?" + query)).at("/expansion/contains"));
  }

  // https://hl7.org/fhir/R4/codesystem-operation-lookup.html

  @Test
  void looksACodeUp() {
    JsonNode answer = ok(client.get("/CodeSystem/$lookup?system=" + system + "&code=CAT"));
    assertThat(value(answer, "name")).isEqualTo("Animals");
    assertThat(value(answer, "version")).isEqualTo("1");
    assertThat(value(answer, "display")).isEqualTo("House cat");
    assertThat(answer.toString())
        .contains("Hauskatze")
        .contains("\"valueInteger\":4")
        .contains("Purrs")
        .contains("\"description\",\"valueString\":\"Animal\"");
    answer =
        ok(
            post(
                "/CodeSystem/$lookup",
                "{'name':'coding','valueCoding':{'system':'%s','code':'bird'}},".formatted(system)
                    + "{'name':'property','valueCode':'child'},"
                    + "{'name':'displayLanguage','valueCode':'de'}"));
    assertThat(answer.toString()).contains("dodo").doesNotContain("legs");
    assertThat(
            value(
                ok(client.get("/CodeSystem/$lookup?displayLanguage=de&code=cat&system=" + system)),
                "display"))
        .isEqualTo("Hauskatze");
    assertThat(client.get("/CodeSystem/$lookup?system=" + system + "&code=cow").status())
        .isEqualTo(404);
    assertThat(client.get("/CodeSystem/$lookup?system=urn:nowhere&code=cow").status())
        .isEqualTo(404);
    assertThat(client.get("/CodeSystem/$lookup?code=cow").status()).isEqualTo(400);
    assertThat(client.get("/CodeSystem/$lookup?date=2019&code=cat&system=" + system).status())
        .isEqualTo(422);
    assertThat(client.get("/CodeSystem/$lookup?date=x&code=cat&system=" + system).status())
        .isEqualTo(400);
  }

  @Test
  void looksUpWhatTheProgramAndR4AndUcumHave() {
    assertThat(ok(client.get("/CodeSystem/$lookup?code=mrss-total&system=" + MEASURE)).toString())
        .contains("display");
    assertThat(
            value(
                ok(
                    client.get(
                        "/CodeSystem/$lookup?code=final&system=http://hl7.org/fhir/observation-status")),
                "display"))
        .isEqualTo("Final");
    String ucum = "/CodeSystem/$lookup?system=http://unitsofmeasure.org&code=";
    ok(client.get(ucum + "mL/min/mm%5BHg%5D"));
    assertThat(client.get(ucum + "furlongs").status()).isEqualTo(404);
  }

  @Test
  void addsWhatSupplementsSay() {
    put(
        "CodeSystem/supplement-" + id,
        "'url':'%s/s','status':'active','content':'supplement','supplements':'%s',"
                .formatted(system, system)
            + "'concept':[{'code':'cat','designation':[{'language':'fr','value':'Chat"
            + " domestique'}],'property':[{'code':'sound','valueString':'meow'}]}]");
    assertThat(ok(client.get("/CodeSystem/$lookup?code=cat&system=" + system)).toString())
        .contains("Chat domestique", "meow", "Hauskatze");
    assertThat(expanded("filter=domestique&url=" + valueSet)).containsExactly("cat");
    assertThat(ok(client.get("/ValueSet/$expand?displayLanguage=fr&url=" + valueSet)).toString())
        .contains("\"display\":\"Chat domestique\"", "used-supplement");
  }

  // https://hl7.org/fhir/R4/codesystem-operation-validate-code.html

  @Test
  void validatesCodesOfACodeSystem() {
    String path = "/CodeSystem/$validate-code?url=" + system;
    JsonNode good = ok(client.get(path + "&code=Cat&display=house%20CAT"));
    assertThat(value(good, "result")).isEqualTo("true");
    assertThat(value(good, "display")).isEqualTo("House cat");
    assertThat(value(ok(client.get(path + "&code=cat&display=Hauskatze")), "result"))
        .isEqualTo("true");
    JsonNode wrong = ok(client.get(path + "&code=cat&display=Tiger"));
    assertThat(value(wrong, "result")).isEqualTo("false");
    assertThat(value(wrong, "message")).contains("Tiger").contains("House cat");
    assertThat(value(wrong, "display")).isEqualTo("House cat");
    JsonNode unknown = ok(client.get(path + "&code=cow"));
    assertThat(value(unknown, "result")).isEqualTo("false");
    assertThat(value(unknown, "message")).contains("'cow' is not one of " + system);
    assertThat(value(ok(client.get(path + "&code=animal")), "result")).isEqualTo("true");
    assertThat(value(ok(client.get(path + "&code=animal&abstract=false")), "result"))
        .isEqualTo("false");
    assertThat(value(ok(client.get(path + "&code=dodo")), "message")).contains("inactive");
    assertThat(value(ok(client.get("/CodeSystem/" + id + "/$validate-code?code=cat")), "result"))
        .isEqualTo("true");
    assertThat(
            value(
                ok(
                    post(
                        "/CodeSystem/$validate-code",
                        "{'name':'coding','valueCoding':{'system':'%s','code':'cat'}}"
                            .formatted(system))),
                "result"))
        .isEqualTo("true");
    assertThat(client.get("/CodeSystem/$validate-code?url=urn:none&code=x").status())
        .isEqualTo(404);
    assertThat(client.get(path).status()).isEqualTo(400);
    assertThat(client.get(path + "&code=cat&inferSystem=true").status()).isEqualTo(400);
  }

  @Test
  void validatesCodesOfWhatIsSentAlong() {
    JsonNode answer =
        ok(
            post(
                "/CodeSystem/$validate-code",
                "{'name':'codeSystem','resource':{'resourceType':'CodeSystem','url':'urn:x',"
                    + "'status':'draft','content':'fragment','concept':[{'code':'a'}]}},"
                    + "{'name':'code','valueCode':'b'}"));
    assertThat(value(answer, "result")).isEqualTo("true");
    assertThat(value(answer, "message")).contains("only a part is known here (fragment)");
  }

  // https://hl7.org/fhir/R4/valueset-operation-validate-code.html

  @Test
  void validatesCodesOfAValueSet() {
    String path = "/ValueSet/$validate-code?url=" + valueSet + "&system=" + system;
    assertThat(value(ok(client.get(path + "&code=cat")), "result")).isEqualTo("true");
    assertThat(value(ok(client.get(path + "&code=CAT&display=House%20cat")), "result"))
        .isEqualTo("true");
    assertThat(value(ok(client.get(path + "&code=stone")), "message"))
        .contains("is not in the value set");
    assertThat(value(ok(client.get(path + "&code=cow")), "message")).contains("either");
    assertThat(value(ok(client.get(path + "&code=cat&display=Dog")), "result")).isEqualTo("false");
    assertThat(value(ok(client.get("/ValueSet/$validate-code?code=cat&url=" + valueSet)), "result"))
        .isEqualTo("false");
    assertThat(
            value(
                ok(
                    post(
                        "/ValueSet/" + id + "/$validate-code",
                        "{'name':'codeableConcept','valueCodeableConcept':{'coding':[{'system':"
                            + "'urn:other','code':'x'},{'system':'%s','code':'dodo'}]}}"
                                .formatted(system))),
                "result"))
        .isEqualTo("true");
    assertThat(
            value(
                ok(
                    post(
                        "/ValueSet/$validate-code",
                        "{'name':'valueSet','resource':{'resourceType':'ValueSet','status':'draft',"
                            + "'compose':{'include':[{'system':'urn:unknown','concept':[{'code':'q',"
                            + "'display':'Queue'}]}]}}},{'name':'coding','valueCoding':{'system':"
                            + "'urn:unknown','code':'q','display':'Queue'}}")),
                "result"))
        .isEqualTo("true");
    String units = "/ValueSet/$validate-code?url=http://hl7.org/fhir/ValueSet/ucum-units";
    String ucum = "&system=http://unitsofmeasure.org&code=";
    assertThat(value(ok(client.get(units + ucum + "mg")), "result")).isEqualTo("true");
    assertThat(value(ok(client.get(units + ucum + "lbs")), "result")).isEqualTo("false");
    assertThat(client.get("/ValueSet/$validate-code?url=urn:none&code=x").status()).isEqualTo(404);
  }

  @Test
  void validatesCodesOfWhatAnElementIsBoundTo() {
    String types = "http://hl7.org/fhir/StructureDefinition/";
    String path = "/ValueSet/$validate-code?context=" + types;
    String status = path + "Observation%23Observation.status";
    JsonNode good = ok(client.get(status + "&code=final"));
    assertThat(value(good, "result")).isEqualTo("true");
    assertThat(value(good, "display")).isEqualTo("Final");
    JsonNode wrong = ok(client.get(status + "&code=finished"));
    assertThat(value(wrong, "result")).isEqualTo("false");
    assertThat(value(wrong, "message")).contains("finished", "observation-status");
    String system = "&system=http://hl7.org/fhir/observation-status";
    assertThat(value(ok(client.get(status + system + "&code=final")), "result")).isEqualTo("true");
    assertThat(value(ok(client.get(status + "&system=urn:x&code=final")), "result"))
        .isEqualTo("false");
    assertThat(client.get(path + "Patient%23Patient.active&code=x").status()).isEqualTo(422);
    assertThat(client.get(path + "Patient%23Patient.age&code=x").status()).isEqualTo(404);
    assertThat(client.get(status + "&code=final&url=" + valueSet).status()).isEqualTo(400);
    assertThat(
            value(ok(client.get(path + "Binary%23Binary.contentType&code=text/plain")), "result"))
        .isEqualTo("true");
  }

  @ParameterizedTest
  @CsvSource({
    "13,text/plain,true", "13,nonsense,false", "47,de-CH-1996,true", "47,zh-Hant,true",
    "47,en-US,true", "47,en_US,false", "47,nonsense_xx,false", "47,en-nowhere-XX-,false"
  })
  void knowsMediaTypesAndLanguagesByTheirRules(String bcp, String code, String isOne) {
    String path = "/CodeSystem/$validate-code?url=urn:ietf:bcp:" + bcp + "&code=" + code;
    assertThat(value(ok(client.get(path)), "result")).isEqualTo(isOne);
  }

  @Test
  void refusesToStoreWhatIsNoMediaTypeOrLanguage() {
    for (String json :
        List.of(
            "'Binary','contentType':'nonsense'",
            "'Patient','language':'nonsense_xx'",
            "'DocumentReference','status':'current','content':[{'attachment':{'contentType':'foo'}}]")) {
      String type = json.substring(1, json.indexOf('\'', 1));
      Answer answer = client.post("/" + type, ("{'resourceType':" + json + "}").replace('\'', '"'));
      assertThat(answer.status()).as(answer.text()).isEqualTo(422);
      assertThat(answer.text()).contains("is not in the value set");
    }
  }

  // https://hl7.org/fhir/R4/valueset-operation-expand.html

  @Test
  void expandsAValueSet() {
    JsonNode answer = ok(client.get("/ValueSet/$expand?url=" + valueSet));
    assertThat(codes(answer.at("/expansion/contains")))
        .containsExactly("animal", "cat", "bird", "dodo");
    assertThat(answer.at("/expansion/total").asInt()).isEqualTo(4);
    assertThat(answer.at("/expansion/identifier").asText()).startsWith("urn:uuid:");
    assertThat(answer.at("/expansion/timestamp").asText()).isNotEmpty();
    assertThat(answer.has("compose")).isFalse();
    assertThat(answer.toString())
        .contains("\"abstract\":true", "\"inactive\":true", system + "|1")
        .doesNotContain("designation");
    assertThat(codes(ok(client.get("/ValueSet/" + id + "/$expand")).at("/expansion/contains")))
        .hasSize(4);
    assertThat(expanded("activeOnly=true&excludeNotForUI=true&url=" + valueSet))
        .containsExactly("cat", "bird");
    assertThat(expanded("exclude-system=" + system + "&url=" + valueSet)).isEmpty();
    assertThat(
            client
                .get("/ValueSet/$expand?check-system-version=" + system + "%7C2&url=" + valueSet)
                .status())
        .isEqualTo(400);
    JsonNode more =
        ok(
            client.get(
                "/ValueSet/$expand?includeDesignations=true&includeDefinition=true&property=legs"
                    + "&url="
                    + valueSet));
    assertThat(more.toString()).contains("Hauskatze", "valueInteger\":4", "compose");
    assertThat(
            ok(client.get("/ValueSet/$expand?designation=urn:ietf:bcp:47%7Cfr&url=" + valueSet))
                .toString())
        .doesNotContain("Hauskatze");
  }

  @Test
  void filtersAndPages() {
    JsonNode page = ok(client.get("/ValueSet/$expand?count=2&offset=1&url=" + valueSet));
    assertThat(codes(page.at("/expansion/contains"))).containsExactly("cat", "bird");
    assertThat(page.at("/expansion/total").asInt()).isEqualTo(4);
    assertThat(page.at("/expansion/offset").asInt()).isEqualTo(1);
    assertThat(page.at("/expansion/parameter").toString())
        .contains("{\"name\":\"count\",\"valueInteger\":2}");
    assertThat(expanded("count=0&url=" + valueSet)).isEmpty();
    assertThat(expanded("offset=9&url=" + valueSet)).isEmpty();
    assertThat(expanded("filter=hau&url=" + valueSet)).containsExactly("cat");
    assertThat(expanded("filter=CAT%20hou&url=" + valueSet)).containsExactly("cat");
    assertThat(expanded("filter=ouse&url=" + valueSet)).isEmpty();
    assertThat(client.get("/ValueSet/$expand?count=-1&url=" + valueSet).status()).isEqualTo(400);
    assertThat(client.get("/ValueSet/$expand?count=a&url=" + valueSet).status()).isEqualTo(400);
  }

  @Test
  void nestsWhatIsBelow() {
    JsonNode roots =
        ok(client.get("/ValueSet/$expand?excludeNested=false&url=" + valueSet))
            .at("/expansion/contains");
    assertThat(codes(roots)).containsExactly("animal");
    assertThat(codes(roots.at("/0/contains"))).containsExactly("cat", "bird");
    assertThat(codes(roots.at("/0/contains/1/contains"))).containsExactly("dodo");
  }

  @Test
  void refusesWhatIsNestedTooDeeply() {
    String url = system + "/line";
    String concepts =
        IntStream.range(0, 1_800)
            .mapToObj(i ->
                "{'code':'c%d'%s}"
                    .formatted(
                        i,
                        i == 0
                            ? ""
                            : ",'property':[{'code':'parent','valueCode':'c" + (i - 1) + "'}]"))
            .collect(Collectors.joining(","));
    put(
        "CodeSystem/line-" + id,
        "'url':'%s','status':'active','content':'complete','property':[{'code':'parent','uri':"
                .formatted(url)
            + "'http://hl7.org/fhir/concept-properties#parent','type':'code'}],'concept':["
            + concepts
            + "]");
    String sent =
        "{'name':'valueSet','resource':{'resourceType':'ValueSet','status':'draft','compose':"
            + "{'include':[{'system':'%s'}]}}},{'name':'excludeNested','valueBoolean':%s}";
    Answer deep = post("/ValueSet/$expand", sent.formatted(url, false));
    assertThat(deep.status()).as(deep.text()).isEqualTo(422);
    assertThat(deep.text()).contains("too-costly", "deeper than 100");
    JsonNode flat = ok(post("/ValueSet/$expand", sent.formatted(url, true)));
    assertThat(flat.at("/expansion/total").asInt()).isEqualTo(1_800);
  }

  @Test
  void expandsWhatIsSentAlong() {
    Answer answer =
        client.post(
            "/ValueSet/$expand",
            ("{'resourceType':'ValueSet','status':'draft','compose':{'include':[{'valueSet':['%s']}],"
                    + "'exclude':[{'system':'%s','concept':[{'code':'bird'}]}]}}")
                .formatted(valueSet, system)
                .replace('\'', '"'));
    assertThat(codes(ok(answer).at("/expansion/contains")))
        .containsExactly("animal", "cat", "dodo");
  }

  @Test
  void expandsWhatAnElementIsBoundTo() {
    String types = "http://hl7.org/fhir/StructureDefinition/";
    String ours = "https://w3id.org/rodnan/StructureDefinition/";
    assertThat(expanded("context=" + types + "Observation%23Observation.status"))
        .contains("final", "entered-in-error");
    // What a profile doesn't bind anew is bound as in its base.
    assertThat(expanded("filter=fin&context=" + ours + "ssc-mrss%23Observation.status"))
        .containsExactly("final");
    Answer unbound = client.get("/ValueSet/$expand?context=" + types + "Patient%23Patient.active");
    assertThat(unbound.status()).isEqualTo(422);
    assertThat(unbound.text()).contains("Patient.active", "not bound");
    assertThat(client.get("/ValueSet/$expand?context=" + types + "Patient%23Patient.age").status())
        .isEqualTo(404);
    assertThat(client.get("/ValueSet/$expand?context=" + types + "None%23None.age").status())
        .isEqualTo(404);
    assertThat(client.get("/ValueSet/$expand?context=Patient.gender").status()).isEqualTo(400);
    assertThat(
            client
                .get(
                    "/ValueSet/$expand?url="
                        + valueSet
                        + "&context="
                        + types
                        + "Patient%23Patient.gender")
                .status())
        .isEqualTo(400);
  }

  @Test
  void refusesWhatItCantExpand() {
    assertThat(client.get("/ValueSet/$expand?url=urn:none").status()).isEqualTo(404);
    assertThat(client.get("/ValueSet/$expand").status()).isEqualTo(400);
    assertThat(client.get("/ValueSet/$expand?url=" + valueSet + "&colour=red").status())
        .isEqualTo(400);
    Answer units = client.get("/ValueSet/$expand?url=http://hl7.org/fhir/ValueSet/ucum-units");
    assertThat(units.status()).isEqualTo(422);
    put(
        "ValueSet/circle-" + id,
        "'url':'%s/c','status':'active','compose':{'include':[{'valueSet':['%s/c']}]}"
            .formatted(valueSet, valueSet));
    Answer circle = client.get("/ValueSet/$expand?url=" + valueSet + "/c");
    assertThat(circle.status()).isEqualTo(400);
    assertThat(circle.text()).contains("includes itself");
    Answer bomb =
        post(
            "/ValueSet/$expand",
            "{'name':'valueSet','resource':{'resourceType':'ValueSet','status':'draft','compose':{"
                + "'include':[{'system':'%s','filter':[{'property':'display','op':'regex','value':"
                    .formatted(system)
                + "'(.*)*\\\\1b'}]}]}}}");
    assertThat(bomb.status()).isEqualTo(400);
    assertThat(bomb.text()).contains("too-costly");
  }

  // https://hl7.org/fhir/R4/codesystem-operation-subsumes.html

  @Test
  void saysWhatSubsumesWhat() {
    String path = "/CodeSystem/$subsumes?system=" + system;
    assertThat(value(ok(client.get(path + "&codeA=animal&codeB=dodo")), "outcome"))
        .isEqualTo("subsumes");
    assertThat(value(ok(client.get(path + "&codeA=dodo&codeB=bird")), "outcome"))
        .isEqualTo("subsumed-by");
    assertThat(value(ok(client.get(path + "&codeA=dodo&codeB=DODO")), "outcome"))
        .isEqualTo("equivalent");
    assertThat(value(ok(client.get(path + "&codeA=cat&codeB=bird")), "outcome"))
        .isEqualTo("not-subsumed");
    assertThat(
            value(
                ok(client.get("/CodeSystem/" + id + "/$subsumes?codeA=animal&codeB=cat")),
                "outcome"))
        .isEqualTo("subsumes");
    assertThat(
            value(
                ok(
                    post(
                        "/CodeSystem/$subsumes",
                        "{'name':'codingA','valueCoding':{'system':'%1$s','code':'cat'}},{'name':"
                                .formatted(system)
                            + "'codingB','valueCoding':{'system':'%1$s','code':'animal'}}"
                                .formatted(system))),
                "outcome"))
        .isEqualTo("subsumed-by");
    assertThat(client.get(path + "&codeA=cat&codeB=cow").status()).isEqualTo(404);
    assertThat(client.get(path + "&codeA=cat").status()).isEqualTo(400);
  }

  // https://hl7.org/fhir/R4/conceptmap-operation-translate.html

  @Test
  void translates() {
    put(
        "ConceptMap/" + id,
        "'url':'%1$s/map','status':'active','sourceUri':'%2$s','targetUri':'urn:target-vs','group':[{"
                .formatted(system, valueSet)
            + "'source':'%s','target':'urn:legs','element':[{'code':'cat','target':[{'code':'4',"
                .formatted(system)
            + "'equivalence':'wider','product':[{'property':'urn:p','system':'urn:s','value':'v'}]}]},"
            + "{'code':'bird','target':[{'code':'2','equivalence':'equivalent','dependsOn':[{"
            + "'property':'urn:alive','value':'yes'}]}]},{'code':'dodo','target':[{'equivalence':"
            + "'unmatched'}]}],'unmapped':{'mode':'fixed','code':'0'}}]");
    String path = "/ConceptMap/$translate?url=" + system + "/map&system=" + system;
    JsonNode cat = ok(client.get(path + "&code=cat"));
    assertThat(value(cat, "result")).isEqualTo("true");
    assertThat(cat.toString())
        .contains("\"valueCode\":\"wider\"", "\"code\":\"4\"", "product", system + "/map");
    assertThat(value(ok(client.get(path + "&code=dodo")), "result")).isEqualTo("false");
    assertThat(value(ok(client.get(path + "&code=bird")), "result")).isEqualTo("false");
    assertThat(ok(client.get(path + "&code=snake")).toString()).contains("\"code\":\"0\"");
    assertThat(
            value(
                ok(
                    post(
                        "/ConceptMap/" + id + "/$translate",
                        "{'name':'coding','valueCoding':{'system':'%s','code':'bird'}},"
                                .formatted(system)
                            + "{'name':'dependency','part':[{'name':'element','valueUri':"
                            + "'urn:alive'},{'name':'concept','valueCodeableConcept':{'coding':[{"
                            + "'code':'yes'}]}}]}")),
                "result"))
        .isEqualTo("true");
    JsonNode back =
        ok(
            client.get(
                "/ConceptMap/$translate?reverse=true&system=urn:legs&code=4&targetsystem="
                    + system));
    assertThat(back.toString()).contains("\"code\":\"cat\"", "\"valueCode\":\"narrower\"");
    String named = "/ConceptMap/$translate?code=cat&system=" + system;
    assertThat(value(ok(client.get(named + "&target=urn:target-vs&source=" + valueSet)), "result"))
        .isEqualTo("true");
    assertThat(value(ok(client.get(named + "&target=urn:other")), "result")).isEqualTo("false");
    assertThat(client.get(named).status()).isEqualTo(400);
    assertThat(client.get("/ConceptMap/$translate?url=urn:none&code=c&system=s").status())
        .isEqualTo(404);
  }

  // https://hl7.org/fhir/R4/conceptmap-operation-closure.html

  @Test
  void keepsAClosureTable() {
    String name = "{'name':'name','valueString':'table " + id + "'}";
    String concept = ",{'name':'concept','valueCoding':{'system':'" + system + "','code':'%s'}}";
    assertThat(post("/$closure", name + concept.formatted("cat")).status()).isEqualTo(404);
    JsonNode empty = ok(post("/$closure", name));
    assertThat(empty.has("group")).isFalse();
    JsonNode first = ok(post("/$closure", name + concept.formatted("animal")));
    JsonNode second =
        ok(post("/$closure", name + concept.formatted("dodo") + concept.formatted("stone")));
    assertThat(second.at("/group/0/element").toString())
        .contains(
            "{\"code\":\"dodo\",\"target\":[{\"code\":\"animal\",\"equivalence\":\"subsumes\"}]}")
        .contains("{\"code\":\"stone\"}")
        .doesNotContain("cat");
    JsonNode between = ok(post("/$closure", name + concept.formatted("bird")));
    assertThat(between.at("/group/0/element").toString())
        .contains("{\"code\":\"dodo\",\"target\":[{\"code\":\"bird\"");
    JsonNode since =
        ok(
            post(
                "/$closure",
                name
                    + ",{'name':'version','valueString':'"
                    + first.path("version").asText()
                    + "'}"));
    assertThat(since.toString()).contains("dodo", "stone", "bird");
    assertThat(since.path("version")).isEqualTo(between.path("version"));
    assertThat(ok(post("/$closure", name + concept.formatted("bird"))).has("group")).isFalse();
    assertThat(post("/$closure", name + concept.formatted("cow")).status()).isEqualTo(404);
    assertThat(client.get("/$closure?name=x").status()).isEqualTo(405);
  }

  // https://hl7.org/fhir/R4/terminologycapabilities.html

  @Test
  void saysWhatItKnows() {
    JsonNode statement = ok(client.get("/metadata?mode=terminology"));
    assertThat(statement.toString())
        .contains("http://unitsofmeasure.org", MEASURE, "excludeNested");
  }
}
