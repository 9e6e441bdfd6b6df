package org.rodnan.validation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.hl7.fhir.r4.model.Basic;
import org.hl7.fhir.r4.model.CodeSystem;
import org.hl7.fhir.r4.model.CodeSystem.CodeSystemContentMode;
import org.hl7.fhir.r4.model.Enumerations.PublicationStatus;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.Issue;
import org.rodnan.fhir.Issue.Severity;
import org.rodnan.terminology.Artifacts;
import org.rodnan.terminology.Definitions;

class ResourceValidatorTest {
  private static final Definitions DEFINITIONS = new Definitions();
  private static final String FVC = Validators.example("ssc-fvc-valid-litres");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"status\": \"final\" | \"status\": \"final\", \"colour\": \"red\" | Observation | colour",
        "\"status\": \"final\" | \"status\": \"final\", \"status\": \"amended\" | Observation |"
            + " status",
        "\"status\": \"final\" | \"status\": true | Observation.status | must be a string",
        "\"status\": \"final\" | \"status\": [\"final\"] | Observation.status | Array",
        "\"value\": 2.53 | \"value\": \"2.53\" | Observation.value.value | must be a number",
        "\"value\": 2.53 | \"value\": null | Observation.value | null",
        "\"status\": \"final\" | \"status\": \"finished\" | Observation.status | finished",
        "\"2008-01-15\" | \"2008-13-45\" | Observation.effective.ofType(dateTime) | 2008-13-45",
        "\"Patient/example-patient\" | \"Medication/1\" | Observation.subject | Medication",
        "\"status\": \"final\" | \"status\": \"final\", \"performer\": [] | Observation.performer |"
            + " empty",
        "\"status\": \"final\" | \"status\": \"final\", \"note\": [{}] | Observation.note |"
            + " content",
      })
  void namesTheElementWhatWasFoundAndWhatWasExpected(
      String there, String instead, String element, String found) {
    assertThat(FVC).contains(there);
    assertThat(Validators.errors(FVC.replace(there, instead)))
        .anySatisfy(issue -> {
          assertThat(issue.expression().getFirst()).startsWith(element);
          assertThat(issue.diagnostics()).startsWith(element).containsIgnoringCase(found);
        });
  }

  @Test
  void acceptsUnknownExtensions() {
    String extended =
        FVC.replace(
            "\"status\": \"final\"",
            """
            "_status": {"extension": [{"url": "https://example.com/why", "valueString": "x"}]},
            "status": "final"
            """);
    assertThat(Validators.errors(extended)).isEmpty();
  }

  @Test
  void warnsOfUnknownProfilesAndRefusesUnknownOnesOfOurs() {
    String foreign = FVC.replace("StructureDefinition/ssc-fvc", "StructureDefinition/ssc-fcv");
    assertThat(Validators.errors(foreign))
        .extracting(Issue::diagnostics)
        .singleElement()
        .asString()
        .startsWith("Observation.meta.profile[0]")
        .contains("ssc-fcv");
    String claim = "https://w3id.org/rodnan/StructureDefinition/ssc-fvc";
    String theirs = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-observation-lab";
    List<Issue> issues = Validators.validate(FVC.replace(claim, theirs)).issues();
    assertThat(issues).noneMatch(Issue::isError);
    assertThat(issues)
        .filteredOn(issue -> issue.severity() == Severity.WARNING)
        .extracting(Issue::diagnostics)
        .anyMatch(text -> text.contains("us-core-observation-lab"));
  }

  @Test
  void acceptsAProfileClaimedWithItsVersion() {
    String versioned = FVC.replace("ssc-fvc\"", "ssc-fvc|0.1.0\"");
    assertThat(versioned).isNotEqualTo(FVC);
    assertThat(Validators.validate(versioned).issues()).isEmpty();
    assertThat(Validators.errors(FVC.replace("ssc-fvc\"", "ssc-fvc|9.9\""))).isNotEmpty();
  }

  @Test
  void codesOfSystemsThatAreNotHereAreNoErrors() {
    String coded =
        FVC.replace(
            "\"coding\": [",
            "\"coding\": [{\"system\": \"http://snomed.info/sct\", \"code\": \"50834005\"},");
    assertThat(coded).isNotEqualTo(FVC);
    assertThat(Validators.validate(coded).issues()).isEmpty();
  }

  @Test
  void unknownCodesOfSystemsThatAreHereAreErrors() {
    String coded =
        FVC.replace(
            "\"coding\": [",
            "\"coding\": [{\"system\": \"https://w3id.org/rodnan/CodeSystem/ssc-measure\","
                + " \"code\": \"fvc\"},");
    assertThat(Validators.errors(coded))
        .extracting(Issue::diagnostics)
        .anyMatch(text -> text.startsWith("Observation.code") && text.contains("ssc-measure#fvc"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'resourceType':'Binary','contentType':'nonsense'} | Binary.contentType | nonsense",
        "{'resourceType':'DocumentReference','status':'current','content':[{'attachment':{'contentType':'foo','url':'http://example.org/a'}}]}"
            + " | DocumentReference.content | foo",
        "{'resourceType':'Patient','photo':[{'contentType':'foo','data':'YQ=='}]} | Patient.photo |"
            + " foo",
        "{'resourceType':'Patient','photo':[{'language':'nonsense_xx','contentType':'image/png',"
            + "'data':'YQ=='}]} | Patient.photo | nonsense_xx",
        "{'resourceType':'Patient','language':'nonsense_xx'} | Patient.language | nonsense_xx",
        "{'resourceType':'Patient','language':'en_US'} | Patient.language | en_US",
        "{'resourceType':'Patient','communication':[{'language':{'coding':[{'system':"
            + "'urn:ietf:bcp:47','code':'nonsense_xx'}]}}]} | Patient.communication | nonsense_xx",
        "{'resourceType':'Basic','code':{'coding':[{'system':'urn:ietf:bcp:13','code':'foo'}]}}"
            + " | Basic.code | foo",
      })
  void refusesWhatIsNoMediaTypeOrLanguage(String json, String element, String found) {
    assertThat(Validators.errors(json.replace('\'', '"')))
        .isNotEmpty()
        .anySatisfy(issue -> {
          assertThat(issue.expression().getFirst()).startsWith(element);
          assertThat(issue.diagnostics()).startsWith(element).contains(found);
        });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'resourceType':'Binary','contentType':'application/fhir+json; charset=utf-8'}",
        "{'resourceType':'DocumentReference','status':'current','content':[{'attachment':"
            + "{'contentType':'text/plain','language':'de-CH-1996','url':'http://example.org/a'}}]}",
        "{'resourceType':'Patient','language':'en'}",
        "{'resourceType':'Patient','language':'en-US'}",
        "{'resourceType':'Patient','language':'de-CH-1996'}",
        "{'resourceType':'Patient','language':'zh-Hant-TW'}",
        "{'resourceType':'Patient','language':'i-klingon'}",
        "{'resourceType':'Patient','language':'qaa-QM-x-ours'}",
        "{'resourceType':'Patient','communication':[{'language':{'coding':[{'system':"
            + "'urn:ietf:bcp:47','code':'de-CH-1996'}]}}]}",
        "{'resourceType':'Patient','communication':[{'language':{'coding':[{'system':"
            + "'urn:ietf:bcp:47','code':'en-US','display':'English (United States)'}]}}]}",
        "{'resourceType':'Patient','communication':[{'language':{'text':'German'}}]}",
        "{'resourceType':'CapabilityStatement','status':'draft','date':'2020','kind':'requirements',"
            + "'description':'x','fhirVersion':'4.0.1','rest':[{'mode':'server'}],'format':['json','application/fhir+xml']}",
      })
  void acceptsMediaTypesAndLanguages(String json) {
    assertThat(Validators.errors(json.replace('\'', '"'))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "[]", "null", "\"x\"", "{}", "{\"resourceType\": 1}"})
  void refusesWhatIsNoResource(String json) {
    assertThat(Validators.validate(json).isAccepted()).isFalse();
  }

  @Test
  void refusesAnUnknownType() {
    assertThat(Validators.errors("{\"resourceType\": \"Spell\", \"id\": \"1\"}"))
        .extracting(Issue::diagnostics)
        .anyMatch(text -> text.contains("Spell"));
  }

  @ParameterizedTest
  @ValueSource(ints = {40, 400, 20_000})
  void answersDeepNestingWithAVerdict(int depth) {
    String item = "{\"linkId\": \"1\", \"type\": \"group\", \"text\": \"x\", \"item\": [";
    String json =
        "{\"resourceType\": \"Questionnaire\", \"status\": \"active\", \"item\": ["
            + item.repeat(depth)
            + "{\"linkId\": \"2\", \"type\": \"display\", \"text\": \"y\"}"
            + "]}".repeat(depth)
            + "]}";
    assertThat(Validators.validate(json).isAccepted()).isFalse();
  }

  @Test
  void judgesLargeAttachments() {
    String data = "QUJD".repeat(1_000_000);
    String json =
        """
        {"resourceType": "DocumentReference", "status": "current", "content": [
          {"attachment": {"contentType": "application/pdf", "data": "%s"}}]}
        """
            .formatted(data);
    assertThat(Validators.errors(json)).isEmpty();
  }

  @Test
  void doesNotReadTheFilesThatAttachmentsName(@TempDir Path folder) throws IOException {
    Path secret = Files.writeString(folder.resolve("secret"), "four");
    String json =
        """
        {"resourceType": "DocumentReference", "status": "current", "content": [
          {"attachment": {"url": "%s", "size": 5}}]}
        """
            .formatted(secret.toUri());
    assertThat(Validators.validate(json).issues())
        .extracting(Issue::diagnostics)
        .noneMatch(text -> text.contains("Stated Attachment Size"));
  }

  @Test
  void saysTheSameEachTime() {
    String json = Validators.example("ssc-mrss-invalid-unknown-site");
    ValidationReport first = Validators.validate(json);
    for (int i = 0; i < 20; i++) {
      Validators.validate(FVC);
      assertThat(Validators.validate(json)).isEqualTo(first);
    }
  }

  @Test
  void sixteenThreadsGetTheVerdictsOfOne() throws Exception {
    long seed = 20_110_823L;
    Map<String, ValidationReport> expected = new HashMap<>();
    Map<String, byte[]> examples = new HashMap<>(Artifacts.files("profiles/examples"));
    examples.remove("expectations.json");
    examples.forEach((name, json) -> expected.put(name, Validators.validate(json)));
    List<String> names = new ArrayList<>(examples.keySet());
    names.sort(null);
    ResourceValidator fresh = Validators.of(Validators.LIMITS);
    try (var threads = Executors.newFixedThreadPool(16)) {
      List<Future<Void>> runs = new ArrayList<>();
      for (int thread = 0; thread < 16; thread++) {
        Random random = new Random(seed + thread);
        Callable<Void> run =
            () -> {
              for (int i = 0; i < 60; i++) {
                String name = names.get(random.nextInt(names.size()));
                assertThat(
                        fresh.validate(
                            new Basic(), java.util.Objects.requireNonNull(examples.get(name))))
                    .as("%s, seed %d", name, seed)
                    .isEqualTo(expected.get(name));
              }
              return null;
            };
        runs.add(threads.submit(run));
      }
      for (Future<Void> run : runs) {
        run.get();
      }
    }
  }

  static Stream<String> types() {
    return FhirContexts.r4().getResourceTypes().stream().sorted();
  }

  @ParameterizedTest
  @MethodSource("types")
  void everyTypeOfTheStandardCanBeValidated(String type) {
    String json = "{\"resourceType\": \"%s\", \"nonsense\": 1}".formatted(type);
    assertThat(Validators.errors(json))
        .extracting(Issue::diagnostics)
        .anyMatch(text -> text.startsWith(type) && text.contains("nonsense"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"application/jose", "application/pkcs7-signature", "application/xml", ""})
  void looksAtSignedBundlesWithoutFailing(String format) {
    String json =
        """
        {"resourceType": "Bundle", "type": "collection", "signature": {
          "type": [{"system": "urn:iso-astm:E1762-95:2013", "code": "1.2.840.10065.1.12.1.1"}],
          "when": "2020-01-01T00:00:00Z", "who": {"display": "x"},
          "sigFormat": "%s", "targetFormat": "application/fhir+json",
          "data": "ZXlKaGJHY2lPaUpGVXpJMU5pSjkuZTMwLmFiYw=="}}
        """
            .formatted(format);
    assertThat(Validators.validate(json)).isNotNull();
  }

  @Test
  void judgesDefinitionsForOtherVersionsWithoutANetwork() {
    String json =
        """
        {"resourceType": "StructureDefinition", "url": "https://example.org/x", "name": "X",
         "status": "draft", "fhirVersion": "4.0.1", "kind": "complex-type", "abstract": false,
         "context": [{"type": "element", "expression": "Patient", "extension": [
           {"url": "http://hl7.org/fhir/StructureDefinition/fhirversion-specific-use", "extension": [
             {"url": "startFhirVersion", "valueCode": "3.0"},
             {"url": "endFhirVersion", "valueCode": "5.0"}]}]}],
         "type": "Extension",
         "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Extension",
         "derivation": "constraint",
         "differential": {"element": [
           {"id": "Extension.url", "path": "Extension.url", "fixedUri": "https://example.org/x"}]}}
        """;
    assertThat(Validators.validate(json)).isNotNull();
  }

  @Test
  void refusesACodeThatACodeSystemHasTwice() {
    CodeSystem system = new CodeSystem();
    system.setUrl("https://example.org/CodeSystem/twice");
    system.setStatus(PublicationStatus.ACTIVE);
    system.setContent(CodeSystemContentMode.COMPLETE);
    system.addConcept().setCode("a").addConcept().setCode("b");
    assertThat(validate(system)).noneMatch(Issue::isError);
    system.addConcept().setCode("b");
    assertThat(validate(system))
        .filteredOn(Issue::isError)
        .extracting(Issue::diagnostics)
        .singleElement()
        .asString()
        .contains("CodeSystem.concept[1]", "'b'");
  }

  @Test
  void judgesLargeCodeSystems() {
    CodeSystem system = new CodeSystem();
    system.setUrl("https://example.org/CodeSystem/large");
    system.setStatus(PublicationStatus.ACTIVE);
    system.setContent(CodeSystemContentMode.COMPLETE);
    for (int i = 0; i < 10_000; i++) {
      system.addConcept().setCode("code-" + i).setDisplay("Code " + i);
    }
    assertThat(validate(system)).noneMatch(Issue::isError);
  }

  private static List<Issue> validate(CodeSystem system) {
    byte[] json =
        FhirContexts.r4()
            .newJsonParser()
            .encodeResourceToString(system)
            .getBytes(StandardCharsets.UTF_8);
    return Validators.SHARED.validate(system, json).issues();
  }

  @Test
  void readsUtf8() {
    String json = Validators.example("ssc-patient-valid-pseudonym").replace("E-001", "Ä-日本-😀");
    assertThat(Validators.validate(json.getBytes(StandardCharsets.UTF_8)).issues()).isEmpty();
  }

  @Test
  void refusesMoreValuesThanTheLimitAndNamesIt() {
    ValidationLimits limits =
        new ValidationLimits(1, 20, Duration.ofSeconds(10), Duration.ofSeconds(10));
    ResourceValidator strict = Validators.of(limits);
    Basic name = new Basic();
    name.setId("7");
    assertThat(strict.validate(name, group(10)).issues()).noneMatch(Issue::isError);
    assertThat(strict.validate(name, group(30)).issues())
        .singleElement()
        .satisfies(issue -> {
          assertThat(issue.code()).isEqualTo(IssueType.TOOLONG);
          assertThat(issue.diagnostics()).contains("Basic/7", "rodnan.validation.values-max", "20");
        });
  }

  @Test
  void refusesWhatTakesLongerThanTheLimitAndServesOn() {
    ValidationLimits limits =
        new ValidationLimits(1, 250_000, Duration.ofMillis(100), Duration.ofSeconds(10));
    ResourceValidator strict = Validators.of(limits);
    strict.warmUp();
    assertThat(strict.validate(new Basic(), group(60_000)).issues())
        .singleElement()
        .satisfies(issue -> {
          assertThat(issue.code()).isEqualTo(IssueType.TOOCOSTLY);
          assertThat(issue.diagnostics()).contains("rodnan.validation.cpu-time-max");
        });
    assertThat(strict.validate(new Basic(), group(2)).isAccepted()).isTrue();
  }

  /** With a language, so that it isn't accepted before HL7's validator sees it. */
  private static byte[] group(int members) {
    String member = "{\"entity\": {\"reference\": \"Patient/1\"}}";
    String json =
        "{\"resourceType\": \"Group\", \"language\": \"en\", \"type\": \"person\", \"actual\":"
            + " true, \"member\": ["
            + (member + ",").repeat(members - 1)
            + member
            + "]}";
    return json.getBytes(StandardCharsets.UTF_8);
  }
}
