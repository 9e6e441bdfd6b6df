package org.rodnan;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rodnan.cli.CommandLineProgram;
import org.rodnan.cli.OpenProgram;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.store.ResourceStore;

/** The command {@code import} on a real data directory. */
class ImportCommandTest {
  @TempDir Path folder;

  private Path data() {
    return folder.resolve("data");
  }

  private int run(String... arguments) {
    List<String> all = new ArrayList<>(List.of("import", "--data-dir=" + data()));
    all.addAll(Arrays.asList(arguments));
    return CommandLineProgram.run(
        all.toArray(String[]::new),
        settings -> {
          throw new AssertionError("The server was started");
        },
        IndexRebuild::run,
        RodnanApplication::open);
  }

  private static String patient(String id) {
    return Fixtures.example("ssc-patient-valid-pseudonym").put("id", id).toString();
  }

  private static String mrss(String id, String patient) {
    ObjectNode mrss = Fixtures.example("ssc-mrss-valid-total-only").put("id", id);
    mrss.remove("extension");
    mrss.putObject("subject").put("reference", "Patient/" + patient);
    return mrss.toString();
  }

  @Test
  void takesAFolderAndTellsWhatBecameOfEachRecord() throws IOException {
    Path files = Files.createDirectories(folder.resolve("files/deep"));
    Files.writeString(files.resolve("Observation.ndjson"), mrss("o", "p") + "\n");
    try (OutputStream out =
        new GZIPOutputStream(Files.newOutputStream(files.resolve("Patient.ndjson.gz")))) {
      out.write(patient("p").getBytes(StandardCharsets.UTF_8));
    }
    Path report = folder.resolve("report.csv");
    assertThat(run("--json", "--report=" + report, "" + folder.resolve("files"))).isZero();
    assertThat(Files.readString(report).lines())
        .containsExactly(
            "file,line,action,type,id,reason",
            "deep/Patient.ndjson,1,created,Patient,p,",
            "deep/Observation.ndjson,1,created,Observation,o,");
    assertThat(run("--report=" + report, "" + folder.resolve("files"))).isZero();
    assertThat(Files.readString(report)).contains("unchanged,Patient,p", "unchanged,Observation,o");
    try (OpenProgram opened =
        RodnanApplication.open(
            List.of("--rodnan.data-dir=" + data(), "--rodnan.trials.load=false"))) {
      ResourceStore store = opened.part(ResourceStore.class);
      assertThat(store.read(new ResourceKey("Observation", "o"))).isPresent();
      Path wrong = Files.writeString(folder.resolve("wrong.json"), mrss("x", "nobody"));
      assertThat(run("" + wrong)).as("while another process has it open").isEqualTo(1);
    }
    Path wrong = Files.writeString(folder.resolve("wrong.json"), mrss("x", "nobody"));
    assertThat(run("--report=" + report, "" + wrong)).isEqualTo(1);
    assertThat(Files.readString(report)).contains("rejected,Observation,x").contains("nobody");
  }

  /** As where the environment of the server is that of the command. */
  @Test
  void opensNoPortThatTheSettingsOfTheServerName() throws IOException {
    Path file = Files.writeString(folder.resolve("p.json"), patient("p"));
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      System.setProperty("rodnan.hl7v2.port", "" + taken.getLocalPort());
      assertThat(run("" + file)).isZero();
    } finally {
      System.clearProperty("rodnan.hl7v2.port");
    }
  }

  @Test
  void refusesArgumentsThatMakeNoSense() throws IOException {
    Path file = Files.writeString(folder.resolve("p.json"), patient("p"));
    assertThat(run("" + folder.resolve("missing.json"))).isEqualTo(2);
    assertThat(run("--source=spss", "" + file)).isEqualTo(2);
    assertThat(run("--source=redcap", "" + file)).isEqualTo(2);
    assertThat(run("--mapping=" + file, "" + file)).isEqualTo(2);
    assertThat(run()).isEqualTo(2);
    assertThat(data()).doesNotExist();
  }
}
