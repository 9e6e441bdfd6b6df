package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.rodnan.FhirClient;
import org.rodnan.FhirClient.Answer;
import org.rodnan.MllpClient;
import org.rodnan.Together;

/** HL7 v2 on real sockets, and messages that are parked. */
class MllpTest {
  private static final int CONNECTIONS = 8;
  private static final int MESSAGES = 200;
  private static final int PATIENTS = 5;
  private static final String SYSTEM = "https://clinic.example.org/patients";

  private static TestServer server;
  private static int port;

  @BeforeAll
  static void start() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    server =
        TestServer.start(
            "rodnan.hl7v2.port=" + port,
            "rodnan.hl7v2.unmapped=park",
            "rodnan.hl7v2.connections-max=9",
            "rodnan.hl7v2.message-bytes-max=20000",
            "rodnan.hl7v2.identifier-systems.CLINIC=" + SYSTEM);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private final FhirClient client;

  MllpTest() {
    client = server.client();
  }

  private static String message(String control, String patient, String order, String obx) {
    return "MSH|^~\\&|LAB|CLINIC|||20080115120000||ORU^R01|"
        + control
        + "|P|2.3\rPID|||"
        + patient
        + "^^^CLINIC|||||F\rOBR|1||"
        + order
        + "|X|||20080115\rOBX|1|NM|"
        + obx
        + "|||||F\r";
  }

  private JsonNode search(String query) {
    return client.get(query).json();
  }

  private static String ofPatient(String patient) {
    return "patient.identifier=" + FhirClient.encode(SYSTEM + "|" + patient);
  }

