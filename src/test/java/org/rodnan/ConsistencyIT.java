package org.rodnan;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the packed program promises while many clients use it at once, on SQLite. */
class ConsistencyIT {
  private static final int CLIENTS = 64;
  private static final int WRITERS = 8;
  private static final int PAIRS = Integer.getInteger("rodnan.pairs", 2_000);
  private static final int WALKED = 5_000;

  @TempDir private static Path folder;

  private static ServerProcess server;

  @BeforeAll
  static void start() {
    server = ServerProcess.start(folder.resolve("data"), Map.of("rodnan.trials.load", "false"));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void createsOneResourceOfManyConditionalCreates() throws Exception {
    String token = FhirClient.encode(Fixtures.identifierToken("same"));
    FhirClient client = server.client();
    List<FhirClient.Answer> answers =
        Together.run(
            CLIENTS,
            i ->
                client.post(
                    "/Patient",
                    Fixtures.patient("x", "same").toString(),
                    "If-None-Exist",
                    "identifier=" + token));
    assertThat(answers.stream().filter(answer -> answer.status() == 201)).hasSize(1);
    assertThat(answers.stream().filter(answer -> answer.status() == 200)).hasSize(CLIENTS - 1);
    assertThat(answers.stream().map(answer -> answer.json().path("id").asText()).distinct())
        .hasSize(1);
    assertThat(client.get("/Patient?identifier=" + token).json().path("total").asInt())
        .isEqualTo(1);
  }

  @Test
  void findsWhatWasJustWritten() throws Exception {
    FhirClient client = server.client();
    Together.run(
        WRITERS,
        thread -> {
          for (int i = 0; i < PAIRS / WRITERS; i++) {
            String identifier = "pair-" + thread + "-" + i;
            FhirClient.Answer created =
                client.post("/Patient", Fixtures.patient("x", identifier).toString());
            assertThat(created.status()).as(created::text).isEqualTo(201);
            JsonNode found =
                client
                    .get(
                        "/Patient?identifier="
                            + FhirClient.encode(Fixtures.identifierToken(identifier)))
                    .json();
            assertThat(found.path("total").asInt()).isEqualTo(1);
            assertThat(found.path("entry").path(0).path("resource").path("id").asText())
                .isEqualTo(created.id());
          }
          return thread;
        });
  }

  @Test
  void walksEachMatchOfTheFirstPagesMomentOnceWhileOthersWrite() throws Exception {
    FhirClient client = server.client();
    String patient = "walked";
    assertThat(client.put("/Patient/" + patient, Fixtures.patient(patient, patient).toString()))
        .extracting(FhirClient.Answer::status)
        .isEqualTo(201);
    Set<String> expected = writeObservations(client, patient);
    AtomicBoolean walking = new AtomicBoolean(true);
    CountDownLatch disturbed = new CountDownLatch(3);
    Thread disturber = null;
    List<String> ids = new ArrayList<>();
    try {
      Optional<String> next = Optional.of("/Observation?patient=" + patient + "&_count=97");
      while (next.isPresent()) {
        JsonNode page = client.get(next.get()).json();
        assertThat(page.path("total").asInt()).as(page::toString).isEqualTo(WALKED);
        page.path("entry").forEach(entry -> ids.add(entry.path("resource").path("id").asText()));
        if (disturber == null) {
          // Only now does the writing begin: what comes is not of the first page's moment.
          disturber = Thread.ofPlatform().start(() -> disturb(client, patient, walking, disturbed));
          assertThat(disturbed.await(60, TimeUnit.SECONDS)).isTrue();
        }
        next = FhirClient.link(page, "next");
      }
    } finally {
      walking.set(false);
      if (disturber != null) {
        disturber.join();
      }
    }
    assertThat(ids).doesNotHaveDuplicates();
    assertThat(new HashSet<>(ids)).isEqualTo(expected);
  }

  private static Set<String> writeObservations(FhirClient client, String patient) {
    Set<String> ids = new HashSet<>();
    for (int batch = 0; batch < WALKED / 500; batch++) {
      ObjectNode bundle = Fixtures.transaction();
      for (int i = 0; i < 500; i++) {
        String id = "walk-" + batch + "-" + i;
        Fixtures.put(bundle, Fixtures.fvc(id, "Patient/" + patient, "2008-02-01"));
        ids.add(id);
      }
      FhirClient.Answer answer = client.post("", bundle.toString());
      assertThat(answer.status()).as(answer::text).isEqualTo(200);
    }
    return ids;
  }

  /** Creates, changes and deletes what is being walked. */
  private static void disturb(
      FhirClient client, String patient, AtomicBoolean walking, CountDownLatch disturbed) {
    for (int i = 0; walking.get(); i++) {
      client.put(
          "/Observation/new-" + i,
          Fixtures.fvc("new-" + i, "Patient/" + patient, "2008-03-01").toString());
      String changed = "walk-" + i % 10 + "-" + (499 - i % 500);
      client.put(
          "/Observation/" + changed,
          Fixtures.fvc(changed, "Patient/" + patient, "2008-04-01").toString());
      FhirClient.Answer deleted =
          client.delete("/Observation/walk-" + (9 - i % 10) + "-" + i % 400);
      assertThat(deleted.status()).as(deleted::text).isIn(200, 204);
      disturbed.countDown();
    }
  }

  @Test
  void writesNothingOfATransactionWhoseLastEntryIsInvalid() {
    FhirClient client = server.client();
    ObjectNode bundle = Fixtures.transaction();
    Fixtures.post(
        bundle, "urn:uuid:5e1d3d9e-0000-4000-8000-000000000000", Fixtures.patient("x", "torn"));
    for (int i = 0; i < 25; i++) {
      ObjectNode mrss =
          Fixtures.mrss("x", "urn:uuid:5e1d3d9e-0000-4000-8000-000000000000", "2008-01-01");
      if (i == 24) {
        ((ObjectNode) mrss.get("valueQuantity")).put("value", 52);
      }
      Fixtures.post(bundle, "urn:uuid:5e1d3d9e-0000-4000-8000-0000000001" + (10 + i), mrss);
    }
    FhirClient.Answer answer = client.post("", bundle.toString());
    assertThat(answer.status()).isEqualTo(422);
    assertThat(answer.text()).contains("Bundle.entry[25]");
    String token = FhirClient.encode(Fixtures.identifierToken("torn"));
    assertThat(client.get("/Patient?identifier=" + token).json().path("total").asInt()).isZero();
    assertThat(client.get("/Observation?patient.identifier=" + token).json().path("total").asInt())
        .isZero();
  }
}
