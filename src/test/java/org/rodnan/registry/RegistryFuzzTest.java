package org.rodnan.registry;

import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.dhatim.fastexcel.Workbook;
import org.dhatim.fastexcel.Worksheet;
import org.hl7.fhir.r4.model.Patient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rodnan.mapping.MappedContent;
import org.rodnan.mapping.Refusal;

/** Files that were broken on their way, or made to harm: each gives resources or reasons. */
class RegistryFuzzTest {
  private static final int ROUNDS = 250;
  private static final int LINES_MAX = 20_000;
  private static final GeneratedRegistry REGISTRY = GeneratedRegistry.byVisit(1, 6);
  private static final RegistryMapping MAPPING = RegistryMapping.parse(REGISTRY.mapping());
  private static final String SHEET = "xl/worksheets/sheet1.xml";

  private static MappedContent read(Map<String, byte[]> files) {
    return new RegistryReader(LINES_MAX)
        .read(GeneratedRegistry.files(files), MAPPING, id -> Optional.empty());
  }

  /** What was read and what was refused are of files that were sent, and in their lines. */
  private static void plausible(MappedContent content, Map<String, byte[]> files) {
    for (Refusal each : content.refused()) {
      assertThat(each.reason()).isNotBlank().doesNotContain("Exception");
      assertThat(each.row()).isNotNegative();
      assertThat(each.file().isEmpty() || files.containsKey(each.file())).isTrue();
    }
    content.resources().forEach(each -> assertThat(each.row()).isPositive());
  }

  private static Map.Entry<String, byte[]> any(Map<String, byte[]> files, Random random) {
    return List.copyOf(files.entrySet()).get(random.nextInt(files.size()));
  }

  private static byte[] broken(byte[] whole, Random random) {
    byte[] broken = whole.clone();
    switch (random.nextInt(6)) {
      case 0 -> broken = Arrays.copyOf(whole, random.nextInt(whole.length));
      case 1 -> {
        for (int i = 1 + random.nextInt(20); i > 0; i--) {
          broken[random.nextInt(broken.length)] = (byte) random.nextInt(256);
        }
      }
      case 2 -> {
        byte[] marks = ",;\t\"\n\r\0<>&".getBytes(UTF_8);
        for (int i = 1 + random.nextInt(5); i > 0; i--) {
          broken[random.nextInt(broken.length)] = marks[random.nextInt(marks.length)];
        }
      }
      case 3 -> {
        int from = random.nextInt(whole.length);
        int length = random.nextInt(Math.min(400, whole.length - from));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(whole, 0, from);
        for (int i = random.nextInt(4); i > 0; i--) {
          out.write(whole, from, length);
        }
        out.write(whole, from + length, whole.length - from - length);
        broken = out.toByteArray();
      }
      case 4 -> broken = new String(whole, StandardCharsets.ISO_8859_1).getBytes(UTF_16LE);
      default -> {
        int at = random.nextInt(whole.length);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(whole, 0, at);
        out.writeBytes("9".repeat(random.nextInt(200_000)).getBytes(UTF_8));
        out.write(whole, at, whole.length - at);
        broken = out.toByteArray();
      }
    }
    return broken;
  }

  @Test
  void brokenCsvGivesResourcesOrReasons() {
    long seed = ThreadLocalRandom.current().nextLong();
    Random random = new Random(seed);
    Map<String, byte[]> whole = REGISTRY.csv(UTF_8, ',', false);
    int refused = 0;
    for (int i = 0; i < ROUNDS; i++) {
      Map<String, byte[]> files = new LinkedHashMap<>(whole);
      Map.Entry<String, byte[]> one = any(whole, random);
      files.put(one.getKey(), broken(one.getValue(), random));
      try {
        MappedContent content = read(files);
        plausible(content, files);
        refused += content.refused().isEmpty() ? 0 : 1;
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("Seed " + seed + ", round " + i, e);
      }
    }
    assertThat(refused).describedAs("seed %d", seed).isGreaterThan(ROUNDS / 2);
  }

