package org.rodnan.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rodnan.Fixtures;
import org.rodnan.RodnanApplication;
import org.rodnan.dataset.DataType;
import org.rodnan.dataset.Table;
import org.rodnan.dataset.TransportWriter;
import org.rodnan.dataset.Value;
import org.rodnan.dataset.Variable;
import org.rodnan.registry.GeneratedProject;
import picocli.CommandLine;

/** The command {@code map}, on files of each kind. */
final class MapCommandTest {
  private static final String MAPPING =
      """
      study: registry-1
      tables:
        - table: people
          subject: ID
          demographics: {sex: Sex, arm: Arm}
        - table: visits
          subject: ID
          visit: Visit
          date: Date
          measures:
            - {column: MRSS, measure: mrss-total}
            - {column: FVC, measure: 19870-5, unit: L}
      """;

  @TempDir private Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final List<String> opened = new ArrayList<>();

  private int run(String... arguments) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    CommandLine line =
        CommandLineProgram.commandLine(
            (settings, progress) -> {
              throw new AssertionError("Rebuilt");
            },
            settings -> {
              opened.addAll(settings);
              return RodnanApplication.open(settings);
            });
    line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    List<String> all = new ArrayList<>(List.of("map"));
    all.addAll(Arrays.asList(arguments));
    return line.execute(all.toArray(String[]::new));
  }

  private String file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text).toString();
  }

  private List<String> lines() {
    return out.toString().lines().toList();
  }

  @Test
  void showsWhatTablesWouldBecomeAndWritesNothing() throws IOException {
    String people = file("people.csv", "ID,Sex,Arm\n1,F,Active\n");
    String visits =
        file(
            "visits.csv",
            "ID,Visit,Date,MRSS,FVC\n1,baseline,2015-01-01,24,3.10\n1,month 6,2015-07-01,,3\n");
    String mapping = "--mapping=" + file("mapping.yaml", MAPPING);
    String study =
        "--with="
            + file(
                "study.json",
                Fixtures.example("ssc-research-study-valid-two-arms")
                    .put("id", "registry-1")
                    .toString());
    assertThat(run("--source=csv", mapping, study, people, visits)).isZero();
    assertThat(lines())
        .containsExactly(
            "people.csv, line 2: Patient/registry-1-1 female",
            "people.csv, line 2: ResearchSubject/registry-1-1 Active",
            lines().get(2),
            lines().get(3),
            lines().get(4),
            "Observation 3, Patient 1, ResearchSubject 1, rejected 0, left-out 0");
    assertThat(lines())
        .anyMatch(line ->
            line.startsWith("visits.csv, line 2: Observation/registry-1-1-mrss-total-")
                && line.endsWith(" mrss-total = 24 {score} baseline 2015-01-01"));

    assertThat(run("--source=csv", "--ndjson", mapping, people, visits)).isZero();
    assertThat(lines()).hasSize(5).allMatch(line -> line.startsWith("{\"resourceType\":"));
    assertThat(out.toString()).contains("\"value\":3.10").doesNotContain("versionId");

    people = file("people.csv", "ID,Sex,Arm\n1,F,Third\n");
    visits =
        file(
            "visits.csv",
            "ID,Visit,Date,MRSS,FVC\n1,baseline,2015-01-01,60,x\n2,baseline,2015-01-01,3,\n");
    assertThat(run("--source=csv", "--json", mapping, study, people, visits)).isEqualTo(1);
    JsonNode told = new ObjectMapper().readTree(out.toString());
    assertThat(told.at("/resources/Patient").asInt()).isEqualTo(1);
    assertThat(told.path("rejected").asInt()).isEqualTo(4);
    assertThat(told.path("told"))
        .extracting(each -> each.path("line").asInt() + " " + each.path("reason").asText())
        .satisfiesExactlyInAnyOrder(
            each -> assertThat(each).startsWith("2 ").contains("Third"),
            each -> assertThat(each).startsWith("2 column MRSS").contains("0 to 51"),
            each -> assertThat(each).startsWith("2 column FVC: found 'x'"),
            each -> assertThat(each).startsWith("3 column ID: '2' is in no table"));

    for (String setting : opened) {
      if (setting.startsWith("--rodnan.data-dir=")) {
        assertThat(Path.of(setting.substring(setting.indexOf('=') + 1))).doesNotExist();
      }
    }
  }

  @Test
  void showsTreatmentsMedicationsAndHistory() throws IOException {
    String people =
        file("people.csv", "ID,Sex,Drug,Dose,From,To,Ill\n1,F,Aspirin,100,2015,,Gout\n");
    String mapping =
        "--mapping="
            + file(
                "mapping.yaml",
                """
                study: registry-1
                tables:
                  - subject: ID
                    demographics: {sex: Sex}
                    treatments:
                      {drug: Drug, dose: Dose, unit: {value: mg}, start: From, end: To}
                    medications:
                      {drug: Drug, dose: Dose, unit: {value: mg}, date: From}
                    history: {term: Ill, start: From, end: To}
                """);
    assertThat(run("--source=csv", mapping, people)).describedAs(out + "" + err).isZero();
    assertThat(lines())
        .anyMatch(line -> line.matches(".*MedicationAdministration/\\S+ Aspirin 100 mg 2015\\.\\."))
        .anyMatch(line -> line.matches(".*MedicationStatement/\\S+ Aspirin 100 mg 2015"))
        .anyMatch(line -> line.matches(".*Condition/\\S+ Gout 2015\\.\\."));
  }

  @Test
  void showsWhatMessagesAndStudiesWouldBecome() throws IOException {
    String message =
        file(
            "oru.hl7",
            "MSH|^~\\&|LAB|CLINIC|RODNAN|TRIAL|20080115120000+0100||ORU^R01^ORU_R01|M1|P|2.5.1\r"
                + "PID|1||P1^^^CLINIC&2.16.840.1.113883.19.5&ISO||DOE^JANE||19600203|F\r"
                + "OBR|1||O1^LAB|PFT^Lung function^L|||20080115093000\r"
                + "OBX|1|NM|esr^^99SSC||27|mm/h|||||F\r");
    assertThat(run("--source=hl7v2", message)).describedAs(out + "" + err).isZero();
    assertThat(lines())
        .anyMatch(line -> line.startsWith("oru.hl7, line 1: Observation/") && line.contains("27"));

    String study =
        Path.of("src/test/resources/clinicaltrials/spiera-2011.json").toAbsolutePath().toString();
    assertThat(run("--source=clinicaltrials", study)).isZero();
    assertThat(lines()).anyMatch(line -> line.contains("ResearchStudy/NCT00555581"));
  }

  @Test
  void showsWhatTabulationsWouldBecome() throws IOException {
    String subjects =
        file(
            "dm.json",
            """
            {"datasetJSONCreationDateTime":"2024-06-28T15:38:43","datasetJSONVersion":"1.1.0",
             "itemGroupOID":"IG.DM","records":2,"name":"DM","label":"Demographics","columns":[
              {"itemOID":"I1","name":"STUDYID","label":"","dataType":"string"},
              {"itemOID":"I2","name":"USUBJID","label":"","dataType":"string"},
              {"itemOID":"I3","name":"SEX","label":"","dataType":"string"},
              {"itemOID":"I4","name":"ARM","label":"","dataType":"string"}],
             "rows":[["ABC","ABC-01","F","Active"],["ABC","ABC-02","?","Active"]]}
            """);
    Path labs = folder.resolve("lb.xpt");
    List<Variable> variables =
        Stream.of("STUDYID", "USUBJID", "LBTESTCD", "LBORRES", "LBORRESU", "VISIT", "LBDTC")
            .map(name -> new Variable(name, name, DataType.STRING, 20, 0))
            .toList();
    try (TransportWriter writer =
        new TransportWriter(
            Files.newOutputStream(labs), US_ASCII, LocalDateTime.of(2026, 1, 2, 3, 4))) {
      writer.table(new Table("LB", "Laboratory", variables));
      for (String result : List.of("25", "high")) {
        writer.row(
            Stream.of("ABC", "ABC-01", "ESR", result, "mm/h", "VISIT 1", "2008-01-15")
                .map(Value::of)
                .map(Value.class::cast)
                .toList());
      }
    }
    String mapping =
        "--mapping=" + file("sdtm.yaml", "study: registry-1\nvisits: {visit 1: baseline}\n");
    assertThat(run("--source=sdtm", mapping, subjects, labs.toString())).isEqualTo(1);
    assertThat(lines())
        .anyMatch(line -> line.equals("dm.json, line 1: Patient/registry-1-01 female"))
        .anyMatch(line -> line.equals("dm.json, line 1: ResearchSubject/registry-1-01 Active"))
        .anyMatch(line -> line.startsWith("dm.json, line 2, rejected: SEX is '?'; expected one of"))
        .anyMatch(line -> line.matches("lb.xpt, line 1: Observation/.* = 25 mm/h baseline .*"))
        .anyMatch(line -> line.startsWith("lb.xpt, line 2, rejected: LBORRES is 'high'"))
        .endsWith("Observation 1, Patient 1, ResearchSubject 1, rejected 2, left-out 0");
  }

  @Test
  void showsWhatAProjectWouldBecome() throws IOException {
    GeneratedProject project = new GeneratedProject(1, 5);
    String dictionary = file("dictionary.csv", GeneratedProject.DICTIONARY);
    String mapping = "--mapping=" + file("mapping.yaml", GeneratedProject.MAPPING);
    String flat = file("flat.csv", project.flat());
    assertThat(run("--source=redcap", mapping, flat, dictionary)).isZero();
    String counts = lines().getLast();
    assertThat(counts).contains("AdverseEvent ", "Patient 5,", "rejected 0");
    assertThat(lines())
        .anyMatch(line -> line.matches("flat.csv, line \\d+: Observation/.* haq-di = .*"));
    assertThat(run("--source=redcap", mapping, file("eav.csv", project.eav()), dictionary))
        .isZero();
    assertThat(lines().getLast().replaceAll("left-out .*", ""))
        .isEqualTo(counts.replaceAll("left-out .*", ""));

    assertThat(run("--source=redcap", mapping, flat)).isEqualTo(1);
    assertThat(lines()).anyMatch(line -> line.contains("There is no data dictionary"));
    assertThat(run("--source=redcap", flat, dictionary)).isEqualTo(2);
    assertThat(err.toString()).contains("There is no mapping", "expected --mapping FILE");
  }

  @Test
  void refusesArgumentsThatMakeNoSense() throws IOException {
    String file = file("a.csv", "ID\n1\n");
    assertThat(run("--source=spss", file)).isEqualTo(2);
    assertThat(run("--source=csv", folder.resolve("missing.csv").toString())).isEqualTo(2);
    assertThat(run("--source=csv", "--with=" + folder.resolve("missing.json"), file)).isEqualTo(2);
    assertThat(opened).isEmpty();
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).hasSize(1);
    }
  }
}
