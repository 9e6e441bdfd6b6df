package org.rodnan;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The packed program, killed with SIGKILL while eight connections send results over MLLP and repeat
 * what was not acknowledged: what was acknowledged is there once, and of corrections the last one.
 */
class Hl7v2CrashIT {
  private static final int MESSAGES = Integer.getInteger("rodnan.hl7v2.messages", 400);
  private static final int KILLS = Integer.getInteger("rodnan.hl7v2.kills", 2);
  private static final int CONNECTIONS = 8;
  private static final int PATIENTS = 40;
  private static final String SYSTEM = "https://clinic.example.org/patients";

  /** Each fourth message corrects the one before it on its connection. */
  private static final int CORRECTED = 4;

  private final int mllp = freePort();
  private final AtomicInteger acknowledged = new AtomicInteger();
  private final AtomicInteger repeated = new AtomicInteger();
  private final Queue<String> failures = new ConcurrentLinkedQueue<>();

  /** Order to the value that it has to have. */
  private final Map<String, Integer> expected = new ConcurrentHashMap<>();

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void keepsEveryAcknowledgedMessageOnceWhenKilled(@TempDir Path folder) throws Exception {
    long seed = Long.getLong("rodnan.seed", System.nanoTime());
    Random random = new Random(seed);
    Map<String, String> settings =
        Map.of(
            "rodnan.trials.load",
            "false",
            "rodnan.hl7v2.port",
            String.valueOf(mllp),
            "rodnan.hl7v2.identifier-systems.CLINIC",
            SYSTEM);
    List<Thread> senders = new ArrayList<>();
    ServerProcess server = ServerProcess.start(folder.resolve("data"), settings);
    long begun = System.nanoTime();
    try {
      for (int connection = 0; connection < CONNECTIONS; connection++) {
        int number = connection;
        senders.add(Thread.ofPlatform().start(() -> send(number)));
      }
      for (int kill = 1; kill <= KILLS; kill++) {
        int after = MESSAGES / (KILLS + 1) * kill + random.nextInt(CONNECTIONS);
        while (acknowledged.get() < after && failures.isEmpty()) {
          new CountDownLatch(1).await(1, TimeUnit.MILLISECONDS);
        }
        server.kill();
        server = ServerProcess.start(folder.resolve("data"), settings);
      }
      for (Thread sender : senders) {
        sender.join();
      }
      Duration took = Duration.ofNanos(System.nanoTime() - begun);
      assertThat(failures).as("seed " + seed).isEmpty();
      System.out.printf(
          "%d messages on %d connections, %d kills, %d sent again: %d ms, seed %d%n",
          MESSAGES, CONNECTIONS, KILLS, repeated.get(), took.toMillis(), seed);
      verify(server.client(), "seed " + seed);
    } finally {
      server.close();
    }
  }

  private void send(int connection) {
    String previous = "";
    Sender sender = new Sender();
    for (int i = connection; i < MESSAGES && failures.isEmpty(); i += CONNECTIONS) {
      boolean isCorrection = i / CONNECTIONS % CORRECTED == CORRECTED - 1;
      String order = isCorrection ? previous : "order-" + i;
      int patient = Integer.parseInt(order.substring("order-".length())) % PATIENTS;
      int value = i % 150;
      sender.deliver(
          "MSH|^~\\&|LAB|CLINIC|||20080115120000||ORU^R01|m-"
              + i
              + "|P|2.5.1\rPID|||p-"
              + patient
              + "^^^CLINIC|||||F\rOBR|1||"
              + order
              + "|X|||20080115\rOBX|1|NM|esr^^99SSC||"
              + value
              + "|mm/h|||||"
              + (isCorrection ? "C" : "F")
              + "\rOBX|2|NM|19870-5^^LN||3.10|L|||||F\r",
          "\rMSA|AA|m-" + i + "\r");
      expected.put(order, value);
      acknowledged.incrementAndGet();
      previous = order;
    }
  }

  /** One sender, on one connection after the other. */
  private final class Sender {
    private @Nullable MllpClient client;

    /** Until it is acknowledged. */
    void deliver(String message, String acknowledgement) {
      for (boolean isFirst = true; failures.isEmpty(); isFirst = false) {
        if (!isFirst) {
          repeated.incrementAndGet();
        }
        try {
          MllpClient open = client == null ? new MllpClient(mllp) : client;
          client = open;
          String answer = open.send(message);
          if (answer.contains(acknowledgement)) {
            return;
          }
          if (!answer.contains("\rMSA|AR|")) {
            failures.add(answer);
          }
        } catch (IOException e) {
          // Dead, or not up again yet.
          client = null;
          pause();
        }
      }
    }

    private void pause() {
      try {
        new CountDownLatch(1).await(50, TimeUnit.MILLISECONDS);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        failures.add("interrupted");
      }
    }
  }

  private void verify(FhirClient client, String description) {
    Map<String, Integer> found = new HashMap<>();
    for (int patient = 0; patient < PATIENTS; patient++) {
      String token = FhirClient.encode(SYSTEM + "|p-" + patient);
      assertThat(client.get("/Patient?identifier=" + token).json().path("total").asInt())
          .as(description)
          .isEqualTo(1);
      for (JsonNode each :
          client.walk("/Observation?_count=1000&code=esr&patient.identifier=" + token)) {
        JsonNode result = each.path("resource");
        String order = result.path("identifier").path(0).path("value").asText();
        assertThat(found.put(order, result.path("valueQuantity").path("value").asInt()))
            .as(order + " twice, " + description)
            .isNull();
      }
    }
    assertThat(new TreeMap<>(found)).as(description).isEqualTo(new TreeMap<>(expected));
    assertThat(total(client, "/Observation")).as(description).isEqualTo(2 * expected.size());
    assertThat(total(client, "/Provenance")).as(description).isEqualTo(MESSAGES);
  }

  private static int total(FhirClient client, String type) {
    return client.get(type + "?_summary=count").json().path("total").asInt();
  }
}
