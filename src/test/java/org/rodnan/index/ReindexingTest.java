package org.rodnan.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.TermQuery;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.Limits;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.store.ResourceVersion;
import org.rodnan.terminology.UnitConversion;

/** Search parameters that come after the resources. */
final class ReindexingTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final Clock CLOCK = Clock.fixed(START, ZoneOffset.UTC);
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final DocumentExtractor EXTRACTOR =
      new DocumentExtractor(
          SearchParameters.load(), new UnitConversion(), new ReferenceText(List.of()));

  @TempDir Path folder;
  private final TestingLog log = new TestingLog(EXTRACTOR, START);

  private ResourceIndex open() {
    ResourceIndex index = ResourceIndex.open(folder, log, EXTRACTOR, Limits.DEFAULTS, CLOCK);
    long deadline = System.nanoTime() + LONG.toNanos();
    while (index.status() instanceof IndexStatus.Rebuilding && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
    return index;
  }

  private static String parameter(String id, String status, String type, String expression) {
    return ("{'resourceType':'SearchParameter','id':'%s','url':'urn:%s','name':'x',"
            + "'status':'%s','code':'%s','base':['Patient'],'type':'%s','description':'x',"
            + "'expression':'%s'}")
        .formatted(id, id, status, id, type, expression)
        .replace('\'', '"');
  }

  private static String patient(String id, int order) {
    return ("{'resourceType':'Patient','id':'" + id + "','multipleBirthInteger':" + order + "}")
        .replace('\'', '"');
  }

  private void putPatients(int count) {
    for (int i = 0; i < count; i++) {
      log.put(patient("p" + i, i % 4));
    }
  }

  private static void awaitDone(ResourceIndex index) {
    long deadline = System.nanoTime() + LONG.toNanos();
    while (!(index.status() instanceof IndexStatus.Current) && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
    assertThat(index.status()).isInstanceOf(IndexStatus.Current.class);
  }

  private static int count(IndexSnapshot snapshot, String code) throws IOException {
    ParameterDefinition definition = snapshot.parameters().find("Patient", code).orElseThrow();
    return snapshot
        .searcher()
        .count(new TermQuery(new Term(FieldNames.PRESENT, definition.field())));
  }

  @Test
  void waitsForEveryStoredResourceAndForNothingElse() throws IOException {
    putPatients(3000);
    log.put("{\"resourceType\":\"Group\",\"id\":\"g\",\"type\":\"person\",\"actual\":true}");
    try (ResourceIndex index = open()) {
      index.await(log.head(), LONG);
      awaitDone(index);
      log.put(
          parameter("birth-order", "active", "number", "Patient.multipleBirth.ofType(integer)"));
      log.put(patient("later", 1));
      try (IndexSnapshot snapshot = index.acquire(log.head(), LONG)) {
        assertThatThrownBy(() -> count(snapshot, "birth-order"))
            .isInstanceOf(FhirFailure.Busy.class)
            .hasMessageContaining("'birth-order' of Patient is new")
            .hasMessageMatching(".* \\d+ of \\d+ stored resources.*");
        assertThat(snapshot.parameters().find("Patient", "gender")).isPresent();
        assertThat(snapshot.searcher().getIndexReader().numDocs()).isEqualTo(3003);
      }
      assertThat(index.status())
          .isInstanceOfSatisfying(
              IndexStatus.Reindexing.class,
              status -> {
                assertThat(status.parameters()).containsExactly("Patient.birth-order");
                assertThat(status.of()).as("patients alone").isBetween(3000L, 3001L);
              });
      awaitDone(index);
      try (IndexSnapshot snapshot = index.acquire(log.head(), LONG)) {
        assertThat(count(snapshot, "birth-order")).isEqualTo(3001);
      }
    }
    assertThat(log.current()).hasSize(3003);
  }

  @Test
  void keepsPinnedSnapshotsAsTheyWere() throws IOException {
    putPatients(1500);
    try (ResourceIndex index = open()) {
      IndexSnapshot before = index.acquire(log.head(), LONG);
      index.pin(before);
      log.put(
          parameter("birth-order", "active", "number", "Patient.multipleBirth.ofType(integer)"));
      IndexSnapshot during = index.acquire(log.head(), LONG);
      index.pin(during);
      awaitDone(index);
      try (IndexSnapshot after = index.acquire(log.head(), LONG)) {
        index.pin(after);
      }
      try (IndexSnapshot pinned = index.pinned(before.position()).orElseThrow()) {
        assertThat(pinned.parameters().find("Patient", "birth-order")).isEmpty();
        assertThat(pinned.searcher().getIndexReader().numDocs()).isEqualTo(1500);
      }
      try (IndexSnapshot pinned = index.pinned(during.position()).orElseThrow()) {
        assertThat(count(pinned, "birth-order")).isEqualTo(1500);
      }
      before.close();
      during.close();
    }
  }

  @Test
  void takesDraftsRetiredAndDeletedOnesOutOfForce() {
    try (ResourceIndex index = open()) {
      for (String status : List.of("draft", "active", "retired", "active")) {
        log.put(parameter("known", status, "token", "Patient.gender"));
        assertThat(find(index, "known").isPresent()).isEqualTo(status.equals("active"));
      }
      log.delete("SearchParameter/known");
      assertThat(find(index, "known")).isEmpty();
    }
  }

  @Test
  void goesOnAfterAStoredOneThatCannotBeServed() throws IOException {
    String name = "{'family':'x','given':['a','b','c']}";
    String names = (name + ",").repeat(400) + name;
    log.put("{'resourceType':'Patient','id':'p','name':[%s]}".formatted(names).replace('\'', '"'));
    String resource = "%resource.name.select(";
    log.put(
        parameter(
            "huge",
            "active",
            "string",
            "Patient.name.select(" + resource.repeat(3) + "%resource.name.given))))"));
    try (ResourceIndex index = open()) {
      index.await(log.head(), LONG);
      assertThat(find(index, "huge")).isEmpty();
      log.put(patient("later", 1));
      index.await(log.head(), LONG);
    }
    try (ResourceIndex index = open()) {
      log.delete("SearchParameter/huge");
      try (IndexSnapshot snapshot = index.acquire(log.head(), LONG)) {
        assertThat(count(snapshot, "family")).isEqualTo(1);
        assertThat(snapshot.searcher().getIndexReader().numDocs()).isEqualTo(2);
      }
    }
  }

  private Optional<ParameterDefinition> find(ResourceIndex index, String code) {
    return index.parameters(log.head(), LONG).of("Patient").stream()
        .filter(definition -> definition.code().equals(code))
        .findFirst();
  }

  @Test
  void servesACodeThatIsDefinedAnewWithAnotherType() throws IOException {
    putPatients(300);
    try (ResourceIndex index = open()) {
      for (String type : List.of("number", "token", "date", "string")) {
        log.put(parameter("fickle", "active", type, "Patient.multipleBirth"));
        index.await(log.head(), LONG);
        awaitDone(index);
        try (IndexSnapshot snapshot = index.acquire(log.head(), LONG)) {
          assertThat(count(snapshot, "fickle")).as(type).isEqualTo(300);
        }
      }
    }
  }

  @Test
  void survivesKillsAmongWrites() throws IOException {
    long seed = 7;
    Random random = new Random(seed);
    putPatients(900);
    Map<String, String> inForce = new TreeMap<>();
    for (int life = 0; life < 8; life++) {
      ResourceIndex index = open();
      for (int i = 0; i < 4; i++) {
        String id = "code" + random.nextInt(4);
        boolean isActive = random.nextInt(4) > 0;
        String expression = random.nextBoolean() ? "Patient.multipleBirth" : "Patient.gender";
        log.put(parameter(id, isActive ? "active" : "retired", "token", expression));
        if (isActive) {
          inForce.put(id, expression);
        } else {
          inForce.remove(id);
        }
        for (int write = random.nextInt(60); write >= 0; write--) {
          log.put(patient("p" + random.nextInt(1000), random.nextInt(4)));
        }
        if (random.nextBoolean()) {
          index.await(log.head(), LONG);
        }
      }
      if (random.nextInt(3) == 0) {
        index.close();
      } else {
        index.abandon();
      }
      assertThat(index.openReaders()).as("readers left open").isZero();
    }
    try (ResourceIndex index = open()) {
      index.await(log.head(), LONG);
      awaitDone(index);
      try (IndexSnapshot snapshot = index.acquire(log.head(), LONG)) {
        for (Map.Entry<String, String> each : inForce.entrySet()) {
          assertThat(count(snapshot, each.getKey()))
              .as("%s, seed %d", each, seed)
              .isEqualTo(each.getValue().endsWith("gender") ? 0 : patients());
        }
        assertThat(bodies(snapshot)).as("seed %d", seed).isEqualTo(bodies());
      }
    }
  }

  private int patients() {
    return (int) log.current().keySet().stream().filter(k -> k.type().equals("Patient")).count();
  }

  private Map<ResourceKey, String> bodies() {
    Map<ResourceKey, String> bodies = new TreeMap<>();
    for (ResourceVersion.Content content : log.current().values()) {
      bodies.put(content.key(), new String(content.json(), StandardCharsets.UTF_8));
    }
    return bodies;
  }

  private static Map<ResourceKey, String> bodies(IndexSnapshot snapshot) throws IOException {
    Map<ResourceKey, String> bodies = new TreeMap<>();
    for (IndexedResource resource :
        IndexedResource.find(
            snapshot.searcher(), new MatchAllDocsQuery(), 10_000, Long.MAX_VALUE)) {
      String json = new String(resource.body().json(), StandardCharsets.UTF_8);
      assertThat(bodies.put(resource.body().key(), json)).as("twice").isNull();
    }
    return bodies;
  }
}
