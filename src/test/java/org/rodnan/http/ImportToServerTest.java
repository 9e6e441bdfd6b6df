package org.rodnan.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.rodnan.cli.CommandLineProgram;

/** The command {@code import --server}, to a running one. */
@ExtendWith(TestServer.Shared.class)
class ImportToServerTest {
  private final TestServer server;
  private final String id;

  @TempDir private Path folder;

  ImportToServerTest(TestServer server) {
    this.server = server;
    this.id = server.newId();
  }

  private static int run(String... arguments) {
    List<String> all = new ArrayList<>(List.of("import"));
    all.addAll(Arrays.asList(arguments));
    return CommandLineProgram.run(
        all.toArray(String[]::new),
        settings -> {
          throw new AssertionError("The server was started");
        },
        (settings, progress) -> {
          throw new AssertionError("The index was rebuilt");
        },
        settings -> {
          throw new AssertionError("A data directory was opened");
        });
  }

  /** What a command prints, besides its outcome. */
  private static JsonNode told(String... arguments) throws IOException {
    PrintStream before = System.out;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    System.setOut(new PrintStream(out, true, UTF_8));
    try {
      int code = run(arguments);
      List<String> lines = out.toString(UTF_8).lines().toList();
      return ((ObjectNode) new ObjectMapper().readTree(lines.getLast())).put("code", code);
    } finally {
      System.setOut(before);
    }
  }

  @Test
  void saysTheCountsOfTheServerAsJson() throws IOException {
    Path file = Files.writeString(folder.resolve("p.ndjson"), patient(""));
    String to = "--server=" + server.base();
    JsonNode first = told(to, "--json", "" + file);
    assertThat(first.path("code").asInt()).isZero();
    assertThat(first.path("created").asInt()).isEqualTo(1);
    assertThat(first.path("rejected").asInt(-1)).isZero();
    JsonNode again = told(to, "--json", "" + file);
    assertThat(again.path("created").asInt(-1)).isZero();
    assertThat(again.path("unchanged").asInt()).isEqualTo(1);
    Path wrong = Files.writeString(folder.resolve("w.ndjson"), patient(",\"none\":1"));
    JsonNode refused = told(to, "--json", "" + wrong);
    assertThat(refused.path("code").asInt()).isEqualTo(1);
    assertThat(refused.path("rejected").asInt()).isEqualTo(1);
  }

  private String patient(String more) {
    return "{\"resourceType\":\"Patient\",\"id\":\"%s\"%s}\n".formatted(id, more);
  }

  @Test
  void sendsFilesAndWritesTheReportThatTheServerGives() throws IOException {
    Path files = Files.createDirectories(folder.resolve("files/deep"));
    Files.writeString(files.resolve("Patient.ndjson"), patient(""));
    Path report = folder.resolve("report.csv");
    String to = "--server=" + server.base();
    assertThat(run(to, "--report=" + report, "" + folder.resolve("files"))).isZero();
    assertThat(Files.readAllLines(report))
        .containsExactly(
            "file,line,action,type,id,reason", "deep/Patient.ndjson,1,created,Patient," + id + ",");
    assertThat(server.client().get("/Patient/" + id).status()).isEqualTo(200);
    assertThat(run(to, "--json", "--report=" + report, "" + folder.resolve("files"))).isZero();
    assertThat(Files.readString(report)).contains("unchanged");
    Path wrong = Files.writeString(folder.resolve("wrong.ndjson"), patient(",\"none\":1"));
    assertThat(run(to, "--report=" + report, "" + wrong)).isEqualTo(1);
    assertThat(Files.readString(report)).contains("rejected").contains("none");
  }

  @Test
  void saysWhatStandsAgainstIt() throws IOException {
    Path file = Files.writeString(folder.resolve("a.csv"), "a\n1\n");
    assertThat(run("--server=" + server.base(), "--source=csv", "" + file)).isEqualTo(2);
    Path empty = Files.writeString(folder.resolve("empty.ndjson"), "");
    assertThat(run("--server=" + server.base(), "" + empty)).isEqualTo(1);
    assertThat(run("--server=" + server.base() + "/none", "" + file)).isEqualTo(1);
    assertThat(run("--server=http://127.0.0.1:1/fhir", "" + file)).isEqualTo(1);
    assertThat(run("--server=here", "" + file)).isEqualTo(2);
  }
}
