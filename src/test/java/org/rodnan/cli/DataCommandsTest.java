package org.rodnan.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rodnan.FhirClient;
import org.rodnan.IndexRebuild;
import org.rodnan.RodnanApplication;
import org.rodnan.store.PostgresServer;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import picocli.CommandLine;

/** Backup, restore, verify and rebuild-index, on what a real server has written. */
final class DataCommandsTest {
  private static final String SYSTEM = "https://example.org/subjects";

  @TempDir private Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    CommandLine line =
        CommandLineProgram.commandLine(
            (settings, progress) -> IndexRebuild.run(settings.toArray(String[]::new), progress),
            settings -> {
              throw new AssertionError("Opened with " + settings);
            });
    line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    return line.execute(arguments);
  }

  private String dataDir(String name) {
    return "--data-dir=" + folder.resolve(name);
  }

  private static ConfigurableApplicationContext serve(String... settings) {
    List<String> all = new ArrayList<>(Arrays.asList(settings));
    all.add("--server.port=0");
    all.add("--rodnan.trials.load=false");
    return SpringApplication.run(RodnanApplication.class, all.toArray(String[]::new));
  }

  private static FhirClient client(ConfigurableApplicationContext server) {
    int port = server.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
    return new FhirClient(URI.create("http://127.0.0.1:" + port + "/fhir"));
  }

  private static String patient(String id, String family) {
    return """
    {"resourceType":"Patient","id":"%s","identifier":[{"system":"%s","value":"%s"}],
     "name":[{"family":"%s"}]}\
    """
        .formatted(id, SYSTEM, id, family);
  }

  /** Created, changed, deleted, and one with letters that take several bytes. */
  private static void write(FhirClient client) {
    for (int i = 0; i < 20; i++) {
      assertThat(client.put("/Patient/p" + i, patient("p" + i, "Käse 𝄞 " + i)).status())
          .isEqualTo(201);
    }
    assertThat(client.put("/Patient/p3", patient("p3", "Changed")).status()).isEqualTo(200);
    assertThat(client.delete("/Patient/p4").status()).isEqualTo(204);
  }

  private static List<String> answers(FhirClient client) {
    List<String> answers = new ArrayList<>();
    for (String path :
        List.of(
            "/Patient/p0",
            "/Patient/p3/_history/1",
            "/Patient/p3/_history/2",
            "/Patient/p4",
            "/Patient/p4/_history/1")) {
      FhirClient.Answer answer = client.get(path);
      answers.add(answer.status() + " " + (answer.status() == 200 ? answer.text() : ""));
    }
    answers.add(client.get("/Patient?_summary=count").json().path("total").asText());
    answers.add(client.get("/_history?_count=0").json().path("total").asText());
    return answers;
  }

  private void fill(String name) {
    try (ConfigurableApplicationContext server =
        serve("--rodnan.data-dir=" + folder.resolve(name))) {
      write(client(server));
    }
  }

  @Test
  void aBackupGoesIntoEitherDatabase() throws IOException, SQLException {
    Path file = folder.resolve("all.gz");
    List<String> before;
    try (ConfigurableApplicationContext server =
        serve("--rodnan.data-dir=" + folder.resolve("a"))) {
      write(client(server));
      before = answers(client(server));
      assertThat(run("backup", file.toString(), dataDir("a"))).as(err.toString()).isZero();
      assertThat(out.toString()).contains("log position 22");
      // Of what is written while it runs, nothing is in the file.
      client(server).put("/Patient/late", patient("late", "Late"));
    }
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(run("backup", file.toString(), dataDir("a"))).isEqualTo(1);
    assertThat(err.toString()).contains("there already");

    assertThat(run("restore", file.toString(), dataDir("b"))).as(err.toString()).isZero();
    assertThat(run("verify", dataDir("b"))).as(out.toString()).isZero();
    assertThat(out.toString()).contains("22 versions of 19 resources", "there is none");
    try (ConfigurableApplicationContext server =
        serve("--rodnan.data-dir=" + folder.resolve("b"))) {
      FhirClient client = client(server);
      assertThat(answers(client)).isEqualTo(before);
      assertThat(
              client
                  .post(
                      "/Patient",
                      patient("x", "Again"),
                      "If-None-Exist",
                      "identifier=" + SYSTEM + "|p7")
                  .status())
          .isEqualTo(200);
      // Deleted and written again: the versions go on.
      assertThat(client.put("/Patient/p4", patient("p4", "Back")).header("ETag"))
          .hasValue("W/\"3\"");
    }
    assertThat(run("verify", dataDir("b"))).as(out.toString()).isZero();

    String url = "--rodnan.store.url=" + PostgresServer.newDatabase();
    assertThat(run("restore", file.toString(), dataDir("c"), url)).as(err.toString()).isZero();
    assertThat(run("verify", dataDir("c"), url)).as(out.toString()).isZero();
    Path again = folder.resolve("again.gz");
    assertThat(run("backup", again.toString(), dataDir("c"), url)).as(err.toString()).isZero();
    assertThat(run("restore", again.toString(), dataDir("d"))).as(err.toString()).isZero();
    try (ConfigurableApplicationContext server =
        serve("--rodnan.data-dir=" + folder.resolve("d"))) {
      assertThat(answers(client(server))).isEqualTo(before);
    }
  }

  @Test
  void whatIsNoWholeBackupChangesNothing() throws IOException {
    long seed = Long.getLong("rodnan.seed", System.nanoTime());
    Random random = new Random(seed);
    fill("a");
    Path file = folder.resolve("all.gz");
    assertThat(run("backup", file.toString(), dataDir("a"))).isZero();
    byte[] whole = Files.readAllBytes(file);
    Path broken = folder.resolve("broken.gz");
    for (int i = 0; i < 60; i++) {
      byte[] bytes = whole.clone();
      if (i % 2 == 0) {
        bytes = Arrays.copyOf(whole, random.nextInt(whole.length));
      } else {
        // Not in the header of the gzip, where a time or a name may be anything.
        int at = 10 + random.nextInt(whole.length - 10);
        bytes[at] ^= (byte) (1 << random.nextInt(8));
      }
      Files.write(broken, bytes);
      assertThat(run("restore", broken.toString(), dataDir("b")))
          .as("-Drodnan.seed=" + seed + ", " + i)
          .isEqualTo(1);
      assertThat(err.toString()).startsWith("Not done.");
    }
    Files.write(broken, "no backup at all".getBytes(StandardCharsets.UTF_8));
    assertThat(run("restore", broken.toString(), dataDir("b"))).isEqualTo(1);
    assertThat(run("restore", folder.resolve("none").toString(), dataDir("b"))).isEqualTo(1);
    assertThat(err.toString()).contains("no file");
    // Nothing of all that stayed.
    assertThat(run("restore", file.toString(), dataDir("b"))).as(err.toString()).isZero();
    assertThat(run("restore", file.toString(), dataDir("b"))).isEqualTo(1);
    assertThat(err.toString()).contains("holds data already");
  }

  @Test
  void verifyFindsWhatWasTamperedWith() throws SQLException, IOException {
    fill("a");
    assertThat(run("verify", dataDir("a"))).as(out.toString()).isZero();
    assertThat(out.toString()).contains("holds all of it", "Nothing is wrong");
    tamper(
        "update resource_version set body = cast(replace(cast(body as text), 'Changed', 'Chan9ed')"
            + " as blob) where id = 'p3' and version = 2");
    tamper("delete from resource_version where id = 'p3' and version = 1");
    tamper("update resource_key set deleted = 0 where id = 'p4'");
    assertThat(run("verify", dataDir("a"), "--json")).isEqualTo(1);
    JsonNode told = new ObjectMapper().readTree(out.toString());
    assertThat(told.path("found").asInt()).isEqualTo(3);
    assertThat(told.path("findings").toString())
        .contains("Patient/p3 version 2: its body", "Patient/p3 version 2: its versions")
        .contains("Patient/p4 version 2: its current version");
    assertThat(run("verify", dataDir("none"))).isEqualTo(1);
    assertThat(err.toString()).contains("There is no SQLite database");
  }

  private void tamper(String sql) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection(
                "jdbc:sqlite:" + folder.resolve("a").resolve("rodnan.sqlite"));
        Statement statement = connection.createStatement()) {
      assertThat(statement.executeUpdate(sql)).isOne();
    }
  }

  @Test
  void verifyFindsAnIndexThatShowsSomethingElse() throws SQLException, IOException {
    fill("a");
    // The log says that the resource is another than the one that the index was made of.
    tamper(
        "update resource_key set version = null, position = null, created = null,"
            + " last_updated = null where id = 'p5'");
    tamper("delete from resource_version where id = 'p5'");
    tamper(
        "delete from identifier where number ="
            + " (select number from resource_key where id = 'p5')");
    assertThat(run("verify", dataDir("a"))).isEqualTo(1);
    assertThat(out.toString()).contains("The index has 19 resources, the log 18");
    assertThat(run("rebuild-index", dataDir("a"))).as(err.toString()).isZero();
    assertThat(run("verify", dataDir("a"))).as(out.toString()).isZero();
  }

  @Test
  void verifyFindsAnIndexThatLacksAFile() throws IOException {
    fill("a");
    try (Stream<Path> files = Files.list(folder.resolve("a").resolve("index"))) {
      for (Path file : files.filter(each -> each.toString().endsWith(".si")).toList()) {
        Files.delete(file);
      }
    }
    assertThat(run("verify", dataDir("a"))).isEqualTo(1);
    assertThat(out.toString())
        .contains("The index can't be opened, rebuild-index makes it anew", ".si")
        .contains("of 19 resources", "Index: not whole", "1 things are wrong");
    assertThat(run("rebuild-index", dataDir("a"))).as(err.toString()).isZero();
    assertThat(run("verify", dataDir("a"))).as(out.toString()).isZero();
  }

  @Test
  void theIndexIsNotMadeAnewUnderARunningServer() {
    try (ConfigurableApplicationContext server =
        serve("--rodnan.data-dir=" + folder.resolve("a"))) {
      write(client(server));
      assertThat(run("rebuild-index", dataDir("a"))).isEqualTo(1);
      assertThat(err.toString()).contains("open in another", "Stop the server");
      assertThat(run("restore", "x", dataDir("a"))).isEqualTo(1);
      assertThat(run("verify", dataDir("a"))).as(out.toString()).isZero();
      assertThat(client(server).get("/Patient?_summary=count").json().path("total").asInt())
          .isEqualTo(19);
    }
    assertThat(run("rebuild-index", "--json", dataDir("a"))).as(err.toString()).isZero();
    assertThat(out.toString()).contains("{\"position\":22}");
    assertThat(run("verify", dataDir("a"))).as(out.toString()).isZero();
    assertThat(out.toString()).contains("holds all of it");
  }
}
