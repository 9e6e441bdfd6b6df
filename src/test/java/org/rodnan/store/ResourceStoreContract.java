package org.rodnan.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.hl7.fhir.r4.model.Basic;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rodnan.fhir.BodyTemplate;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.Limits;
import org.rodnan.fhir.LogPosition;
import org.rodnan.fhir.ParsedResource;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.fhir.TestLimits;
import org.rodnan.fhir.VersionId;

/** What every store must do, on whichever database. */
abstract class ResourceStoreContract {
  static final Instant NOON = Instant.parse("2026-03-01T12:00:00.123Z");
  static final ResourceKey ONE = new ResourceKey("Patient", "one");
  static final ResourceKey TWO = new ResourceKey("Patient", "two");
  static final ResourceKey OBSERVATION = new ResourceKey("Observation", "1");
  static final int QUEUE_MAX = 200;
  static final Limits LIMITS = limits(QUEUE_MAX, 64);

  final TestClock clock = new TestClock(NOON);
  StoreSettings settings;
  ResourceStore store;

  abstract StoreSettings newDatabase() throws Exception;

  /** SQL that lets the database refuse a key whose id is {@code refused}. */
  abstract String refusingSql();

  /** A connection of the test's own to the database. */
  abstract Connection connect() throws SQLException;

  static Limits limits(int writeQueueMax, int groupSizeMax) {
    return TestLimits.with(Map.of("writeQueueMax", writeQueueMax, "groupSizeMax", groupSizeMax));
  }

  @BeforeEach
  void open() throws Exception {
    settings = newDatabase();
    store = ResourceStores.open(settings, LIMITS, clock);
  }

  @AfterEach
  void close() {
    store.close();
  }

  void reopen() {
    store.close();
    store = ResourceStores.open(settings, LIMITS, clock);
  }

  <T> T write(Function<WriterSection, T> work) {
    return store.submit(TestUnit.of(work)).join();
  }

  ResourceVersion.Content put(ResourceKey key, String text, BusinessIdentifier... identifiers) {
    return write(section -> TestUnit.put(section, key, text, identifiers));
  }

  List<ResourceKey> find(String type, IdentifierCriterion criterion) {
    return write(section -> section.findByIdentifier(type, criterion, 10));
  }

  static String text(ResourceVersion version) {
    return new String(((ResourceVersion.Content) version).json(), UTF_8);
  }

  static LogPosition at(long position) {
    return new LogPosition(position);
  }

  List<LogEntry> log() {
    List<LogEntry> entries = new ArrayList<>();
    LogPosition after = LogPosition.START;
    for (List<LogEntry> next = store.read(after, 7); !next.isEmpty(); next = store.read(after, 7)) {
      entries.addAll(next);
      after = next.getLast().position();
    }
    return entries;
  }