  @Test
  void brokenWorkbooksGiveResourcesOrReasons() throws IOException {
    long seed = ThreadLocalRandom.current().nextLong();
    Random random = new Random(seed);
    byte[] whole = REGISTRY.workbook();
    Map<String, byte[]> parts = parts(whole);
    for (int i = 0; i < ROUNDS; i++) {
      byte[] workbook;
      if (random.nextBoolean()) {
        workbook = broken(whole, random);
      } else {
        Map<String, byte[]> changed = new LinkedHashMap<>(parts);
        Map.Entry<String, byte[]> one = any(parts, random);
        if (random.nextInt(5) == 0) {
          changed.remove(one.getKey());
        } else {
          changed.put(one.getKey(), broken(one.getValue(), random));
        }
        workbook = zip(changed);
      }
      Map<String, byte[]> files = Map.of("registry.xlsx", workbook);
      try {
        plausible(read(files), files);
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("Seed " + seed + ", round " + i, e);
      }
    }
  }

  @Test
  void brokenRecordsGiveResourcesOrReasons() {
    long seed = ThreadLocalRandom.current().nextLong();
    Random random = new Random(seed);
    GeneratedProject project = new GeneratedProject(1, 5);
    Map<String, byte[]> whole =
        Map.of(
            "flat.csv", project.flat().getBytes(UTF_8),
            "eav.csv", project.eav().getBytes(UTF_8),
            "dictionary.csv", GeneratedProject.DICTIONARY.getBytes(UTF_8));
    RegistryMapping mapping = RegistryMapping.parse(GeneratedProject.MAPPING);
    for (int i = 0; i < ROUNDS; i++) {
      Map<String, byte[]> files = new LinkedHashMap<>(whole);
      files.remove(random.nextBoolean() ? "flat.csv" : "eav.csv");
      Map.Entry<String, byte[]> one = any(files, random);
      files.put(one.getKey(), broken(one.getValue(), random));
      try {
        plausible(
            new RedcapReader(LINES_MAX)
                .read(GeneratedRegistry.files(files), mapping, id -> Optional.empty()),
            files);
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("Seed " + seed + ", round " + i, e);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]>",
        "<!DOCTYPE x SYSTEM \"file:///etc/passwd\">"
      })
  void refusesAWorkbookWithADocumentTypeDeclaration(String declaration) throws IOException {
    Map<String, byte[]> parts = parts(REGISTRY.workbook());
    for (String name : List.copyOf(parts.keySet())) {
      if (!name.endsWith(".xml") && !name.endsWith(".rels")) {
        continue;
      }
      Map<String, byte[]> changed = new LinkedHashMap<>(parts);
      String text = new String(parts.get(name), UTF_8);
      int at = text.indexOf("?>") + (text.contains("?>") ? 2 : 1);
      changed.put(name, (text.substring(0, at) + declaration + text.substring(at)).getBytes(UTF_8));
      assertRefused(changed, "document type declaration");
    }
  }

