package org.rodnan;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rodnan.cli.CommandLineProgram;

/** The commands {@code export} and {@code validate} on a real data directory. */
class ExportCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private static Path folder;

  private record Outcome(int code, String out) {
    JsonNode json() throws IOException {
      return JSON.readTree(out.lines().toList().getLast());
    }
  }

  @BeforeAll
  static void load() throws IOException {
    Path files = Files.createDirectories(folder.resolve("files"));
    for (String name : List.of("study", "subject-001", "subject-002")) {
      String path = "/trials/spiera-2011/" + name + ".json";
      try (InputStream in =
          Objects.requireNonNull(ExportCommandTest.class.getResourceAsStream(path))) {
        Files.copy(in, files.resolve(name + ".json"));
      }
    }
    assertThat(run("import", "--data-dir=" + data(), "" + files).code()).isZero();
  }

  private static String data() {
    return folder.resolve("data").toString();
  }

  private static Outcome run(String... arguments) {
    PrintStream before = System.out;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    System.setOut(new PrintStream(out, true, UTF_8));
    try {
      int code =
          CommandLineProgram.run(
              arguments,
              settings -> {
                throw new AssertionError("The server was started");
              },
              IndexRebuild::run,
              RodnanApplication::open);
      return new Outcome(code, out.toString(UTF_8));
    } finally {
      System.setOut(before);
    }
  }

  private static Outcome export(String to, String... arguments) {
    return run(
        Stream.concat(
                Stream.of(
                    "export", "--data-dir=" + data(), "--json", folder.resolve(to).toString()),
                Stream.of(arguments))
            .toArray(String[]::new));
  }

  private static List<String> names(String of) throws IOException {
    try (Stream<Path> all = Files.list(folder.resolve(of))) {
      return all.map(each -> each.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void writesResourcesAsFiles() throws IOException {
    Outcome outcome = export("fhir", "--type=Patient,ResearchSubject");
    assertThat(outcome.code()).isZero();
    assertThat(outcome.json().path("resources").asInt()).isEqualTo(4);
    assertThat(names("fhir")).containsExactly("Patient.1.ndjson", "ResearchSubject.1.ndjson");
    assertThat(Files.readString(folder.resolve("fhir/Patient.1.ndjson")).lines())
        .hasSize(2)
        .allMatch(line -> line.contains("\"Patient\""));
    assertThat(export("fhir").code()).as("the folder is there").isEqualTo(1);
    assertThat(folder.resolve("fhir.part")).doesNotExist();
  }

  @Test
  void leavesAloneWhatAnotherProcessWrites() throws IOException {
    Path others = Files.createDirectories(folder.resolve("claimed.part"));
    Files.writeString(others.resolve("its-file"), "x");
    Path file = folder.resolve("claimed.lock");
    try (FileChannel channel =
            FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.lock()) {
      assertThat(lock.isValid()).isTrue();
      assertThat(export("claimed", "--anew").code()).isEqualTo(1);
      assertThat(export("claimed", "--as=sdtm", "--study=spiera-2011").code()).isEqualTo(1);
      assertThat(others.resolve("its-file")).exists();
    }
    assertThat(export("claimed", "--anew", "--type=Patient").code()).isZero();
    assertThat(names("claimed")).containsExactly("Patient.1.ndjson");
    assertThat(export("deep/er/claimed", "--type=Patient").code()).isZero();
    assertThat(names("deep/er")).containsExactly("claimed");
    assertThat(file).doesNotExist();
  }

  @Test
  void writesViewsStudiesAndWhatTellsNobodysName() throws IOException {
    assertThat(export("views", "--as=views", "--view=subjects").code()).isZero();
    assertThat(Files.readString(folder.resolve("views/subjects.csv")).lines()).hasSize(3);
    assertThat(export("sdtm", "--as=sdtm", "--study=spiera-2011").code()).isZero();
    assertThat(names("sdtm")).containsExactly("spiera-2011-sdtm.zip");
    assertThat(export("registry", "--as=clinicaltrials", "--study=spiera-2011").code()).isZero();
    assertThat(Files.readString(folder.resolve("registry/spiera-2011.json")))
        .contains("NCT00555581");
    Path key = Files.writeString(folder.resolve("key"), "x".repeat(32));
    assertThat(export("masked", "--deidentify", "--key-file=" + key).code()).isZero();
    assertThat(names("masked")).contains("Patient.1.ndjson", "Parameters.1.ndjson");
    assertThat(Files.readString(folder.resolve("masked/Patient.1.ndjson")))
        .doesNotContain("spiera-2011-001", "Synthetic");
  }

  @Test
  void refusesArgumentsThatMakeNoSense() {
    assertThat(export("no", "--as=sdtm").code()).isEqualTo(2);
    assertThat(export("no", "--deidentify").code()).isEqualTo(2);
    assertThat(export("no", "--type=Patiend").code()).isEqualTo(2);
    assertThat(export("no", "--format=csv").code()).isEqualTo(2);
    assertThat(export("no", "--as=sdtm", "--study=none").code()).isEqualTo(1);
    assertThat(export("no", "--as=sdtm", "--study=spiera-2011", "--group=g").code()).isEqualTo(2);
    assertThat(export("no", "--as=sdtm", "--study=spiera-2011", "--type=Patient").code())
        .isEqualTo(2);
    assertThat(export("no", "--study=spiera-2011").code()).isEqualTo(2);
    assertThat(export("no", "--key-file=key").code()).isEqualTo(2);
    assertThat(export("no", "--view=subjects").code()).isEqualTo(2);
    assertThat(export("no", "--as=views", "--type=Patient").code()).isEqualTo(2);
    assertThat(export("no", "--figures=published").code()).isEqualTo(2);
    assertThat(folder.resolve("no")).doesNotExist();
  }

  /** A name misspelt in a script would be an export of nothing each night. */
  @Test
  void makesNoDataDirectory() {
    for (String command : List.of("export", "rebuild-index")) {
      List<String> arguments = new ArrayList<>(List.of(command, "--data-dir=" + folder + "/none"));
      if (command.equals("export")) {
        arguments.add(folder.resolve("no").toString());
      }
      assertThat(run(arguments.toArray(String[]::new)).code()).isEqualTo(1);
      assertThat(folder.resolve("none")).doesNotExist();
      assertThat(folder.resolve("no")).doesNotExist();
    }
  }

  @Test
  void validatesFilesAndTellsWhereAnErrorIs() throws IOException {
    Path files = Files.createDirectories(folder.resolve("checked"));
    ObjectNode patient = Fixtures.example("ssc-patient-valid-pseudonym").put("id", "p");
    ObjectNode wrong = Fixtures.example("ssc-mrss-valid-total-only").put("id", "w");
    ((ObjectNode) wrong.path("valueQuantity")).put("value", 52);
    Path valid = Files.writeString(files.resolve("Patient.ndjson"), patient + "\n");
    assertThat(run("validate", "--json", "" + valid).code()).isZero();
    Files.writeString(files.resolve("Observation.ndjson"), patient + "\n" + wrong + "\n");
    Files.writeString(
        files.resolve("bundle.xml"),
        "<Patient xmlns=\"http://hl7.org/fhir\"><gender value=\"f\"/></Patient>");
    Outcome outcome = run("validate", "--json", "" + files);
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.json().path("errors").asInt()).isGreaterThanOrEqualTo(2);
    assertThat(outcome.json().path("invalid").asInt()).isEqualTo(2);
    assertThat(outcome.out())
        .contains("\"file\":\"Observation.ndjson\",\"line\":2,\"resource\":\"Observation/w\"")
        .contains("mRSS total must be 0 to 51")
        .contains("\"file\":\"bundle.xml\"");
    assertThat(run("validate", "" + folder.resolve("missing.json")).code()).isEqualTo(2);
  }
}
