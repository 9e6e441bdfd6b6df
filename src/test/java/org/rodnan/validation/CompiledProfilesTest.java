package org.rodnan.validation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.hl7.fhir.r4.model.Basic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rodnan.fhir.Issue;
import org.rodnan.validation.compiled.CompiledProfiles;

/** The compiled checks against the judge: what they accept, it accepts without a word. */
class CompiledProfilesTest {
  private static final long SEED = Long.getLong("rodnan.seed", 20260101);
  private static final int MUTANTS = Integer.getInteger("rodnan.mutants", 20_000);
  private static final int BATCH = 500;

  private final CompiledProfiles compiled = Validators.SHARED.compiled();

  @Test
  void acceptsNearlyEveryValidResourceWithoutTheJudge() {
    List<ObjectNode> valid =
        Stream.concat(ValidResources.examples().stream(), ValidResources.seedTrials().stream())
            .toList();
    long accepted = valid.stream().filter(resource -> accepts(Mutator.bytes(resource))).count();
    assertThat(valid).hasSizeGreaterThan(1_900);
    assertThat(accepted).isGreaterThanOrEqualTo(Math.round(valid.size() * 0.99));
  }

  @Test
  void acceptsMostResourcesWithoutProfileToo() {
    List<ObjectNode> valid = ValidResources.ofBaseTypes();
    assertThat(valid.stream().map(r -> r.get("resourceType")).distinct()).hasSizeGreaterThan(30);
    assertThat(valid).allMatch(resource -> judge(Mutator.bytes(resource)).issues().isEmpty());
    assertThat(valid.stream().filter(resource -> accepts(Mutator.bytes(resource))).count())
        .isGreaterThanOrEqualTo(valid.size() - 3L);
  }

