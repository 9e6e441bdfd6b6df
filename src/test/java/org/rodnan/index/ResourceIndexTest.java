package org.rodnan.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.util.Bits;
import org.hl7.fhir.r4.model.Enumerations;
import org.hl7.fhir.r4.model.SearchParameter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.Limits;
import org.rodnan.fhir.LogPosition;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.fhir.StartFailure;
import org.rodnan.store.ResourceVersion;
import org.rodnan.terminology.UnitConversion;

final class ResourceIndexTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final Clock CLOCK = Clock.fixed(START, ZoneOffset.UTC);
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final UnitConversion UNITS = new UnitConversion();
  private static final DocumentExtractor EXTRACTOR =
      new DocumentExtractor(SearchParameters.load(), UNITS, new ReferenceText(List.of()));

  @TempDir Path folder;

  private ResourceIndex open(TestingLog log) {
    return ResourceIndex.open(folder, log, EXTRACTOR, Limits.DEFAULTS, CLOCK);
  }

  private void build(TestingLog log) {
    try (ResourceIndex index = open(log)) {
      awaitServing(index);
      index.await(log.head(), LONG);
    }
  }

  private static String patient(String id, String rest) {
    return "{\"resourceType\":\"Patient\",\"id\":\"" + id + "\"" + rest + "}";
  }

  /** Everything in a snapshot, by key. */
  private static Map<ResourceKey, StoredBody> contents(IndexSnapshot snapshot) throws IOException {
    Map<ResourceKey, StoredBody> all = new TreeMap<>();
    for (LeafReaderContext leaf : snapshot.searcher().getLeafContexts()) {
      Bits live = leaf.reader().getLiveDocs();
      BinaryDocValues bodies = leaf.reader().getBinaryDocValues(FieldNames.BODY);
      while (bodies != null && bodies.nextDoc() != BinaryDocValues.NO_MORE_DOCS) {
        if (live == null || live.get(bodies.docID())) {
          StoredBody body = StoredBody.decode(bodies.binaryValue());
          assertThat(all.put(body.key(), body)).as("%s twice", body.key()).isNull();
        }
      }
    }
    return all;
  }

  private static void requireEqual(TestingLog log, ResourceIndex index) throws IOException {
    awaitServing(index);
    try (IndexSnapshot snapshot = index.acquire(log.head(), LONG)) {
      Map<ResourceKey, StoredBody> found = contents(snapshot);
      Map<ResourceKey, ResourceVersion.Content> expected = log.current();
      assertThat(found.keySet()).isEqualTo(expected.keySet());
      assertThat(found.values())
          .usingRecursiveFieldByFieldElementComparator()
          .containsExactlyElementsOf(
              expected.values().stream()
                  .map(content ->
                      new StoredBody(
                          content.key(), content.version(), content.lastUpdated(), content.json()))
                  .toList());
    }
  }

  private static void awaitServing(ResourceIndex index) {
    long deadline = System.nanoTime() + LONG.toNanos();
    while (!(index.status() instanceof IndexStatus.Current) && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
    assertThat(index.status()).isInstanceOf(IndexStatus.Current.class);
  }

  @Test
  void recoversFromKillsAtAnyTime() throws IOException {
    long seed = 42;
    Random random = new Random(seed);
    TestingLog log = new TestingLog(EXTRACTOR, START);
    for (int life = 0; life < 12; life++) {
      ResourceIndex index = open(log);
      awaitServing(index);
      for (int unit = random.nextInt(120); unit >= 0; unit--) {
        log.append(randomUnit(random));
        if (random.nextInt(10) == 0) {
          index.await(log.head(), LONG);
        }
      }
      if (random.nextInt(3) == 0) {
        index.close();
      } else {
        index.abandon();
      }
      assertThat(index.openReaders()).as("readers left open").isZero();
      log.append(randomUnit(random));
      if (random.nextBoolean()) {
        log.forgetDerived();
      }
      try (ResourceIndex again = open(log)) {
        assertThat(again.status()).as("seed %d, life %d", seed, life).isNotNull();
        requireEqual(log, again);
      }
    }
  }

  private static List<TestingLog.Write> randomUnit(Random random) {
    List<TestingLog.Write> unit = new ArrayList<>();
    List<Integer> ids = new ArrayList<>();
    for (int i = random.nextInt(4); i >= 0; i--) {
      int id = random.nextInt(60);
      if (!ids.contains(id)) {
        ids.add(id);
        ResourceKey key = new ResourceKey("Patient", "p" + id);
        unit.add(
            new TestingLog.Write(
                key,
                random.nextInt(5) == 0
                    ? null
                    : patient(key.id(), ",\"birthDate\":\"" + (1900 + random.nextInt(99)) + "\"")));
      }
    }
    return unit;
  }

  @Test
  void rebuildsWhatIsGone() throws IOException {
    TestingLog log = new TestingLog(EXTRACTOR, START);
    for (int i = 0; i < 50; i++) {
      log.put(patient("p" + i % 30, ""));
    }
    build(log);
    log.forgetDerived();
    deleteFiles(path -> true);
    try (ResourceIndex index = open(log)) {
      requireEqual(log, index);
    }
  }

  @Test
  void rebuildsWhatIsDamaged() throws IOException {
    TestingLog log = new TestingLog(EXTRACTOR, START);
    for (int i = 0; i < 50; i++) {
      log.put(patient("p" + i, ""));
    }
    build(log);
    for (String suffix : List.of(".si", ".cfs", ".cfe")) {
      for (Path file : files(path -> path.toString().endsWith(suffix))) {
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
      }
      try (ResourceIndex index = open(log)) {
        requireEqual(log, index);
      }
    }
    for (Path file : files(path -> String.valueOf(path.getFileName()).startsWith("segments"))) {
      Files.write(file, new byte[] {1, 2, 3});
    }
    try (ResourceIndex index = open(log)) {
      requireEqual(log, index);
    }
  }

  private List<Path> files(java.util.function.Predicate<Path> which) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(which).toList();
    }
  }

  private void deleteFiles(java.util.function.Predicate<Path> which) throws IOException {
    for (Path file : files(which)) {
      Files.delete(file);
    }
  }

  @Test
  void rebuildsForOtherSearchParameters() throws IOException {
    TestingLog log = new TestingLog(null, START);
    log.put(patient("1", ",\"multipleBirthInteger\":2"));
    build(log);
    SearchParameter custom = new SearchParameter();
    custom.setUrl("urn:birth-order").setCode("birth-order");
    custom.setType(Enumerations.SearchParamType.NUMBER);
    custom.setExpression("Patient.multipleBirth.ofType(integer)").addBase("Patient");
    SearchParameters parameters = SearchParameters.withDefinitions(List.of(custom));
    DocumentExtractor other =
        new DocumentExtractor(parameters, UNITS, new ReferenceText(List.of()));
    try (ResourceIndex index = ResourceIndex.open(folder, log, other, Limits.DEFAULTS, CLOCK)) {
      requireEqual(log, index);
      try (IndexSnapshot snapshot = index.acquire(log.head(), LONG)) {
        assertThat(
                snapshot
                    .searcher()
                    .count(
                        new org.apache.lucene.search.TermQuery(
                            new org.apache.lucene.index.Term(
                                FieldNames.PRESENT, "Patient.birth-order"))))
            .isEqualTo(1);
      }
    }
  }

  @Test
  void rebuildsForAnotherLog() throws IOException {
    TestingLog first = new TestingLog(EXTRACTOR, START);
    first.put(patient("1", ""));
    first.put(patient("2", ""));
    build(first);
    TestingLog second = new TestingLog(EXTRACTOR, START.plusSeconds(5));
    second.put(patient("1", ""));
    second.put(patient("3", ""));
    second.put(patient("4", ""));
    try (ResourceIndex index = open(second)) {
      requireEqual(second, index);
    }
  }

  @Test
  void keepsWhatFits() throws IOException {
    TestingLog log = new TestingLog(EXTRACTOR, START);
    for (int i = 0; i < 1000; i++) {
      log.put(patient("p" + i, ""));
    }
    build(log);
    int before = log.entriesRead();
    try (ResourceIndex index = open(log)) {
      assertThat(index.status()).isEqualTo(new IndexStatus.Current(log.head()));
      requireEqual(log, index);
    }
    assertThat(log.entriesRead() - before).as("entries were read again").isLessThan(10);
  }

  @Test
  void saysHowFarARebuildIs() {
    TestingLog log = new TestingLog(EXTRACTOR, START);
    for (int i = 0; i < 2000; i++) {
      log.put(patient("p" + i, ""));
    }
    log.forgetDerived();
    try (ResourceIndex index = open(log)) {
      assertThatThrownBy(() -> index.acquire(LogPosition.START, LONG))
          .isInstanceOf(FhirFailure.Busy.class)
          .hasMessageContaining("being rebuilt");
      awaitServing(index);
    }
  }

  @Test
  void givesUpWaitingInTime() {
    TestingLog log = new TestingLog(EXTRACTOR, START);
    log.put(patient("1", ""));
    try (ResourceIndex index = open(log)) {
      awaitServing(index);
      assertThatThrownBy(() -> index.acquire(new LogPosition(2), Duration.ofMillis(50)))
          .isInstanceOf(FhirFailure.Busy.class)
          .hasMessageContaining("behind 2");
    }
  }

  @Test
  void goesOnWhenTheLogComesBack() throws IOException {
    TestingLog log = new TestingLog(EXTRACTOR, START);
    log.put(patient("1", ""));
    try (ResourceIndex index = open(log)) {
      awaitServing(index);
      log.setFailing(true);
      log.put(patient("2", ""));
      assertThatThrownBy(() -> index.acquire(new LogPosition(2), Duration.ofMillis(200)))
          .isInstanceOf(FhirFailure.Busy.class);
      log.setFailing(false);
      requireEqual(log, index);
    }
  }

  @Test
  void refreshesOnlyForNewWrites() {
    TestingLog log = new TestingLog(EXTRACTOR, START);
    log.put(patient("1", ""));
    try (ResourceIndex index = open(log)) {
      awaitServing(index);
      try (IndexSnapshot first = index.acquire(log.head(), LONG);
          IndexSnapshot second = index.acquire(log.head(), LONG)) {
        assertThat(second.reader()).isSameAs(first.reader());
      }
    }
  }

  @Test
  void pinsSnapshotsWithinTheLimits() {
    SettableClock clock = new SettableClock(START);
    TestingLog log = new TestingLog(EXTRACTOR, START);
    ResourceIndex index = ResourceIndex.open(folder, log, EXTRACTOR, Limits.DEFAULTS, clock);
    try (index) {
      for (int i = 1; i <= Limits.DEFAULTS.pinnedSnapshotsMax() + 5; i++) {
        log.put(patient("p" + i, ""));
        try (IndexSnapshot snapshot = index.acquire(log.head(), LONG)) {
          index.pin(snapshot);
        }
      }
      assertThat(index.pinnedCount()).isEqualTo(Limits.DEFAULTS.pinnedSnapshotsMax());
      assertThat(index.pinned(new LogPosition(5))).isEmpty();
      index.pinned(new LogPosition(6)).orElseThrow().close();
      clock.set(START.plus(Limits.DEFAULTS.pinnedSnapshotAgeMax()).plusSeconds(1));
      assertThat(index.pinned(new LogPosition(6))).isEmpty();
      assertThat(index.pinnedCount()).isZero();
    }
    assertThat(index.openReaders()).isZero();
  }

  @Test
  void showsUnitsAllOrNothing() throws Exception {
    TestingLog log = new TestingLog(EXTRACTOR, START);
    try (ResourceIndex index = open(log)) {
      awaitServing(index);
      Thread writer =
          Thread.ofPlatform()
              .start(() -> {
                for (int unit = 0; unit < 60; unit++) {
                  List<TestingLog.Write> writes = new ArrayList<>();
                  for (int i = 0; i < 25; i++) {
                    String id = "u" + unit + "-" + i;
                    writes.add(
                        new TestingLog.Write(new ResourceKey("Patient", id), patient(id, "")));
                  }
                  log.append(writes);
                }
              });
      while (writer.isAlive()) {
        try (IndexSnapshot snapshot = index.acquire(log.head(), LONG)) {
          assertThat(snapshot.searcher().getIndexReader().numDocs() % 25).isZero();
        }
      }
      writer.join();
      requireEqual(log, index);
    }
  }

  @Test
  void refusesAFolderInUse() {
    TestingLog log = new TestingLog(EXTRACTOR, START);
    try (ResourceIndex index = open(log)) {
      assertThat(index.status()).isNotNull();
      assertThatThrownBy(() -> open(log))
          .isInstanceOf(StartFailure.class)
          .hasMessageContaining("can't be opened");
    }
  }
}
