package org.rodnan.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.hl7.fhir.r4.model.MetadataResource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rodnan.terminology.DefinitionSource;
import org.rodnan.terminology.Expander;
import org.rodnan.terminology.ExpansionRequest;
import org.rodnan.terminology.KnownSystem;
import org.rodnan.terminology.Terminology;
import org.rodnan.terminology.TerminologyLimits;
import org.rodnan.terminology.TerminologyService;
import org.rodnan.terminology.UnitConversion;
import org.rodnan.terminology.concepts.Concept;
import picocli.CommandLine;

/**
 * Files of the publishers' layouts with made-up codes and names; only the codes that the layout
 * itself is made of (relation and description types) are the real ones.
 */
final class TerminologyCommandTest {
  private static final String SNOMED = "http://snomed.info/sct";
  private static final String SYNONYM = "900000000000013009";
  private static final String FULL = "900000000000003001";
  private static final String CORE = "900000000000207008";

  @TempDir Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private static OpenProgram nothing(List<String> settings) {
    throw new AssertionError("Opened with " + settings);
  }

  private int run(String... arguments) {
    CommandLine line =
        CommandLineProgram.commandLine((settings, progress) -> 0, TerminologyCommandTest::nothing);
    line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    List<String> all = new ArrayList<>(Arrays.asList(arguments));
    if (all.contains("load") || all.contains("list")) {
      all.add("--data-dir=" + folder.resolve("data"));
    }
    return line.execute(all.toArray(String[]::new));
  }

  private String load(String kind, Path files, String... more) {
    List<String> arguments = new ArrayList<>(List.of("terminology", "load", kind, "" + files));
    arguments.addAll(Arrays.asList(more));
    assertThat(run(arguments.toArray(String[]::new))).as(err.toString()).isZero();
    return out.toString();
  }

