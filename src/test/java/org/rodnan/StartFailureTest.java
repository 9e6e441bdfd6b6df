package org.rodnan;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rodnan.fhir.Limits;
import org.rodnan.store.ResourceStore;
import org.rodnan.store.ResourceStores;
import org.rodnan.store.StoreSettings;

/** What whoever starts the program reads when it can't start. */
class StartFailureTest {
  private static final int LINES_MAX = 25;

  @TempDir Path folder;

  private List<String> outputOf(String... settings) throws IOException, InterruptedException {
    Path output = folder.resolve("output.log");
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-cp",
                System.getProperty("java.class.path"),
                RodnanApplication.class.getName(),
                "--rodnan.trials.load=false"));
    if (!String.join(" ", settings).contains("server.port")) {
      command.add("--server.port=0");
    }
    for (String setting : settings) {
      command.add("--" + setting);
    }
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    boolean ended = process.waitFor(120, TimeUnit.SECONDS);
    process.destroyForcibly();
    assertThat(ended).describedAs("the process ended").isTrue();
    assertThat(process.exitValue()).isEqualTo(1);
    return Files.readString(output, StandardCharsets.UTF_8)
        .lines()
        .filter(line -> !line.startsWith("WARNING:"))
        .toList();
  }

  private static void assertSays(List<String> output, String what, String action) {
    assertThat(output).describedAs(String.join("\n", output)).hasSizeLessThan(LINES_MAX);
    assertThat(output).noneMatch(line -> line.startsWith("\tat "));
    assertThat(output).anySatisfy(line -> assertThat(line).contains(what));
    List<String> written = output.stream().filter(line -> !line.isBlank()).toList();
    assertThat(written.getLast()).contains(action);
  }

  @Test
  void saysThatAnotherProcessHasTheStoreOpen() throws Exception {
    Path data = folder.resolve("data");
    ResourceStore other =
        ResourceStores.open(
            new StoreSettings(
                data.toString(), new StoreSettings.DatabaseSettings(null, null, null, 2)),
            Limits.DEFAULTS,
            java.time.Clock.systemUTC());
    try {
      assertSays(
          outputOf("rodnan.data-dir=" + data),
          "rodnan.sqlite is open in another Rodnan process",
          "another rodnan.data-dir");
    } finally {
      other.close();
    }
  }

  @Test
  void saysThatTheDataDirectoryCannotBeUsed() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "not a folder");
    assertSays(
        outputOf("rodnan.data-dir=" + file),
        "The folder " + file,
        "set rodnan.data-dir to another");
  }

  @Test
  void saysThatThePortIsInUse() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertSays(
          outputOf(
              "rodnan.data-dir=" + folder.resolve("data"), "server.port=" + taken.getLocalPort()),
          "Port " + taken.getLocalPort() + " was already in use",
          "port");
    }
  }

  @Test
  void saysThatPostgresCannotBeReached() throws Exception {
    List<String> output =
        outputOf(
            "rodnan.data-dir=" + folder.resolve("data"),
            "rodnan.store.url=jdbc:postgresql://127.0.0.1:1/rodnan?password=secret-word");
    assertSays(output, "jdbc:postgresql://127.0.0.1:1/rodnan can't be opened", "rodnan.store.url");
    assertThat(String.join("\n", output)).contains("refused").doesNotContain("secret-word");
  }

  @Test
  void saysWhichSettingIsWrong() throws Exception {
    assertSays(
        outputOf("rodnan.data-dir=" + folder.resolve("data"), "rodnan.store.url=jdbc:h2:mem:x"),
        "rodnan.store.url begins with 'jdbc:h2:mem:x'",
        "Change that setting");
  }

  @Test
  void saysThatThereIsNoSuchCertificate() throws Exception {
    assertSays(
        outputOf(
            "rodnan.data-dir=" + folder.resolve("data"),
            "rodnan.hl7v2.port=0",
            "rodnan.hl7v2.ssl-bundle=ehr"),
        "rodnan.hl7v2.ssl-bundle is 'ehr'; expected one of spring.ssl.bundle, which has []",
        "Change that setting");
  }

  @Test
  void saysWhichPackageIsBroken() throws Exception {
    Path broken = Files.writeString(folder.resolve("broken.tgz"), "not a package");
    assertSays(
        outputOf("rodnan.data-dir=" + folder.resolve("data"), "rodnan.packages.load=" + broken),
        "The package " + broken + " can't be installed",
        "rodnan.packages.load");
  }
}