  @Test
  void acceptsNoInvalidExample() {
    Map<String, byte[]> invalid = new TreeMap<>(Validators.examples());
    invalid.keySet().removeIf(name -> !name.contains("-invalid-"));
    assertThat(invalid)
        .isNotEmpty()
        .allSatisfy((name, json) -> assertThat(accepts(json)).as(name).isFalse());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\uFEFF{'resourceType':'Basic','code':{'text':'x'}}",
        "{'resourceType':'Basic','code':{'text':'x'}} x",
        "{'resourceType':'Basic','code':{'text':'x'}}{}",
        "{'resourceType':'Basic','code':{'text':'x'},'code':{'text':'y'}}",
        "{'resourceType':'Basic','code':{'text':'x','text':'x'}}",
        "{'resourceType':'Basic','code':{/*c*/'text':'x'}}",
        "{'resourceType':'Basic','code':{'text':'\\b'}}",
        "{'resourceType':'Basic','code':{'text':'\\ud83d'}}",
        "{'resourceType':'Basic','code':{'text':null}}",
        "{'resourceType':'Basic','code':{'text':[]}}",
        "{'resourceType':'Basic','code':{'coding':[]}}",
        "{'resourceType':'Basic','code':{'coding':{'code':'x'}}}",
        "{'resourceType':'Basic','code':{}}",
        "{'resourceType':'Basic','resourceDefinition':'x','code':{'text':'x'}}",
        "{'resourceType':'Resource'}",
        "{'resourceType':'DomainResource'}",
        "{'resourceType':'Nothing'}",
        "{'resourceType':'Quantity','value':1}",
        "{}",
        "[]",
        "x",
        ""
      })
  void leavesJsonThatIsNotPlainlyRight(String json) {
    assertThat(accepts(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8))).isFalse();
  }

  @Test
  void takesNoOtherEncodingForUtf8() {
    String json = "{\"resourceType\":\"Basic\",\"code\":{\"text\":\"x\"}}";
    assertThat(accepts(json.getBytes(StandardCharsets.UTF_8))).isTrue();
    assertThat(accepts(json.getBytes(StandardCharsets.UTF_16BE))).isFalse();
    assertThat(accepts(json.getBytes(StandardCharsets.UTF_16LE))).isFalse();
  }

  @Test
  void findsTheTypeWhereverItStands() {
    String json = "{\"code\":{\"text\":\"x\"},\"resourceType\":\"Basic\"}";
    assertThat(accepts(json.getBytes(StandardCharsets.UTF_8))).isTrue();
  }

  @Test
  void leavesAnUnknownExtensionToTheJudgeWhoseHintTheClientGets() {
    byte[] json =
        """
        {"resourceType": "Basic", "code": {"text": "x"},
         "extension": [{"url": "https://ehr.clinic.net/unknown", "valueCode": "x"}]}
        """
            .getBytes(StandardCharsets.UTF_8);
    assertThat(accepts(json)).isFalse();
    assertThat(Validators.validate(json).issues()).isNotEmpty().noneMatch(Issue::isError);
  }

  @Test
  void aCodeThatPassesInAConceptIsNotTakenForAUnit() {
    String observation =
        """
        {"resourceType": "Observation", "status": "final", "code": {"text": "x"},
         "subject": {"reference": "Patient/example-patient"},
         "effectiveDateTime": "2020-01-01", "performer": [{"display": "Somebody"}],
         %s}
        """;
    String coding = "\"system\": \"https://ehr.clinic.net/codes\", \"code\": \"x\"";
    byte[] concept =
        observation
            .formatted("\"valueCodeableConcept\": {\"coding\": [{" + coding + "}]}")
            .getBytes(StandardCharsets.UTF_8);
    byte[] unit =
        observation
            .formatted("\"valueQuantity\": {\"value\": 1, " + coding + "}")
            .getBytes(StandardCharsets.UTF_8);
    assertThat(accepts(concept)).isTrue();
    assertThat(judge(unit).issues()).isNotEmpty();
    assertThat(accepts(unit)).isFalse();
  }

  @Test
  void countsWhatItAcceptsAndWhatItLeaves() {
    ResourceValidator counted = Validators.of(Validators.LIMITS);
    for (String json : List.of(Validators.example("ssc-fvc-valid-litres"), "{}")) {
      counted.validate(new Basic(), json.getBytes(StandardCharsets.UTF_8));
    }
    assertThat(counted.acceptedCount()).isOne();
    assertThat(counted.leftCount()).isOne();
  }

  @Test
  void acceptsNothingThatTheJudgeHasSomethingToSayAbout(TestReporter reporter) {
    reporter.publishEntry("seed", String.valueOf(SEED));
    List<ObjectNode> corpus = new ArrayList<>(ValidResources.examples());
    corpus.addAll(ValidResources.ofBaseTypes());
    corpus.addAll(fewOfEach(ValidResources.seedTrials()));
    Mutator mutator = new Mutator(new Random(SEED), corpus);
    int accepted = 0;
    for (int done = 0; done < MUTANTS; done += BATCH) {
      List<byte[]> batch =
          IntStream.range(0, BATCH).mapToObj(i -> Mutator.bytes(mutator.next())).toList();
      List<byte[]> ofBatch = batch.stream().filter(this::accepts).toList();
      accepted += ofBatch.size();
      ofBatch.parallelStream()
          .forEach(json ->
              assertThat(judge(json).issues())
                  .as("seed %d: %s", SEED, new String(json, StandardCharsets.UTF_8))
                  .isEmpty());
    }
    reporter.publishEntry("accepted", accepted + " of " + MUTANTS + " mutants");
    assertThat(accepted).isBetween(MUTANTS / 20, MUTANTS * 3 / 4);
  }

  /** The seed trials hold hundreds of the same kind. */
  private static List<ObjectNode> fewOfEach(List<ObjectNode> resources) {
    Map<String, List<ObjectNode>> byKind = new TreeMap<>();
    for (ObjectNode resource : resources) {
      List<ObjectNode> some =
          byKind.computeIfAbsent(
              resource.get("resourceType") + " " + resource.at("/meta/profile"),
              kind -> new ArrayList<>());
      if (some.size() < 20) {
        some.add(resource);
      }
    }
    return byKind.values().stream().flatMap(List::stream).toList();
  }

  private boolean accepts(byte[] json) {
    return compiled.accepts(json);
  }

  private static ValidationReport judge(byte[] json) {
    return Validators.SHARED.judge(new Basic(), json);
  }
}