  @Test
  void refusesAWorkbookThatUnpacksToVeryMuch() throws IOException {
    Map<String, byte[]> parts = parts(REGISTRY.workbook());
    parts.put("xl/media/image1.png", new byte[(int) WorkbookGuard.UNPACKED_MAX]);
    assertRefused(parts, "unpacks to more than");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ZZZ1", "FXSHRXX1", "A99999999", "a1", "$A$1"})
  void refusesCellsThatLieNowhere(String address) throws IOException {
    Map<String, byte[]> parts = parts(REGISTRY.workbook());
    String sheet = new String(parts.get(SHEET), UTF_8);
    assertThat(sheet).contains("r=\"A1\"");
    parts.put(SHEET, sheet.replace("r=\"A1\"", "r=\"" + address + "\"").getBytes(UTF_8));
    assertThat(read(Map.of("registry.xlsx", zip(parts))).refused())
        .first()
        .extracting(Refusal::reason)
        .asString()
        .matches("The workbook can't be read: .*(has a cell|columns).*");
  }

  @Test
  void refusesRowsWithErrorsInWhatIsTaken() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (Workbook workbook = new Workbook(out, "Rodnan", "1.0")) {
      Worksheet people = workbook.newWorksheet("people");
      String[] names = {"ID", "Sex", "Kind", "Note"};
      for (int column = 0; column < names.length; column++) {
        people.value(0, column, names[column]);
        for (int row = 1; row < 6; row++) {
          people.value(row, column, column == 0 ? "S-" + row : column == 1 ? "F" : "p");
        }
      }
    }
    Map<String, byte[]> parts = parts(out.toByteArray());
    String sheet =
        new String(parts.get(SHEET), UTF_8)
            .replaceAll("<c r=\"A2\".*?</c>", "<c r=\"A2\" t=\"e\"><v>#N/A</v></c>")
            .replaceAll("<c r=\"B3\".*?</c>", "<c r=\"B3\" t=\"e\"><f>1/0</f><v>#DIV/0!</v></c>")
            .replaceAll("<c r=\"C4\".*?</c>", "<c r=\"C4\" t=\"e\"><v>#REF!</v></c>")
            .replaceAll("<c r=\"D5\".*?</c>", "<c r=\"D5\" t=\"e\"><v>#NAME?</v></c>");
    parts.put(SHEET, sheet.getBytes(UTF_8));
    MappedContent content =
        new RegistryReader(100)
            .read(
                GeneratedRegistry.files(Map.of("registry.xlsx", zip(parts))),
                RegistryMapping.parse(
                    """
                    study: s
                    tables:
                      - {table: people, subject: ID, where: {Kind: p}, demographics: {sex: Sex}}
                      - {table: people, subject: ID, where: {Kind: q},
                         history: {term: {value: Asthma}, occurred: Note}}
                    """),
                id -> Optional.empty());
    assertThat(content.refused())
        .extracting(each -> each.row() + " " + each.reason())
        .containsExactly(
            "2 sheet people, column ID: found the error #N/A; expected a value",
            "3 sheet people, column Sex: found the error #DIV/0!; expected a value",
            "4 sheet people, column Kind: found the error #REF!; expected a value");
    assertThat(content.resources())
        .filteredOn(each -> each.resource() instanceof Patient)
        .extracting(each -> each.resource().getIdElement().getIdPart())
        .containsExactly("s-S-4", "s-S-5");
  }

  @Test
  void refusesOldExcelAndOtherZipFiles() throws IOException {
    assertRefused(Map.of("content.xml", "<a/>".getBytes(UTF_8)), "no workbook");
    byte[] old = new byte[600];
    old[0] = (byte) 0xd0;
    old[1] = (byte) 0xcf;
    assertThat(read(Map.of("registry.xls", old)).refused().getFirst().reason()).contains(".xls");
  }

  private static void assertRefused(Map<String, byte[]> parts, String reason) {
    MappedContent content = read(Map.of("registry.xlsx", zip(parts)));
    assertThat(content.resources()).isEmpty();
    assertThat(content.refused()).first().extracting(Refusal::reason).asString().contains(reason);
  }

  private static Map<String, byte[]> parts(byte[] workbook) throws IOException {
    Map<String, byte[]> parts = new LinkedHashMap<>();
    try (ZipFile zip = ZipFile.builder().setByteArray(workbook).get()) {
      for (ZipArchiveEntry entry : Collections.list(zip.getEntries())) {
        parts.put(entry.getName(), zip.getInputStream(entry).readAllBytes());
      }
    }
    return parts;
  }

  private static byte[] zip(Map<String, byte[]> parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      for (Map.Entry<String, byte[]> part : parts.entrySet()) {
        zip.putNextEntry(new ZipEntry(part.getKey()));
        zip.write(part.getValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }
}
