package org.rodnan;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two server processes on one PostgreSQL: equal nodes, each with its own index. */
class ClusterIT {
  private static final int CLIENTS = 64;
  private static final int WRITES = 1_000;

  @TempDir private static Path folder;

  private static EmbeddedPostgres postgres;
  private static ServerProcess one;
  private static ServerProcess other;

  @BeforeAll
  static void start() throws Exception {
    postgres = EmbeddedPostgres.builder().start();
    one = node("one");
    other = node("other");
  }

  @AfterAll
  static void stop() throws Exception {
    one.close();
    other.close();
    postgres.close();
  }

  private static ServerProcess node(String name) {
    return ServerProcess.start(
        folder.resolve(name),
        Map.of(
            "rodnan.trials.load",
            "false",
            "rodnan.store.url",
            postgres.getJdbcUrl("postgres", "postgres")));
  }

  @Test
  void createsOneResourceOfManyConditionalCreatesOverBothNodes() throws Exception {
    String token = FhirClient.encode(Fixtures.identifierToken("cluster-same"));
    FhirClient[] clients = {one.client(), other.client()};
    List<FhirClient.Answer> answers =
        Together.run(
            CLIENTS,
            i ->
                clients[i % 2].post(
                    "/Patient",
                    Fixtures.patient("x", "cluster-same").toString(),
                    "If-None-Exist",
                    "identifier=" + token));
    assertThat(answers.stream().filter(answer -> answer.status() == 201)).hasSize(1);
    assertThat(answers.stream().filter(answer -> answer.status() == 200)).hasSize(CLIENTS - 1);
    assertThat(answers.stream().map(answer -> answer.json().path("id").asText()).distinct())
        .hasSize(1);
    assertThat(total(other.client(), "/Patient?identifier=" + token)).isEqualTo(1);
  }

  @Test
  void findsOnOneNodeWhatTheOtherHasAcknowledged() throws Exception {
    FhirClient writer = one.client();
    FhirClient searcher = other.client();
    AtomicInteger next = new AtomicInteger();
    Together.run(
        4,
        thread -> {
          for (int i = next.getAndIncrement(); i < WRITES; i = next.getAndIncrement()) {
            String identifier = "seen-" + i;
            FhirClient.Answer created =
                writer.post("/Patient", Fixtures.patient("x", identifier).toString());
            assertThat(created.status()).as(created::text).isEqualTo(201);
            String token = FhirClient.encode(Fixtures.identifierToken(identifier));
            assertThat(total(searcher, "/Patient?identifier=" + token)).isEqualTo(1);
          }
          return thread;
        });
  }

  @Test
  void losesNothingWhenANodeIsKilledAndCatchesUpWhenItComesBack() throws Exception {
    ServerProcess victim = node("victim");
    FhirClient doomed = victim.client();
    for (int i = 0; i < 20; i++) {
      assertThat(doomed.post("/Patient", Fixtures.patient("x", "before-" + i).toString()).status())
          .isEqualTo(201);
    }
    victim.kill();
    for (int i = 0; i < 20; i++) {
      FhirClient.Answer created =
          one.client().post("/Patient", Fixtures.patient("x", "after-" + i).toString());
      assertThat(created.status()).as(created::text).isEqualTo(201);
    }
    try (ServerProcess back = node("victim")) {
      for (String prefix : List.of("before-", "after-")) {
        for (int i = 0; i < 20; i++) {
          String token = FhirClient.encode(Fixtures.identifierToken(prefix + i));
          for (FhirClient client : List.of(back.client(), other.client())) {
            assertThat(total(client, "/Patient?identifier=" + token)).isEqualTo(1);
          }
        }
      }
    }
  }

  private static int total(FhirClient client, String search) {
    FhirClient.Answer answer = client.get(search);
    assertThat(answer.status()).as(answer::text).isEqualTo(200);
    return answer.json().path("total").asInt(-1);
  }
}
