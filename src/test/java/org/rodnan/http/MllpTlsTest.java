package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.SocketFactory;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rodnan.FhirClient;
import org.rodnan.MllpClient;

/** HL7 v2 over MLLP and TLS, where senders have to show a certificate. */
class MllpTlsTest {
  private static final String PASSWORD = "changeit";
  private static final String SYSTEM = "https://clinic.example.org/patients";

  @TempDir private static Path folder;
  private static TestServer server;
  private static int port;

  @BeforeAll
  static void start() throws Exception {
    port = freePort();
    for (String name : List.of("server", "laboratory", "stranger")) {
      keytool(
          "-genkeypair",
          "-alias",
          name,
          "-keyalg",
          "EC",
          "-dname",
          "CN=" + name,
          "-ext",
          "SAN=ip:127.0.0.1",
          "-keystore",
          store(name));
      keytool(
          "-exportcert", "-alias", name, "-file", store(name + ".crt"), "-keystore", store(name));
    }
    keytool(
        "-importcert",
        "-noprompt",
        "-alias",
        "laboratory",
        "-file",
        store("laboratory.crt"),
        "-keystore",
        store("trusted-by-server"));
    keytool(
        "-importcert",
        "-noprompt",
        "-alias",
        "server",
        "-file",
        store("server.crt"),
        "-keystore",
        store("trusted-by-senders"));
    server = secured(port);
  }

  private static TestServer secured(int port) {
    String bundle = "spring.ssl.bundle.jks.ehr.";
    return TestServer.start(
        "rodnan.hl7v2.port=" + port,
        "rodnan.hl7v2.ssl-bundle=ehr",
        "rodnan.hl7v2.ssl-client-auth=need",
        "rodnan.hl7v2.identifier-systems.CLINIC=" + SYSTEM,
        bundle + "keystore.location=file:" + store("server"),
        bundle + "keystore.password=" + PASSWORD,
        bundle + "truststore.location=file:" + store("trusted-by-server"),
        bundle + "truststore.password=" + PASSWORD);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static String store(String name) {
    return folder.resolve(name).toString();
  }

  private static void keytool(String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(arguments));
    command.addAll(List.of("-storepass", PASSWORD, "-storetype", "PKCS12"));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(command::toString).isZero();
  }

  /**
   * @param name whose certificate is shown; empty for none
   */
  private static SocketFactory sender(Optional<String> name) throws Exception {
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(name.isPresent() ? load(name.get()) : null, PASSWORD.toCharArray());
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(load("trusted-by-senders"));
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context.getSocketFactory();
  }

  private static @Nullable KeyStore load(String name) throws Exception {
    return KeyStore.getInstance(folder.resolve(name).toFile(), PASSWORD.toCharArray());
  }

  private static String message(String control, String patient) {
    return "MSH|^~\\&|LAB|CLINIC|||20080115120000||ORU^R01|"
        + control
        + "|P|2.3\rPID|||"
        + patient
        + "^^^CLINIC|||||F\rOBR|1||"
        + control
        + "|X|||20080115\rOBX|1|NM|esr^^99SSC||20|mm/h|||||F\r";
  }

  private static int stored(String patient) {
    return server
        .client()
        .get("/Observation?patient.identifier=" + FhirClient.encode(SYSTEM + "|" + patient))
        .json()
        .path("total")
        .asInt();
  }

  @Test
  void takesMessagesOfWhomItTrusts() throws Exception {
    try (MllpClient sender = new MllpClient(sender(Optional.of("laboratory")), port)) {
      assertThat(sender.send(message("tls-1", "tls"))).contains("\rMSA|AA|tls-1\r");
      assertThat(sender.send(message("tls-2", "tls"))).contains("\rMSA|AA|tls-2\r");
    }
    assertThat(stored("tls")).isEqualTo(2);
  }

  @Test
  void takesNothingOfOthers() throws Exception {
    List<SocketFactory> others =
        List.of(
            sender(Optional.of("stranger")), sender(Optional.empty()), SocketFactory.getDefault());
    for (SocketFactory other : others) {
      try (MllpClient sender = new MllpClient(other, port)) {
        assertThatThrownBy(() -> sender.send(message("other-1", "other")))
            .isInstanceOf(IOException.class);
      }
    }
    assertThat(stored("other")).isZero();
    takesMessagesOfWhomItTrusts();
  }

  @Test
  void endsConnectionsWhenItStops() throws Exception {
    int free = freePort();
    TestServer another = secured(free);
    try (MllpClient sender = new MllpClient(sender(Optional.of("laboratory")), free)) {
      assertThat(sender.send(message("stop-1", "stop"))).contains("\rMSA|AA|stop-1\r");
      another.close();
      assertThatThrownBy(sender::receive).isInstanceOf(IOException.class);
    }
  }
}