  private Path write(String file, String... lines) {
    try {
      Path path = folder.resolve(file);
      Files.createDirectories(path.getParent());
      return Files.writeString(path, String.join("\r\n", lines) + "\r\n");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private Terminology terminology() {
    DefinitionSource none =
        new DefinitionSource() {
          @Override
          public <T extends MetadataResource> Optional<T> find(Class<T> type, String canonical) {
            return Optional.empty();
          }

          @Override
          public <T extends MetadataResource> List<T> naming(
              Class<T> type, String parameter, String canonical) {
            return List.of();
          }
        };
    return new TerminologyService(
            folder.resolve("data"), new UnitConversion(), TerminologyLimits.DEFAULTS)
        .at(none);
  }

  private KnownSystem system(String url) {
    return terminology().codeSystem(url, Optional.empty()).orElseThrow();
  }

  private static List<String> properties(Concept concept) {
    return concept.properties().stream().map(each -> each.code() + "=" + each.value()).toList();
  }

  private Path snomed(String date, String thirdActive) {
    String terms = "release/Snapshot/Terminology/";
    String end = "_INT_" + date + ".txt";
    write(
        terms + "sct2_Concept_Snapshot" + end,
        "id\teffectiveTime\tactive\tmoduleId\tdefinitionStatusId",
        "1001\t20200101\t1\t" + CORE + "\t900000000000074008",
        "1002\t20200101\t1\t" + CORE + "\t900000000000073002",
        "1003\t20200101\t" + thirdActive + "\t" + CORE + "\t900000000000074008",
        "1009\t20200101\t1\t" + CORE + "\t900000000000074008");
    write(
        terms + "sct2_Description_Snapshot-en" + end,
        "id\teffectiveTime\tactive\tmoduleId\tconceptId\tlanguageCode\ttypeId\tterm"
            + "\tcaseSignificanceId",
        description("2001", "1001", FULL, "Root (made up)"),
        description("2002", "1002", FULL, "Middle (made up)"),
        description("2003", "1002", SYNONYM, "Center"),
        description("2004", "1002", SYNONYM, "Middle \"thing\""),
        description("2005", "1003", SYNONYM, "Leaf"));
    write(
        terms + "sct2_Relationship_Snapshot" + end,
        "id\teffectiveTime\tactive\tmoduleId\tsourceId\tdestinationId\trelationshipGroup\ttypeId",
        "3001\t20200101\t1\t" + CORE + "\t1002\t1001\t0\t116680003",
        "3002\t20200101\t1\t" + CORE + "\t1003\t1002\t0\t116680003",
        "3003\t20200101\t0\t" + CORE + "\t1009\t1002\t0\t116680003",
        "3004\t20200101\t1\t" + CORE + "\t1003\t1009\t1\t4711");
    write(
        "release/Snapshot/Refset/Language/der2_cRefset_LanguageSnapshot-en" + end,
        "id\teffectiveTime\tactive\tmoduleId\trefsetId\treferencedComponentId\tacceptabilityId",
        "a\t20200101\t1\t" + CORE + "\t900000000000509007\t2004\t900000000000548007");
    write(
        "release/Snapshot/Refset/Content/der2_Refset_SimpleSnapshot" + end,
        "id\teffectiveTime\tactive\tmoduleId\trefsetId\treferencedComponentId",
        "b\t20200101\t1\t" + CORE + "\t5001\t1003",
        "c\t20200101\t0\t" + CORE + "\t5001\t1002");
    return folder.resolve("release");
  }

  private static String description(String id, String concept, String type, String term) {
    return String.join("\t", id, "20200101", "1", CORE, concept, "en", type, term, "x");
  }

  private List<String> expanded(String valueSet) {
    Terminology terminology = terminology();
    return Expander.expand(
            terminology.codes(terminology.valueSet(valueSet).orElseThrow()),
            ExpansionRequest.ALL,
            1_000)
        .getContains()
        .stream()
        .map(item -> item.getCode())
        .toList();
  }

  @Test
  void loadsSnomedFromAFolderAndAZip() throws IOException {
    Path release = snomed("20260101", "1");
    String version = SNOMED + "/" + CORE + "/version/20260101";
    assertThat(load("snomed", release)).contains(version + ": 4 concepts");
    KnownSystem system = system(SNOMED);
    assertThat(system.outline().version()).isEqualTo(version);
    Concept middle = system.find("1002").orElseThrow();
    assertThat(middle.display()).isEqualTo("Middle \"thing\"");
    assertThat(middle.designations()).hasSize(3);
    assertThat(properties(middle)).contains("sufficientlyDefined=true");
    assertThat(properties(system.find("1003").orElseThrow()))
        .contains("memberOf=5001", "4711=1009");
    assertThat(system.isBelow("1003", "1001")).isTrue();
    assertThat(system.isBelow("1009", "1002")).isFalse();
    assertThat(expanded(SNOMED + "?fhir_vs=isa/1002")).containsExactly("1002", "1003");
    assertThat(expanded(version + "?fhir_vs=isa/1001")).containsExactly("1001", "1002", "1003");
    assertThat(expanded(SNOMED + "?fhir_vs=refset/5001")).containsExactly("1003");
    assertThat(expanded(SNOMED + "?fhir_vs")).hasSize(4);

    Path zip = folder.resolve("next.zip");
    Path next = snomed("20260201", "0");
    Files.deleteIfExists(
        next.resolve("Snapshot/Terminology/sct2_Concept_Snapshot_INT_20260101.txt"));
    try (FileSystem system2 = FileSystems.newFileSystem(zip, Map.of("create", "true"));
        var files = Files.walk(next)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (file.toString().contains("20260201")) {
          Files.copy(file, system2.getPath("/" + file.getFileName()));
        }
      }
    }
    load("SNOMED", zip);
    assertThat(system(SNOMED).outline().version()).endsWith("20260201");
    assertThat(system(SNOMED).find("1003").orElseThrow().isInactive()).isTrue();
    assertThat(run("terminology", "list")).isZero();
    assertThat(out.toString()).contains(SNOMED + "|" + version, "20260201");
  }

  @Test
  void loadsLoinc() {
    write(
        "Loinc_9.99/LoincTable/Loinc.csv",
        "\"LOINC_NUM\",\"COMPONENT\",\"PROPERTY\",\"STATUS\",\"SHORTNAME\",\"LONG_COMMON_NAME\"",
        "\"990001-1\",\"Made up, one\",\"Mass\",\"ACTIVE\",\"MU1\",\"Made up \"\"one\"\" [Mass]\"",
        "\"990002-9\",\"Made up two\",\"Mass\",\"DEPRECATED\",\"MU2\",\"Made up two [Mass]\"");
    write(
        "Loinc_9.99/AccessoryFiles/ComponentHierarchyBySystem/ComponentHierarchyBySystem.csv",
        "PATH_TO_ROOT,SEQUENCE,IMMEDIATE_PARENT,CODE,CODE_TEXT",
        ",1,,LP990000-0,Made up parts",
        "LP990000-0,1,LP990000-0,990001-1,Made up one");
    assertThat(load("loinc", folder.resolve("Loinc_9.99"))).contains("http://loinc.org|9.99: 3");
    KnownSystem system = system("http://loinc.org");
    Concept one = system.find("990001-1").orElseThrow();
    assertThat(one.display()).isEqualTo("Made up \"one\" [Mass]");
    assertThat(properties(one)).contains("COMPONENT=Made up, one", "STATUS=ACTIVE");
    assertThat(system.find("990002-9").orElseThrow().isInactive()).isTrue();
    assertThat(system.isBelow("990001-1", "lp990000-0")).isTrue();
    assertThat(system.find("LP990000-0").orElseThrow().isAbstract()).isTrue();
    assertThat(expanded("http://loinc.org/vs")).hasSize(3);
  }

  @Test
  void loadsMeddra() {
    write("meddra/soc.asc", "99000001$Made up disorders$MUd$$$$$$$$");
    write("meddra/hlgt.asc", "99000002$Made up group$$$$$$$$");
    write("meddra/hlt.asc", "99000003$Made up high$$$$$$$$");
    write("meddra/pt.asc", "99000004$Made up term$$99000001$$$$$$$$");
    write(
        "meddra/llt.asc",
        "99000004$Made up term$99000004$$$$$$$Y$$",
        "99000005$Made up word$99000004$$$$$$$N$$");
    write("meddra/soc_hlgt.asc", "99000001$99000002$$");
    write("meddra/hlgt_hlt.asc", "99000002$99000003$$");
    write("meddra/hlt_pt.asc", "99000003$99000004$$");
    write("meddra/meddra_release.asc", "99.0$English$$$$");
    assertThat(load("meddra", folder.resolve("meddra"))).contains("https://www.meddra.org|99.0: 5");
    KnownSystem system = system("https://www.meddra.org");
    assertThat(system.isBelow("99000005", "99000001")).isTrue();
    assertThat(properties(system.find("99000004").orElseThrow()))
        .containsExactly("level=pt", "level=llt");
    assertThat(system.find("99000005").orElseThrow().isInactive()).isTrue();
  }

  @Test
  void loadsAtc() {
    write(
        "atc-2099.csv",
        "atc_code,atc_name,ddd,uom,adm_r",
        "Y,\"MADE UP, GROUP\",NA,NA,NA",
        "Y99,MADE UP THERAPY,NA,NA,NA",
        "Y99Z,MADE UP KIND,NA,NA,NA",
        "Y99ZZ,Made up family,NA,NA,NA",
        "Y99ZZ99,madeupinib,0.4,g,O",
        "Y99ZZ99,madeupinib,0.2,g,P");
    assertThat(load("atc", folder.resolve("atc-2099.csv"))).contains("whocc.no/atc|2099: 5");
    assertThat(load("atc", folder.resolve("atc-2099.csv"), "--json"))
        .endsWith("{\"loaded\":\"http://www.whocc.no/atc|2099\",\"concepts\":5}\n");
    assertThat(run("terminology", "list", "--json")).isZero();
    assertThat(out.toString()).endsWith("{\"loaded\":[\"http://www.whocc.no/atc|2099\"]}\n");
    KnownSystem system = system("http://www.whocc.no/atc");
    assertThat(properties(system.find("Y99ZZ99").orElseThrow()))
        .containsExactly("level=5", "ddd=0.4 g O", "ddd=0.2 g P");
    assertThat(system.isBelow("Y99ZZ99", "Y")).isTrue();
    assertThat(properties(system.find("Y99Z").orElseThrow())).containsExactly("level=3");
  }

  @Test
  void loadsRxNorm() {
    write(
        "RxNorm_full_01059999/rrf/RXNCONSO.RRF",
        "9900001|ENG||||||1|||9900001|RXNORM|IN|9900001|madeupinib||N||",
        "9900002|ENG||||||2|||9900002|RXNORM|SCD|9900002|madeupinib 1 MG Oral Tablet||N||",
        "9900002|ENG||||||3|||9900002|RXNORM|SY|9900002|madeupinib tab||N||",
        "9900003|ENG||||||4|||9900003|RXNORM|SCDF|9900003|madeupinib Oral Tablet||O||",
        "9900009|ENG||||||5|||9900009|OTHER|XX|9900009|of another source||N||");
    write(
        "RxNorm_full_01059999/rrf/RXNREL.RRF",
        "9900001||CUI|RO|9900002||CUI|has_ingredient|1||RXNORM|RXNORM|||||",
        "9900003||CUI|RN|9900002||CUI|isa|2||RXNORM|RXNORM|||||",
        "9900002||CUI|RB|9900003||CUI|inverse_isa|3||RXNORM|RXNORM|||||");
    assertThat(load("rxnorm", folder.resolve("RxNorm_full_01059999")))
        .contains("rxnorm|01059999: 3");
    KnownSystem system = system("http://www.nlm.nih.gov/research/umls/rxnorm");
    Concept tablet = system.find("9900002").orElseThrow();
    assertThat(tablet.display()).isEqualTo("madeupinib 1 MG Oral Tablet");
    assertThat(tablet.designations()).hasSize(1);
    assertThat(properties(tablet)).containsExactly("TTY=SCD", "has_ingredient=9900001");
    assertThat(system.isBelow("9900002", "9900003")).isTrue();
    assertThat(system.isBelow("9900003", "9900002")).isFalse();
    assertThat(system.find("9900003").orElseThrow().isInactive()).isTrue();
  }

  @Test
  void namesTheFileAndLineOfAMalformedRowAndKeepsWhatWasLoaded() throws IOException {
    write("atc-2099.csv", "atc_code,atc_name", "Y,MADE UP");
    load("atc", folder.resolve("atc-2099.csv"));
    write("atc-2099.csv", "atc_code,atc_name", "Y,MADE UP AGAIN", "Y9,WRONG");
    int status = run("terminology", "load", "atc", folder.resolve("atc-2099.csv").toString());
    assertThat(status).isEqualTo(1);
    assertThat(err.toString()).contains("atc-2099.csv:3: found 'Y9' as ATC code");
    assertThat(system("http://www.whocc.no/atc").find("Y").orElseThrow().display())
        .isEqualTo("MADE UP");

    Path release = snomed("20260101", "perhaps");
    assertThat(run("terminology", "load", "snomed", release.toString())).isEqualTo(1);
    assertThat(err.toString())
        .contains("sct2_Concept_Snapshot_INT_20260101.txt:4: found 'perhaps' in column 3");
    try (var left = Files.list(folder.resolve("data/terminology/releases"))) {
      assertThat(left.filter(Files::isDirectory)).hasSize(1);
    }
    write("atc-2099.csv", "atc_code,atc_name", "Y,REPLACED");
    load("atc", folder.resolve("atc-2099.csv"));
    assertThat(system("http://www.whocc.no/atc").find("Y").orElseThrow().display())
        .isEqualTo("REPLACED");
  }

  @Test
  void aServerNoticesWhatIsLoadedWhileItRuns() {
    Terminology running = terminology();
    assertThat(running.codeSystem("http://www.whocc.no/atc", Optional.empty())).isEmpty();
    write("atc-2099.csv", "atc_code,atc_name", "Y,MADE UP");
    load("atc", folder.resolve("atc-2099.csv"));
    assertThat(running.codeSystem("http://www.whocc.no/atc", Optional.empty())).isPresent();
    assertThat(running.codeSystem("http://www.whocc.no/atc", Optional.of("2098"))).isEmpty();
  }

  @Test
  void saysWhatIsWrongWithTheArguments() {
    assertThat(run("terminology", "load", "icd", "x")).isEqualTo(2);
    assertThat(err.toString()).contains("SNOMED, LOINC, MEDDRA, ATC, RXNORM");
    assertThat(run("terminology", "load", "loinc", folder.resolve("nowhere").toString()))
        .isEqualTo(1);
    assertThat(err.toString()).contains("there is no such file or folder");
    assertThat(run("terminology")).isEqualTo(2);
    assertThat(run("nonsense")).isEqualTo(2);
    assertThat(run("--help")).isZero();
    assertThat(out.toString()).contains("serve", "terminology");
    assertThat(run("terminology", "load", "--help")).isZero();
    assertThat(out.toString()).contains("FILES", "--version");
  }

  @Test
  void startsTheServerWithoutACommandAndWithServe() {
    List<List<String>> started = new ArrayList<>();
    for (String[] arguments :
        List.of(
            new String[0],
            new String[] {"serve", "--server.port=0"},
            new String[] {"--server.port=0"})) {
      assertThat(
              CommandLineProgram.run(
                  arguments,
                  each -> started.add(List.of(each)),
                  (settings, progress) -> 0L,
                  TerminologyCommandTest::nothing))
          .isZero();
    }
    assertThat(started)
        .containsExactly(List.of(), List.of("--server.port=0"), List.of("--server.port=0"));
  }
}
