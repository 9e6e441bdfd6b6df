package org.rodnan.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.Limits;
import org.rodnan.fhir.LogPosition;
import org.rodnan.fhir.ResourceKey;

/** SQLite itself refuses to grow: what it does on a full disk. */
class DiskFullTest {
  private static final String LARGE = "x".repeat(200_000);
  private static final ResourceKey BEFORE = new ResourceKey("Basic", "before");

  @TempDir Path folder;
  private final AtomicBoolean isFull = new AtomicBoolean();
  private SqlResourceStore store;

  @BeforeEach
  void open() {
    store =
        new SqlResourceStore(
            new Bounded(SqliteDatabase.open(folder.resolve("rodnan.sqlite"), 2), isFull),
            Limits.DEFAULTS,
            Clock.systemUTC());
    store.submit(TestUnit.put(BEFORE, "there")).join();
  }

  @AfterEach
  void close() {
    store.close();
  }

  private static ResourceKey key(int number) {
    return new ResourceKey("Basic", "b" + number);
  }

  @Test
  void saysThatTheDiskIsFullAndGoesOnOnceThereIsSpace() {
    LogPosition head = store.head();
    isFull.set(true);
    Throwable refused =
        catchThrowable(() -> store.submit(TestUnit.put(key(1), LARGE)).join()).getCause();
    assertThat(refused)
        .isInstanceOf(FhirFailure.DiskFull.class)
        .hasMessageContaining("disk of the server is full");
    assertThat(store.read(key(1))).isEmpty();
    assertThat(store.read(BEFORE)).isPresent();
    assertThat(store.head()).isEqualTo(head);

    isFull.set(false);
    store.submit(TestUnit.put(key(1), LARGE)).join();
    assertThat(store.read(key(1))).isPresent();
    assertThat(store.head()).isEqualTo(head.next());
  }

  @Test
  void writesNothingOfAUnitForWhichThereIsNoSpace() {
    LogPosition head = store.head();
    isFull.set(true);
    Throwable refused =
        catchThrowable(() ->
            store
                .submit(
                    TestUnit.of(section -> {
                      TestUnit.put(section, key(1), "small");
                      TestUnit.put(section, BEFORE, "changed");
                      return TestUnit.put(section, key(2), LARGE);
                    }))
                .join());
    assertThat(refused.getCause()).isInstanceOf(FhirFailure.DiskFull.class);
    assertThat(store.head()).isEqualTo(head);
    assertThat(store.read(key(1))).isEmpty();
    assertThat(store.read(BEFORE).orElseThrow().version().value()).isEqualTo(1);
  }

  @Test
  void acknowledgesOfManyWritesExactlyThoseThatAreThere() {
    isFull.set(true);
    Map<ResourceKey, CompletableFuture<?>> writes = new HashMap<>();
    IntStream.range(0, 100)
        .forEach(i ->
            writes.put(
                key(i), store.submit(TestUnit.put(key(i), i % 2 == 0 ? LARGE : "small " + i))));
    writes.forEach((key, write) -> {
      Throwable failure = catchThrowable(write::join);
      assertThat(store.read(key).isPresent()).isEqualTo(failure == null);
      if (failure != null) {
        assertThat(failure.getCause()).isInstanceOf(FhirFailure.DiskFull.class);
      }
    });
    assertThat(writes.values()).anyMatch(CompletableFuture::isCompletedExceptionally);
  }

  /** An SQLite file that may not grow by more than a few pages while there is no space. */
  private record Bounded(Database inner, AtomicBoolean isFull) implements Database {
    private static final int PAGES_LEFT = 4;

    @Override
    public Session snapshot() throws SQLException {
      return inner.snapshot();
    }

    @Override
    public Session beginWriting() throws SQLException {
      Session session = inner.beginWriting();
      try (Statement statement = session.connection().createStatement()) {
        long limit = 1L << 30;
        if (isFull.get()) {
          try (ResultSet row = statement.executeQuery("pragma page_count")) {
            limit = row.getLong(1) + PAGES_LEFT;
          }
        }
        statement.execute("pragma max_page_count = " + limit);
      }
      return session;
    }

    @Override
    public Session reader() throws SQLException {
      return inner.reader();
    }

    @Override
    public Head head(Session writing) throws SQLException {
      return inner.head(writing);
    }

    @Override
    public Map<ResourceKey, KeyRow> findKeys(Session session, Collection<ResourceKey> keys)
        throws SQLException {
      return inner.findKeys(session, keys);
    }

    @Override
    public boolean isCommitted(Head before) throws SQLException {
      return inner.isCommitted(before);
    }

    @Override
    public String ofTypeBetween() {
      return inner.ofTypeBetween();
    }

    @Override
    public boolean isShared() {
      return inner.isShared();
    }

    @Override
    public void close() {
      inner.close();
    }
  }
}