  /** Keeps the writer busy until the returned latch is counted down. */
  CountDownLatch holdWriter() throws InterruptedException {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    CompletableFuture<Void> holding =
        store.submit(
            TestUnit.of(section -> {
              running.countDown();
              awaitQuietly(release);
              return null;
            }));
    assertThat(running.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(holding).isNotDone();
    return release;
  }

  static void awaitQuietly(CountDownLatch latch) {
    try {
      if (!latch.await(30, TimeUnit.SECONDS)) {
        throw new IllegalStateException("The latch was not released");
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void emptyStoreHasNothing() {
    assertThat(store.head()).isEqualTo(LogPosition.START);
    assertThat(store.read(ONE)).isEmpty();
    assertThat(store.vread(ONE, VersionId.FIRST)).isEmpty();
    assertThat(store.read(LogPosition.START, 10)).isEmpty();
    assertThat(store.numbers(List.of(ONE))).isEmpty();
    assertThat(history(new HistoryScope.OfSystem())).isEmpty();
    assertThat(store.historyTotal(query(new HistoryScope.OfSystem()))).isZero();
  }

  @Test
  void storesTheBytesWithVersionAndTimeFilledIn() {
    ResourceVersion.Content put = put(ONE, "de");

    assertThat(text(put))
        .isEqualTo(
            "{\"resourceType\":\"Patient\",\"id\":\"one\",\"meta\":{\"versionId\":\"1\","
                + "\"lastUpdated\":\"2026-03-01T12:00:00.123Z\"},\"language\":\"de\"}");
    ResourceVersion read = store.read(ONE).orElseThrow();
    assertThat(text(read)).isEqualTo(text(put));
    assertThat(read.key()).isEqualTo(ONE);
    assertThat(read.version()).isEqualTo(VersionId.FIRST);
    assertThat(read.lastUpdated()).isEqualTo(NOON);
    assertThat(read.position()).isEqualTo(at(1));
    assertThat(read.change()).isEqualTo(Change.CREATED);
    assertThat(store.head()).isEqualTo(at(1));
  }

  @Test
  void fillsOpenReferencesInsideTheSection() {
    String json = "{\"resourceType\":\"Observation\",\"subject\":{\"reference\":\"urn:uuid:1\"}}";
    BodyTemplate body =
        BodyTemplate.of(
            new ParsedResource(new Basic(), json.getBytes(UTF_8)),
            OBSERVATION,
            "urn:uuid:1"::equals);
    write(section ->
        section.put(
            OBSERVATION,
            Change.CREATED,
            body,
            Map.of("urn:uuid:1", "Patient/one"),
            List.of(),
            List.of(ONE),
            null));

    assertThat(text(store.read(OBSERVATION).orElseThrow()))
        .contains("\"subject\":{\"reference\":\"Patient/one\"}");
  }

  @Test
  void keepsEachVersionForReading() {
    put(ONE, "v1");
    put(ONE, "v2");

    assertThat(text(store.vread(ONE, VersionId.FIRST).orElseThrow())).contains("v1");
    assertThat(text(store.vread(ONE, new VersionId(2)).orElseThrow())).contains("v2");
    assertThat(store.vread(ONE, new VersionId(3))).isEmpty();
    assertThat(text(store.read(ONE).orElseThrow())).contains("v2");
    assertThat(store.read(ONE).orElseThrow().change()).isEqualTo(Change.UPDATED);
  }

  @Test
  void expungesWhatIsNotCurrent() throws Exception {
    ResourceKey other = new ResourceKey("Patient", "other");
    put(ONE, "a");
    put(ONE, "b");
    put(other, "c");
    store.submit(TestUnit.delete(other)).join();
    HistoryScope all = new HistoryScope.OfSystem();
    HistoryScope one = new HistoryScope.OfInstance(ONE);
    assertThat(expunge(new Expunging(new HistoryScope.OfType("Observation"), true, true, 9)))
        .isZero();
    assertThat(expunge(new Expunging(one, false, true, 9))).isZero();
    assertThat(expunge(new Expunging(all, true, true, 1))).isEqualTo(1);
    assertThat(expunge(new Expunging(all, true, false, 9))).isZero();
    assertThat(expunge(new Expunging(all, true, true, 9))).isEqualTo(1);
    reopen();

    assertThat(text(store.read(ONE).orElseThrow())).contains("\"b\"");
    assertThat(store.vread(ONE, VersionId.FIRST).orElseThrow())
        .isInstanceOf(ResourceVersion.Expunged.class)
        .extracting(ResourceVersion::change)
        .isEqualTo(Change.CREATED);
    assertThat(store.vread(other, VersionId.FIRST).orElseThrow())
        .isInstanceOf(ResourceVersion.Expunged.class);
    assertThat(store.read(other).orElseThrow()).isInstanceOf(ResourceVersion.Tombstone.class);
    assertThat(history(one)).hasSize(2);
    assertThat(log().stream().map(LogEntry::position).distinct().count())
        .isEqualTo(store.head().value());
    try (Connection connection = connect();
        var rows =
            connection
                .createStatement()
                .executeQuery(
                    "select count(*) from resource_version"
                        + " where body is null and hash is not null")) {
      assertThat(rows.next()).isTrue();
      assertThat(rows.getInt(1)).isEqualTo(2);
    }
  }

  /** With an entry that tells of it, as the contract asks. */
  private int expunge(Expunging what) {
    return write(section -> {
      int count = section.expunge(what);
      TestUnit.put(section, new ResourceKey("Basic", "e" + section.head().value()), "x");
      return count;
    });
  }

  @Test
  void continuesVersionsAfterDeletion() {
    put(ONE, "v1");
    put(TWO, "v1");
    ResourceVersion.Tombstone tombstone = store.submit(TestUnit.delete(ONE)).join();
    assertThat(store.read(ONE)).contains(tombstone);
    assertThat(tombstone.version()).isEqualTo(new VersionId(2));
    assertThat(tombstone.change()).isEqualTo(Change.DELETED);

    put(ONE, "v3");

    assertThat(store.read(ONE).orElseThrow().version()).isEqualTo(new VersionId(3));
    assertThat(store.vread(ONE, new VersionId(2))).contains(tombstone);
    CurrentVersion current = write(section -> section.current(ONE)).orElseThrow();
    assertThat(current).isEqualTo(new CurrentVersion(new VersionId(3), NOON, at(4), at(1), false));
  }

  @Test
  void refusesToDeleteWhatDoesNotExist() {
    put(ONE, "v1");
    store.submit(TestUnit.delete(ONE)).join();

    for (ResourceKey key : List.of(ONE, TWO)) {
      assertThatThrownBy(() -> store.submit(TestUnit.delete(key)).join())
          .isInstanceOf(CompletionException.class)
          .hasCauseInstanceOf(FhirFailure.Fault.class)
          .hasRootCauseInstanceOf(IllegalStateException.class);
    }
    assertThat(store.head()).isEqualTo(at(2));
  }

  @Test
  void appendsUnderAVersionPrecondition() throws Exception {
    put(ONE, "v1");
    List<CompletableFuture<ResourceVersion.Content>> updates = new ArrayList<>();
    CountDownLatch release = holdWriter();
    for (int i = 0; i < 20; i++) {
      updates.add(store.submit(TestUnit.of(section -> updateIfMatch(section, VersionId.FIRST))));
    }
    release.countDown();

    int refused = 0;
    for (CompletableFuture<ResourceVersion.Content> update : updates) {
      refused +=
          failure(update).filter(FhirFailure.PreconditionFailed.class::isInstance).isPresent()
              ? 1
              : 0;
    }
    assertThat(refused).isEqualTo(19);
    assertThat(store.read(ONE).orElseThrow().version()).isEqualTo(new VersionId(2));
  }

  private static ResourceVersion.Content updateIfMatch(WriterSection section, VersionId expected) {
    if (!section.current(ONE).orElseThrow().version().equals(expected)) {
      throw new FhirFailure.PreconditionFailed(IssueType.CONFLICT, "If-Match");
    }
    return TestUnit.put(section, ONE, "changed");
  }

  static Optional<Throwable> failure(CompletableFuture<?> future) {
    try {
      future.get(60, TimeUnit.SECONDS);
      return Optional.empty();
    } catch (java.util.concurrent.ExecutionException e) {
      return Optional.ofNullable(e.getCause());
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aFailingUnitOfAGroupFailsAlone() throws Exception {
    CountDownLatch release = holdWriter();
    int transactionsBefore = clock.readings();
    FhirFailure refusal = new FhirFailure.Conflict("no");
    List<CompletableFuture<Integer>> units = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      int n = i;
      units.add(
          store.submit(
              TestUnit.of(section -> {
                TestUnit.put(section, new ResourceKey("Patient", "p" + n), "x");
                section.put(
                    ONE,
                    Change.UPDATED,
                    TestUnit.body(ONE, "by" + n),
                    Map.of(),
                    List.of(new BusinessIdentifier("s", "v" + n)),
                    List.of(new ResourceKey("Group", "g" + n)),
                    null);
                if (n % 5 == 0) {
                  throw refusal;
                }
                if (n % 5 == 1) {
                  throw new IllegalArgumentException("a defect");
                }
                return n;
              })));
    }
    release.countDown();

    for (int i = 0; i < 40; i++) {
      Optional<Throwable> failure = failure(units.get(i));
      ResourceKey key = new ResourceKey("Patient", "p" + i);
      if (i % 5 == 0) {
        assertThat(failure).containsSame(refusal);
      } else if (i % 5 == 1) {
        assertThat(failure.orElseThrow())
            .isInstanceOf(FhirFailure.Fault.class)
            .hasRootCauseMessage("a defect");
      } else {
        assertThat(failure).isEmpty();
      }
      boolean failed = i % 5 < 2;
      assertThat(store.read(key).isEmpty()).as("%s", key).isEqualTo(failed);
      assertThat(store.numbers(List.of(new ResourceKey("Group", "g" + i))).isEmpty())
          .isEqualTo(failed);
    }
    assertThat(clock.readings() - transactionsBefore).isEqualTo(1);
    assertThat(store.read(ONE).orElseThrow().version()).isEqualTo(new VersionId(24));
    assertThat(store.head()).isEqualTo(at(48));
    assertThat(find("Patient", new IdentifierCriterion.InSystem("s", "v39"))).containsExactly(ONE);
    assertThat(find("Patient", new IdentifierCriterion.InSystem("s", "v38"))).isEmpty();
    assertThat(log()).hasSize(48);
  }

  @Test
  void failsOnlyTheUnitThatTheDatabaseRefuses() throws Exception {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute(refusingSql());
    }
    CountDownLatch release = holdWriter();
    List<CompletableFuture<?>> units = new ArrayList<>();
    for (String id : List.of("a", "b", "refused", "c")) {
      units.add(store.submit(TestUnit.put(new ResourceKey("Patient", id), "x")));
    }
    release.countDown();

    for (int i = 0; i < 4; i++) {
      Optional<Throwable> failure = failure(units.get(i));
      assertThat(failure.isPresent()).isEqualTo(i == 2);
      failure.ifPresent(refused ->
          assertThat(refused)
              .isInstanceOf(FhirFailure.Fault.class)
              .hasRootCauseInstanceOf(SQLException.class));
    }
    assertThat(log())
        .extracting(entry -> entry.version().key().id())
        .containsExactly("a", "b", "c");
  }

  @Test
  void commitsWaitingUnitsInGroupsOfTheLimit() throws Exception {
    CountDownLatch release = holdWriter();
    int before = clock.readings();
    List<CompletableFuture<?>> units = new ArrayList<>();
    for (int i = 0; i < 130; i++) {
      units.add(store.submit(TestUnit.put(new ResourceKey("Patient", "p" + i), "x")));
    }
    release.countDown();
    CompletableFuture.allOf(units.toArray(CompletableFuture[]::new)).join();

    assertThat(clock.readings() - before).isEqualTo(3);
    assertThat(store.head()).isEqualTo(at(130));
  }

  @Test
  void writesAUnitWholeOrNotAtAll() {
    CompletableFuture<Object> failing =
        store.submit(
            TestUnit.of(section -> {
              for (int i = 0; i < 26; i++) {
                TestUnit.put(section, new ResourceKey("Patient", "p" + i), "x");
              }
              throw new FhirFailure.Unprocessable(IssueType.INVALID, "the last entry");
            }));
    assertThat(failure(failing).orElseThrow()).isInstanceOf(FhirFailure.Unprocessable.class);
    assertThat(store.head()).isEqualTo(LogPosition.START);
    assertThat(log()).isEmpty();

    write(section -> {
      for (int i = 0; i < 3_000; i++) {
        TestUnit.put(section, new ResourceKey("Patient", "p" + i), "x");
      }
      return null;
    });
    List<LogEntry> log = log();
    assertThat(log).hasSize(3_000);
    assertThat(log.stream().filter(LogEntry::endsUnit).map(LogEntry::position))
        .containsExactly(at(3_000));
  }

  @Test
  void seesInTheSectionWhatTheUnitItselfHasWritten() {
    write(section -> {
      assertThat(section.head()).isEqualTo(LogPosition.START);
      TestUnit.put(section, ONE, "a", new BusinessIdentifier("s", "1"));
      TestUnit.put(section, ONE, "b", new BusinessIdentifier("s", "2"));
      assertThat(section.head()).isEqualTo(at(2));
      assertThat(section.now()).isEqualTo(NOON);
      assertThat(section.current(ONE).orElseThrow().version()).isEqualTo(new VersionId(2));
      assertThat(section.missing(List.of(ONE, TWO))).containsExactly(TWO);
      assertThat(section.findByIdentifier("Patient", new IdentifierCriterion.InSystem("s", "1"), 9))
          .isEmpty();
      assertThat(section.findByIdentifier("Patient", new IdentifierCriterion.InSystem("s", "2"), 9))
          .containsExactly(ONE);
      section.delete(ONE);
      assertThat(section.missing(List.of(ONE))).containsExactly(ONE);
      assertThat(section.findByIdentifier("Patient", new IdentifierCriterion.AnySystem("2"), 9))
          .isEmpty();
      return null;
    });
    assertThat(store.read(ONE).orElseThrow()).isInstanceOf(ResourceVersion.Tombstone.class);
    assertThat(find("Patient", new IdentifierCriterion.AnySystem("2"))).isEmpty();
  }

  @Test
  void keepsNothingOfARehearsal() throws Exception {
    put(ONE, "a", new BusinessIdentifier("s", "1"));
    CountDownLatch release = holdWriter();
    ResourceKey three = new ResourceKey("Patient", "three");
    CompletableFuture<ResourceVersion.Content> rehearsed =
        store.submit(
            TestUnit.rehearsal(section -> {
              section.delete(ONE);
              return TestUnit.put(section, TWO, "b", new BusinessIdentifier("s", "2"));
            }));
    CompletableFuture<ResourceVersion.Content> written = store.submit(TestUnit.put(three, "c"));
    release.countDown();

    assertThat(text(rehearsed.join())).contains("b");
    assertThat(written.join().position()).isEqualTo(at(2));
    assertThat(store.read(ONE).orElseThrow()).isInstanceOf(ResourceVersion.Content.class);
    assertThat(store.read(TWO)).isEmpty();
    assertThat(find("Patient", new IdentifierCriterion.AnySystem("2"))).isEmpty();
    reopen();
    assertThat(log()).hasSize(2);
  }

  @Test
  void closesTheSectionAfterTheUnit() {
    WriterSection section = write(Function.identity());

    assertThatThrownBy(() -> section.current(ONE)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void findsByIdentifierWithAndWithoutSystem() {
    put(ONE, "a", new BusinessIdentifier("http://a", "7"), new BusinessIdentifier(null, "8"));
    put(TWO, "b", new BusinessIdentifier("http://b", "7"), new BusinessIdentifier("", "8"));
    put(OBSERVATION, "c", new BusinessIdentifier("http://a", "7"));

    assertThat(find("Patient", new IdentifierCriterion.InSystem("http://a", "7")))
        .containsExactly(ONE);
    assertThat(find("Patient", new IdentifierCriterion.AnySystem("7"))).containsExactly(ONE, TWO);
    assertThat(find("Patient", new IdentifierCriterion.NoSystem("7"))).isEmpty();
    assertThat(find("Patient", new IdentifierCriterion.NoSystem("8"))).containsExactly(ONE, TWO);
    assertThat(find("Patient", new IdentifierCriterion.InSystem("http://a", "8"))).isEmpty();
    assertThat(find("Patient", new IdentifierCriterion.AnySystem("77"))).isEmpty();
    assertThat(find("Observation", new IdentifierCriterion.AnySystem("7")))
        .containsExactly(OBSERVATION);
  }

  @Test
  void comparesIdentifiersCaseAndAll() {
    put(ONE, "a", new BusinessIdentifier("http://a", "Abc"));

    assertThat(find("Patient", new IdentifierCriterion.AnySystem("abc"))).isEmpty();
    assertThat(find("Patient", new IdentifierCriterion.InSystem("http://A", "Abc"))).isEmpty();
    assertThat(find("Patient", new IdentifierCriterion.AnySystem("Abc"))).containsExactly(ONE);
  }

  @Test
  void storesIdentifiersOfAnyLengthAndCharacters() {
    String longOne = "x".repeat(20_000);
    put(
        ONE,
        "a",
        new BusinessIdentifier("http://" + longOne, longOne),
        new BusinessIdentifier("s", "nul\0 und \uD83D\uDE00 '\";--"),
        new BusinessIdentifier("s", "lone \uD800"));

    assertThat(find("Patient", new IdentifierCriterion.InSystem("http://" + longOne, longOne)))
        .containsExactly(ONE);
    assertThat(find("Patient", new IdentifierCriterion.AnySystem(longOne + "x"))).isEmpty();
    assertThat(find("Patient", new IdentifierCriterion.AnySystem("nul\0 und \uD83D\uDE00 '\";--")))
        .containsExactly(ONE);
  }

  @Test
  void replacesIdentifiersOnUpdateAndDropsThemOnDelete() {
    BusinessIdentifier first = new BusinessIdentifier("s", "1");
    put(ONE, "a", first, first, new BusinessIdentifier("s", "2"));
    put(ONE, "b", new BusinessIdentifier("s", "2"), new BusinessIdentifier("s", "3"));

    assertThat(find("Patient", new IdentifierCriterion.InSystem("s", "1"))).isEmpty();
    assertThat(find("Patient", new IdentifierCriterion.InSystem("s", "2"))).containsExactly(ONE);
    assertThat(find("Patient", new IdentifierCriterion.InSystem("s", "3"))).containsExactly(ONE);

    store.submit(TestUnit.delete(ONE)).join();
    assertThat(find("Patient", new IdentifierCriterion.InSystem("s", "3"))).isEmpty();

    put(ONE, "c", new BusinessIdentifier("s", "3"));
    assertThat(find("Patient", new IdentifierCriterion.InSystem("s", "3"))).containsExactly(ONE);
  }

  @Test
  void findsSeveralInTheOrderOfTheirCreationUpToTheLimit() {
    BusinessIdentifier same = new BusinessIdentifier("s", "same");
    put(TWO, "a", same);
    List<ResourceKey> found =
        write(section -> {
          for (int i = 0; i < 5; i++) {
            TestUnit.put(section, new ResourceKey("Patient", "p" + i), "x", same);
          }
          TestUnit.put(section, TWO, "b");
          TestUnit.put(section, ONE, "x", same);
          return section.findByIdentifier(
              "Patient", new IdentifierCriterion.InSystem("s", "same"), 3);
        });
    assertThat(found).extracting(ResourceKey::id).containsExactly("p0", "p1", "p2");
    assertThat(find("Patient", new IdentifierCriterion.AnySystem("same")))
        .extracting(ResourceKey::id)
        .containsExactly("p0", "p1", "p2", "p3", "p4", "one");
  }

  @Test
  void namesMissingKeys() {
    put(ONE, "a");
    put(TWO, "a");
    store.submit(TestUnit.delete(TWO)).join();
    ResourceKey mentioned = new ResourceKey("Patient", "mentioned");
    mention(mentioned);
    ResourceKey unknown = new ResourceKey("Patient", "unknown");

    List<ResourceKey> asked = List.of(ONE, TWO, mentioned, unknown, ONE);
    Set<ResourceKey> missing = write(section -> section.missing(asked));
    assertThat(missing).containsExactlyInAnyOrder(TWO, mentioned, unknown);
    Set<ResourceKey> none = write(section -> section.missing(List.of()));
    assertThat(none).isEmpty();
    Optional<CurrentVersion> current = write(section -> section.current(mentioned));
    assertThat(current).isEmpty();
  }

  private void mention(ResourceKey... targets) {
    write(section ->
        section.put(
            OBSERVATION,
            Change.UPDATED,
            TestUnit.body(OBSERVATION, "m"),
            Map.of(),
            List.of(),
            Arrays.asList(targets),
            null));
  }

  @Test
  void givesPermanentNumbersAlsoToWhatIsOnlyMentioned() {
    ResourceKey later = new ResourceKey("Patient", "later");
    mention(later, ONE, later, OBSERVATION);
    Map<ResourceKey, Long> first = store.numbers(List.of(later, ONE, OBSERVATION, TWO));
    assertThat(first).containsOnlyKeys(later, ONE, OBSERVATION);
    assertThat(new HashSet<>(first.values())).hasSize(3);

    put(later, "a");
    store.submit(TestUnit.delete(later)).join();
    put(later, "b");
    mention(later, TWO);
    reopen();

    Map<ResourceKey, Long> second = store.numbers(List.of(later, ONE, OBSERVATION, TWO));
    assertThat(second).containsAllEntriesOf(first).hasSize(4);
    assertThat(new HashSet<>(second.values())).hasSize(4);
    assertThat(log().stream().filter(e -> e.version().key().equals(later)))
        .hasSize(3)
        .allSatisfy(e -> assertThat(e.number()).isEqualTo(first.get(later)))
        .allSatisfy(e -> assertThat(e.created()).isEqualTo(at(2)));
  }

  @Test
  void keepsWhoWroteAndWhy() throws Exception {
    put(ONE, "a");
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "select actor, client, request_id, reason from resource_version")) {
      assertThat(row.next()).isTrue();
      assertThat(List.of(row.getString(1), row.getString(2), row.getString(3), row.getString(4)))
          .containsExactly("tester", "test-client", "request-1", "because");
    }
  }

  @Test
  void neverLetsLastUpdatedFallWithTheClock() {
    put(ONE, "a");
    clock.set(NOON.minus(Duration.ofDays(1)));
    assertThat(put(ONE, "b").lastUpdated()).isEqualTo(NOON);
    reopen();
    assertThat(put(TWO, "c").lastUpdated()).isEqualTo(NOON);
    clock.set(NOON.plusNanos(1_999_999));
    assertThat(put(TWO, "d").lastUpdated()).isEqualTo(NOON.plusMillis(1));
    assertThat(text(store.read(TWO).orElseThrow())).contains("2026-03-01T12:00:00.124Z");
  }

  @Test
  void noticesADamagedBody() throws Exception {
    put(ONE, "a");
    put(ONE, "b");
    put(TWO, "c");
    reopen();
    try (Connection connection = connect();
        PreparedStatement statement =
            connection.prepareStatement("update resource_version set body = ? where version = 2")) {
      byte[] damaged =
          text(store.read(ONE).orElseThrow()).replace("\"b\"", "\"x\"").getBytes(UTF_8);
      statement.setBytes(1, damaged);
      statement.executeUpdate();
    }

    for (org.assertj.core.api.ThrowableAssert.ThrowingCallable reading :
        List.<org.assertj.core.api.ThrowableAssert.ThrowingCallable>of(
            () -> store.read(ONE),
            () -> store.vread(ONE, new VersionId(2)),
            () -> history(new HistoryScope.OfInstance(ONE)),
            () -> store.read(LogPosition.START, 10))) {
      assertThatThrownBy(reading)
          .isInstanceOf(FhirFailure.Fault.class)
          .hasMessageContaining("Patient/one")
          .hasMessageContaining("version 2");
    }
    assertThat(store.vread(ONE, VersionId.FIRST)).isPresent();
    assertThat(store.read(TWO)).isPresent();
  }

  private HistoryQuery query(HistoryScope scope) {
    return new HistoryQuery(
        scope, Optional.empty(), Optional.empty(), store.head(), Optional.empty(), 100);
  }

  private List<Long> history(HistoryScope scope) {
    return positions(query(scope));
  }

  private List<Long> positions(HistoryQuery query) {
    return store.history(query).stream().map(v -> v.position().value()).toList();
  }

  /** Patient/one at 1, 3 and 5 (its tombstone), Patient/two at 2, Observation/1 at 4. */
  private void writeFive() {
    put(ONE, "1");
    clock.advance(Duration.ofSeconds(1));
    put(TWO, "2");
    clock.advance(Duration.ofSeconds(1));
    put(ONE, "3");
    put(OBSERVATION, "4");
    clock.advance(Duration.ofSeconds(1));
    store.submit(TestUnit.delete(ONE)).join();
  }

  @Test
  void tellsTheHistoryAtThreeLevelsNewestFirst() {
    writeFive();

    assertThat(history(new HistoryScope.OfInstance(ONE))).containsExactly(5L, 3L, 1L);
    assertThat(history(new HistoryScope.OfType("Patient"))).containsExactly(5L, 3L, 2L, 1L);
    assertThat(history(new HistoryScope.OfSystem())).containsExactly(5L, 4L, 3L, 2L, 1L);
    assertThat(history(new HistoryScope.OfInstance(new ResourceKey("Patient", "x")))).isEmpty();
    assertThat(store.historyTotal(query(new HistoryScope.OfInstance(ONE)))).isEqualTo(3);
    assertThat(store.historyTotal(query(new HistoryScope.OfType("Patient")))).isEqualTo(4);
    assertThat(store.historyTotal(query(new HistoryScope.OfSystem()))).isEqualTo(5);
    List<ResourceVersion> versions = store.history(query(new HistoryScope.OfInstance(ONE)));
    assertThat(versions.get(0)).isInstanceOf(ResourceVersion.Tombstone.class);
    assertThat(text(versions.get(1))).contains("\"3\"");
  }

  private List<Long> replaced(long position, long until, int limit, boolean areAll) {
    List<Long> found = new ArrayList<>();
    assertThat(
            store.replaced(
                at(position), at(until), limit, entry -> found.add(entry.position().value())))
        .isEqualTo(areAll);
    return found;
  }

  @Test
  void tellsWhatWasCurrentAndIsReplaced() {
    writeFive();
    put(TWO, "6");
    put(ONE, "7");

    assertThat(replaced(2, 7, 10, true)).containsExactlyInAnyOrder(1L, 2L);
    assertThat(replaced(3, 5, 10, true)).containsExactly(3L);
    // A tombstone was current too; what was first written later was not there.
    assertThat(replaced(5, 7, 10, true)).containsExactlyInAnyOrder(2L, 5L);
    assertThat(replaced(0, 7, 10, true)).isEmpty();
    assertThat(replaced(7, 7, 10, true)).isEmpty();
    assertThat(replaced(2, 7, 2, true)).hasSize(2);
    assertThat(replaced(2, 7, 1, false)).hasSize(1);
  }

  @Test
  void boundsTheHistoryByTime() {
    writeFive();
    Instant third = NOON.plusSeconds(2);

    assertThat(between(third, null)).containsExactly(5L, 4L, 3L);
    assertThat(between(third.plusNanos(1), null)).containsExactly(5L);
    assertThat(between(null, third)).containsExactly(4L, 3L, 2L, 1L);
    assertThat(between(null, third.minusNanos(1))).containsExactly(2L, 1L);
    assertThat(between(third, third)).containsExactly(4L, 3L);
    assertThat(between(NOON.minusSeconds(9), NOON.plusSeconds(99))).hasSize(5);
    assertThat(between(NOON.plusSeconds(99), null)).isEmpty();
    assertThat(between(null, NOON.minusSeconds(9))).isEmpty();
    HistoryQuery ofType =
        new HistoryQuery(
            new HistoryScope.OfType("Patient"),
            Optional.of(NOON.plusSeconds(1)),
            Optional.of(third),
            store.head(),
            Optional.empty(),
            1);
    assertThat(positions(ofType)).containsExactly(3L);
    assertThat(store.historyTotal(ofType)).isEqualTo(2);
  }

  @Test
  void tellsWhatWasCurrentInATime() {
    writeFive();
    Instant second = NOON.plusSeconds(1);
    Instant third = NOON.plusSeconds(2);

    assertThat(currentIn(second, second)).containsExactly(2L, 1L);
    assertThat(currentIn(second, third)).containsExactly(4L, 3L, 2L, 1L);
    assertThat(currentIn(third, third)).containsExactly(4L, 3L, 2L);
    assertThat(currentIn(third, third.plusSeconds(9))).containsExactly(5L, 4L, 3L, 2L);
    assertThat(currentIn(NOON.minusSeconds(9), NOON.minusSeconds(1))).isEmpty();
  }

  private List<Long> currentIn(Instant from, Instant to) {
    List<Long> ofSystem = currentIn(new HistoryScope.OfSystem(), from, to);
    List<Long> ofPatients = currentIn(new HistoryScope.OfType("Patient"), from, to);
    List<Long> ofOne = currentIn(new HistoryScope.OfInstance(ONE), from, to);
    assertThat(ofSystem).containsAll(ofPatients);
    assertThat(ofPatients).containsAll(ofOne);
    return ofSystem;
  }

  private List<Long> currentIn(HistoryScope scope, Instant from, Instant to) {
    HistoryQuery query =
        new HistoryQuery(
            scope,
            Optional.empty(),
            Optional.of(to),
            Optional.of(from),
            store.head(),
            Optional.empty(),
            100);
    List<Long> positions = positions(query);
    assertThat(store.historyTotal(query)).isEqualTo(positions.size());
    return positions;
  }

  @Test
  void readsInTheSectionWhatTheUnitAndThoseBeforeHaveWritten() {
    put(ONE, "stored");
    write(section -> {
      assertThat(text(section.read(ONE).orElseThrow())).contains("stored");
      assertThat(section.read(TWO)).isEmpty();
      TestUnit.put(section, TWO, "staged");
      TestUnit.put(section, ONE, "changed");
      assertThat(text(section.read(TWO).orElseThrow())).contains("staged");
      assertThat(text(section.read(ONE).orElseThrow())).contains("changed");
      section.delete(ONE);
      assertThat(section.read(ONE)).isEmpty();
      return true;
    });
    assertThat(text(write(section -> section.read(TWO).orElseThrow()))).contains("staged");
  }

  private List<Long> between(
      @org.jspecify.annotations.Nullable Instant since,
      @org.jspecify.annotations.Nullable Instant until) {
    HistoryQuery query =
        new HistoryQuery(
            new HistoryScope.OfSystem(),
            Optional.ofNullable(since),
            Optional.ofNullable(until),
            store.head(),
            Optional.empty(),
            100);
    List<Long> positions = positions(query);
    assertThat(store.historyTotal(query)).isEqualTo(positions.size());
    return positions;
  }

  @Test
  void pagesAHistoryWhileOthersWrite() {
    for (int i = 0; i < 10; i++) {
      put(i % 2 == 0 ? ONE : TWO, "v" + i);
    }
    LogPosition asOf = store.head();
    for (HistoryScope scope :
        List.of(
            new HistoryScope.OfSystem(),
            new HistoryScope.OfType("Patient"),
            new HistoryScope.OfInstance(ONE))) {
      List<Long> walked = new ArrayList<>();
      Optional<LogPosition> before = Optional.empty();
      while (true) {
        HistoryQuery page =
            new HistoryQuery(scope, Optional.empty(), Optional.empty(), asOf, before, 3);
        List<Long> positions = positions(page);
        put(ONE, "other");
        store.submit(TestUnit.delete(TWO)).join();
        put(TWO, "other");
        assertThat(store.historyTotal(page))
            .isEqualTo(scope instanceof HistoryScope.OfInstance ? 5 : 10);
        if (positions.isEmpty()) {
          break;
        }
        walked.addAll(positions);
        before = Optional.of(at(positions.getLast()));
      }
      assertThat(walked).isSortedAccordingTo(Collections.reverseOrder());
      assertThat(walked).hasSize(scope instanceof HistoryScope.OfInstance ? 5 : 10);
    }
    assertThat(
            positions(
                new HistoryQuery(
                    new HistoryScope.OfSystem(),
                    Optional.empty(),
                    Optional.empty(),
                    asOf,
                    Optional.empty(),
                    0)))
        .isEmpty();
  }

  @Test
  void readsTheLogFromAnyPosition() {
    write(section -> {
      TestUnit.put(section, ONE, "1");
      return TestUnit.put(section, TWO, "2");
    });
    put(ONE, "3");
    store.submit(TestUnit.delete(TWO)).join();
    for (int round = 0; round < 2; round++) {
      for (int after = 0; after <= 4; after++) {
        for (int limit = 1; limit <= 5; limit++) {
          List<LogEntry> entries = store.read(at(after), limit);
          assertThat(entries).hasSize(Math.min(limit, 4 - after));
          for (int i = 0; i < entries.size(); i++) {
            LogEntry entry = entries.get(i);
            assertThat(entry.position()).isEqualTo(at(after + i + 1));
            assertThat(entry.endsUnit()).isEqualTo(entry.position().value() != 1);
            assertThat(entry.created()).isEqualTo(at(entry.version().key().equals(ONE) ? 1 : 2));
          }
        }
      }
      // The second time without the entries that the writer kept in memory.
      reopen();
    }
    assertThat(store.read(at(3), 1).getFirst().version())
        .isEqualTo(new ResourceVersion.Tombstone(TWO, new VersionId(2), NOON, at(4)));
    assertThatThrownBy(() -> store.read(at(0), 0)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void handsToFollowersWhatTheWriterDerived() {
    Object derived = new Object();
    write(section ->
        section.put(
            ONE, Change.CREATED, TestUnit.body(ONE, "a"), Map.of(), List.of(), List.of(), derived));

    assertThat(store.read(LogPosition.START, 1).getFirst().derived()).isSameAs(derived);
    reopen();
    assertThat(store.read(LogPosition.START, 1).getFirst().derived()).isNull();
  }

  @Test
  void readsALogOfLargeBodiesInParts() {
    String large = "x".repeat(6_000_000);
    for (int i = 0; i < 5; i++) {
      put(new ResourceKey("Binary", "b" + i), large);
    }
    reopen();

    List<LogEntry> part = store.read(LogPosition.START, 100);
    assertThat(part).hasSizeBetween(1, 4);
    assertThat(log()).hasSize(5);
  }

  @Test
  void wakesAWaitingFollower() throws Exception {
    put(ONE, "a");
    store.awaitEntriesAfter(LogPosition.START, Duration.ofSeconds(60));
    long before = System.nanoTime();
    store.awaitEntriesAfter(at(1), Duration.ofMillis(50));
    assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(45_000_000L);

    CompletableFuture<List<LogEntry>> woken = new CompletableFuture<>();
    Thread follower =
        Thread.ofPlatform()
            .start(() -> {
              try {
                store.awaitEntriesAfter(at(1), Duration.ofSeconds(60));
                woken.complete(store.read(at(1), 10));
              } catch (InterruptedException | RuntimeException e) {
                woken.completeExceptionally(e);
              }
            });
    put(TWO, "b");
    assertThat(woken.get(10, TimeUnit.SECONDS)).hasSize(1);
    follower.join();
  }

  @Test
  void answersBusyAtOnceWhenTheQueueIsFull() throws Exception {
    CountDownLatch release = holdWriter();
    List<CompletableFuture<?>> waiting = new ArrayList<>();
    for (int i = 0; i < QUEUE_MAX; i++) {
      waiting.add(store.submit(TestUnit.put(new ResourceKey("Patient", "p" + i), "x")));
    }

    assertThatThrownBy(() -> store.submit(TestUnit.put(ONE, "x")))
        .isInstanceOfSatisfying(
            FhirFailure.Busy.class, e -> assertThat(e.retryAfter()).isPositive())
        .hasMessageContaining("rodnan.limits.write-queue-max");

    release.countDown();
    CompletableFuture.allOf(waiting.toArray(CompletableFuture[]::new)).join();
    assertThat(store.read(ONE)).isEmpty();
    put(ONE, "x");
    assertThat(store.head()).isEqualTo(at(QUEUE_MAX + 1));
  }

  @Test
  void runsAUnitThatNeedsTheIndexAloneAndAfterTheGroupBeforeIt() throws Exception {
    CountDownLatch release = holdWriter();
    AtomicReference<LogPosition> awaited = new AtomicReference<>();
    AtomicReference<LogPosition> committed = new AtomicReference<>();
    List<CompletableFuture<?>> units = new ArrayList<>();
    int transactionsBefore = clock.readings();
    for (int i = 0; i < 10; i++) {
      if (i == 5) {
        units.add(
            store.submit(
                TestUnit.afterIndex(
                    head -> {
                      awaited.set(head);
                      List<LogEntry> log = log();
                      committed.set(log.getLast().position());
                    },
                    section -> {
                      assertThat(section.head()).isEqualTo(at(5));
                      return TestUnit.put(section, ONE, "x");
                    })));
      }
      units.add(store.submit(TestUnit.put(new ResourceKey("Patient", "p" + i), "x")));
    }
    release.countDown();
    CompletableFuture.allOf(units.toArray(CompletableFuture[]::new)).join();

    assertThat(awaited).hasValue(at(5));
    assertThat(committed).hasValue(at(5));
    assertThat(store.read(ONE).orElseThrow().position()).isEqualTo(at(6));
    assertThat(clock.readings() - transactionsBefore).isEqualTo(3);
  }

  @Test
  void failsAUnitWhoseIndexDoesNotCome() {
    FhirFailure busy = new FhirFailure.Busy("rebuilding", Duration.ofSeconds(5));
    CompletableFuture<?> unit =
        store.submit(
            TestUnit.afterIndex(
                head -> {
                  throw busy;
                },
                section -> TestUnit.put(section, ONE, "x")));

    assertThat(failure(unit)).containsSame(busy);
    assertThat(store.read(ONE)).isEmpty();
    put(ONE, "y");
  }

  @Test
  void letsOneOfManyConcurrentConditionalCreatesCreate() throws Exception {
    Set<ResourceKey> answers = createIfNone(List.of(store), 64);

    assertThat(answers).hasSize(1);
    assertThat(store.head()).isEqualTo(at(1));
  }

  /** What each of the threads, split over the stores, got for the same identifier. */
  static Set<ResourceKey> createIfNone(List<ResourceStore> stores, int threads) throws Exception {
    CountDownLatch start = new CountDownLatch(1);
    List<Future<ResourceKey>> answers = new ArrayList<>();
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      for (int i = 0; i < threads; i++) {
        ResourceStore store = stores.get(i % stores.size());
        ResourceKey own = new ResourceKey("Patient", "own-" + i);
        answers.add(
            pool.submit(() -> {
              awaitQuietly(start);
              return store.submit(TestUnit.of(s -> createIfNone(s, own))).join();
            }));
      }
      start.countDown();
      Set<ResourceKey> keys = new HashSet<>();
      for (Future<ResourceKey> answer : answers) {
        keys.add(answer.get(60, TimeUnit.SECONDS));
      }
      return keys;
    }
  }

  private static ResourceKey createIfNone(WriterSection section, ResourceKey own) {
    List<ResourceKey> found =
        section.findByIdentifier("Patient", new IdentifierCriterion.InSystem("s", "v"), 2);
    assertThat(found).hasSizeLessThan(2);
    if (found.isEmpty()) {
      TestUnit.put(section, own, "x", new BusinessIdentifier("s", "v"));
      return own;
    }
    return found.getFirst();
  }

  @Test
  void finishesWaitingUnitsWhenItCloses() throws Exception {
    CountDownLatch release = holdWriter();
    List<CompletableFuture<?>> waiting = new ArrayList<>();
    for (int i = 0; i < 150; i++) {
      waiting.add(store.submit(TestUnit.put(new ResourceKey("Patient", "p" + i), "x")));
    }
    CompletableFuture<Void> closing = CompletableFuture.runAsync(store::close);
    release.countDown();
    closing.get(60, TimeUnit.SECONDS);

    assertThat(waiting).allSatisfy(unit -> assertThat(unit).isCompleted());
    assertThatThrownBy(() -> store.submit(TestUnit.put(ONE, "x")))
        .isInstanceOf(FhirFailure.Busy.class);
    reopen();
    assertThat(log()).hasSize(150);
  }

  /** What a test expects the store to hold. */
  private static final class Model {
    final List<String> log = new ArrayList<>();
    final java.util.TreeMap<ResourceKey, List<String>> versions = new java.util.TreeMap<>();
    final java.util.TreeMap<ResourceKey, String> identifier = new java.util.TreeMap<>();

    void put(ResourceKey key, String text, String value) {
      log.add(key + " " + text);
      versions.computeIfAbsent(key, k -> new ArrayList<>()).add(text);
      identifier.put(key, value);
    }

    boolean exists(ResourceKey key) {
      return identifier.containsKey(key);
    }

    void delete(ResourceKey key) {
      log.add(key + " deleted");
      versions.getOrDefault(key, new ArrayList<>()).add("deleted");
      identifier.remove(key);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 20260301, 77})
  void equalsAModelAfterRandomUnits(long seed, TestReporter reporter) {
    reporter.publishEntry("seed", Long.toString(seed));
    Random random = new Random(seed);
    Model model = new Model();
    for (int round = 0; round < 60; round++) {
      List<CompletableFuture<?>> units = new ArrayList<>();
      for (int u = random.nextInt(6); u >= 0; u--) {
        units.add(store.submit(TestUnit.of(randomUnit(random, model))));
      }
      units.forEach(ResourceStoreContract::failure);
      if (random.nextInt(20) == 0) {
        reopen();
      }
    }

    assertThat(log().stream().map(ResourceStoreContract::describe)).isEqualTo(model.log);
    for (Map.Entry<ResourceKey, List<String>> entry : model.versions.entrySet()) {
      List<String> versions = entry.getValue();
      for (int v = 1; v <= versions.size(); v++) {
        ResourceVersion version = store.vread(entry.getKey(), new VersionId(v)).orElseThrow();
        assertThat(describe(version)).isEqualTo(entry.getKey() + " " + versions.get(v - 1));
      }
      assertThat(store.read(entry.getKey()).orElseThrow().version().value())
          .isEqualTo(versions.size());
    }
    for (int value = 0; value < 4; value++) {
      String text = "i" + value;
      List<ResourceKey> found =
          write(section ->
              section.findByIdentifier("Patient", new IdentifierCriterion.AnySystem(text), 99));
      assertThat(found)
          .as("seed %d", seed)
          .containsExactlyInAnyOrderElementsOf(
              model.identifier.entrySet().stream()
                  .filter(e -> e.getValue().equals(text))
                  .map(Map.Entry::getKey)
                  .toList());
    }
  }

  /** The random choices are made now; the model follows when the unit runs. */
  private static Function<WriterSection, Integer> randomUnit(Random random, Model model) {
    List<Long> choices = random.longs(1 + random.nextInt(4)).boxed().toList();
    boolean fails = random.nextInt(4) == 0;
    return section -> {
      List<Runnable> effects = new ArrayList<>();
      Set<ResourceKey> touched = new HashSet<>();
      for (long choice : choices) {
        Random own = new Random(choice);
        ResourceKey key = new ResourceKey("Patient", "p" + own.nextInt(12));
        if (!touched.add(key)) {
          continue;
        }
        assertThat(section.missing(List.of(key)).isEmpty()).isEqualTo(model.exists(key));
        if (own.nextInt(3) == 0 && model.exists(key)) {
          section.delete(key);
          effects.add(() -> model.delete(key));
        } else {
          String text = "t" + own.nextInt(1_000);
          String value = "i" + own.nextInt(4);
          TestUnit.put(section, key, text, new BusinessIdentifier("s", value));
          effects.add(() -> model.put(key, text, value));
        }
      }
      if (fails) {
        throw new FhirFailure.Conflict("at random");
      }
      effects.forEach(Runnable::run);
      return effects.size();
    };
  }

  private static String describe(LogEntry entry) {
    return describe(entry.version());
  }

  private static String describe(ResourceVersion version) {
    return switch (version) {
      case ResourceVersion.Tombstone tombstone -> tombstone.key() + " deleted";
      case ResourceVersion.Expunged expunged -> expunged.key() + " expunged";
      case ResourceVersion.Content content ->
          content.key() + " " + text(content).replaceAll(".*\"language\":\"([^\"]*)\".*", "$1");
    };
  }
}