  private static void sendEvery(int first) {
    try (MllpClient sender = new MllpClient(port)) {
      for (int i = first; i < MESSAGES; i += CONNECTIONS) {
        String text =
            message(
                "many-" + i,
                "many-" + i % PATIENTS,
                "many-" + i,
                "esr^^99SSC||" + i % 100 + "|mm/h");
        assertThat(sender.send(text)).contains("\rMSA|AA|many-" + i + "\r");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void storesEachMessageOfManyConnectionsOnce() throws Exception {
    Together.run(
        CONNECTIONS,
        thread -> {
          sendEvery(thread);
          return thread;
        });
    Set<String> orders = new HashSet<>();
    for (int patient = 0; patient < PATIENTS; patient++) {
      JsonNode found = search("/Observation?_count=1000&" + ofPatient("many-" + patient));
      assertThat(found.path("total").asInt()).isEqualTo(MESSAGES / PATIENTS);
      found
          .path("entry")
          .forEach(entry ->
              orders.add(entry.path("resource").path("identifier").path(0).path("value").asText()));
      assertThat(
              search("/Patient?identifier=" + FhirClient.encode(SYSTEM + "|many-" + patient))
                  .path("total")
                  .asInt())
          .isEqualTo(1);
    }
    assertThat(orders).hasSize(MESSAGES);
  }

  @Test
  void goesOnAfterAMessageThatItCannotRead() throws IOException {
    try (MllpClient sender = new MllpClient(port)) {
      assertThat(sender.send("garbage")).contains("\rMSA|AR\r");
      assertThat(sender.send(message("bad-1", "bad", "o", "esr^^99SSC||\u0001|mm/h")))
          .contains("\rMSA|AR|bad-1\r")
          .contains("U+0001");
      assertThat(
              sender.send(message("bad-2", "bad", "o" + "x".repeat(30_000), "esr^^99SSC||1|mm/h")))
          .contains("\rMSA|AR|bad-2\r")
          .contains("rodnan.hl7v2.message-bytes-max");
      assertThat(sender.send(message("bad-3", "bad", "o", "esr^^99SSC||7|mm/h")))
          .contains("\rMSA|AA|bad-3\r");
    }
    assertThat(search("/Observation?" + ofPatient("bad")).path("total").asInt()).isEqualTo(1);
  }

  @Test
  void storesNothingOfAMessageThatBreaksOff() throws IOException {
    try (MllpClient sender = new MllpClient(port)) {
      sender.write(
          ("\u000b" + message("torn", "torn", "o", "esr^^99SSC||7|mm/h"))
              .getBytes(StandardCharsets.UTF_8));
    }
    try (MllpClient sender = new MllpClient(port)) {
      assertThat(sender.send(message("whole", "torn", "p", "esr^^99SSC||8|mm/h")))
          .contains("\rMSA|AA|whole\r");
    }
    assertThat(search("/Observation?" + ofPatient("torn")).path("total").asInt()).isEqualTo(1);
  }

  @Test
  void takesAFrameThatBeginsAnewWithinOne() throws IOException {
    byte[] half =
        ("\u000b" + message("anew", "anew", "anew-1", "esr^^99SSC||7|mm/h").substring(0, 60))
            .getBytes(StandardCharsets.UTF_8);
    try (MllpClient sender = new MllpClient(port)) {
      sender.write(half);
      assertThat(sender.send(message("anew", "anew", "anew-1", "esr^^99SSC||7|mm/h")))
          .contains("\rMSA|AA|anew\r");
      sender.write(half);
      sender.write("x".repeat(30_000).getBytes(StandardCharsets.UTF_8));
      assertThat(sender.send(message("anew-2", "anew", "anew-2", "esr^^99SSC||8|mm/h")))
          .contains("\rMSA|AA|anew-2\r");
    }
    assertThat(search("/Observation?" + ofPatient("anew")).path("total").asInt()).isEqualTo(2);
  }

  @Test
  void closesAConnectionThatSendsSomethingElse() throws IOException {
    try (MllpClient sender = new MllpClient(port)) {
      sender.write("GET / HTTP/1.1\r\n\r\n".repeat(200).getBytes(StandardCharsets.UTF_8));
      assertThatThrownBy(sender::receive).isInstanceOf(IOException.class);
    }
  }

  @Test
  void parksWhatIsNotMappedAndReplaysItOnceItIs() throws IOException {
    String parked = message("park-1", "park", "park-order", "SENK^Senkung^99OUR||25|mm/h");
    try (MllpClient sender = new MllpClient(port)) {
      for (int i = 0; i < 2; i++) {
        assertThat(sender.send(parked))
            .contains("\rMSA|AA|park-1\r")
            .contains("ERR||OBX^1^3|103|W|")
            .contains("SENK");
      }
      assertThat(sender.send(message("park-2", "park", "other", "esr^^99SSC||7|furlong^^99OUR")))
          .contains("ERR||OBX^1^6|103|W|");
    }
    assertThat(search("/Observation?" + ofPatient("park")).path("total").asInt()).isZero();
    JsonNode waiting =
        search(
            "/Communication?status=on-hold&category="
                + FhirClient.encode("https://w3id.org/rodnan/hl7v2/message|parked"));
    assertThat(waiting.path("total").asInt()).isEqualTo(2);
    FhirClient root = new FhirClient(URI.create("http://127.0.0.1:" + server.port()));
    assertThat(root.post("/hl7v2/replay", "").json().toString())
        .contains("\"controlId\":\"park-1\",\"code\":\"AE\"");
    Answer map =
        client.put(
            "/ConceptMap/ours",
            "{\"resourceType\":\"ConceptMap\",\"id\":\"ours\",\"status\":\"active\",\"group\":[{"
                + "\"source\":\"https://w3id.org/rodnan/hl7v2/99OUR\",\"target\":"
                + "\"https://w3id.org/rodnan/CodeSystem/ssc-measure\",\"element\":[{\"code\":\"SENK\","
                + "\"target\":[{\"code\":\"esr\",\"equivalence\":\"equivalent\"}]}]}]}");
    assertThat(map.status()).as(map::text).isEqualTo(201);
    assertThat(root.post("/hl7v2/replay", "").json().toString())
        .contains("\"controlId\":\"park-1\",\"code\":\"AA\",\"problems\":[]")
        .contains("\"controlId\":\"park-2\",\"code\":\"AE\"");
    assertThat(search("/Observation?" + ofPatient("park")).path("total").asInt()).isEqualTo(1);
    assertThat(root.post("/hl7v2/replay", "").json().path("replayed")).hasSize(1);
    assertThat(root.post("/hl7v2/replay?id=nobody", "").status()).isEqualTo(404);
    try (MllpClient sender = new MllpClient(port)) {
      assertThat(sender.send(parked)).contains("\rMSA|AA|park-1\r").doesNotContain("ERR|");
    }
  }

  @Test
  void replaysNothingOverWhatCameLater() throws IOException {
    try (MllpClient sender = new MllpClient(port)) {
      String both = message("late-1", "late", "late", "esr^^99SSC||25|mm/h");
      assertThat(sender.send(both + "OBX|2|NM|crp^^99SSC||5|stone^^99LATE|||||F\r"))
          .contains("ERR||OBX^2^6|103|W|");
      assertThat(sender.send(message("late-2", "late", "late", "esr^^99SSC||30|mm/h")))
          .contains("\rMSA|AA|late-2\r");
    }
    client.put(
        "/ConceptMap/late",
        "{\"resourceType\":\"ConceptMap\",\"id\":\"late\",\"status\":\"active\",\"group\":[{"
            + "\"source\":\"https://w3id.org/rodnan/hl7v2/99LATE\",\"target\":"
            + "\"http://unitsofmeasure.org\",\"element\":[{\"code\":\"stone\","
            + "\"target\":[{\"code\":\"mg/L\",\"equivalence\":\"equivalent\"}]}]}]}");
    FhirClient root = new FhirClient(URI.create("http://127.0.0.1:" + server.port()));
    assertThat(root.post("/hl7v2/replay", "").text()).contains("\"late-1\",\"code\":\"AA\"");
    List<String> values =
        search("/Observation?_sort=code&" + ofPatient("late"))
            .path("entry")
            .findValuesAsText("value");
    assertThat(values).contains("30", "5").doesNotContain("25");
  }

  @Test
  void turnsAwayMoreConnectionsThanAreAllowed() throws Exception {
    MllpClient[] open = new MllpClient[9];
    try {
      for (int i = 0; i < open.length; i++) {
        open[i] = new MllpClient(port);
        assertThat(open[i].send("x")).contains("MSA|AR");
      }
      try (MllpClient more = new MllpClient(port)) {
        assertThatThrownBy(() -> more.send("x"))
            .isInstanceOfAny(EOFException.class, IOException.class);
      }
    } finally {
      for (MllpClient each : open) {
        if (each != null) {
          each.close();
        }
      }
    }
  }
}
