package org.rodnan.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.Progress;
import org.rodnan.mapping.SourceFile;

final class DeliveryTest {
  private static final IngestSettings SETTINGS = new IngestSettings(1_000, 100_000, 20_000, 5);

  @TempDir Path folder;

  private Piece piece(String name, byte[] content) throws IOException {
    Path path = Files.createTempFile(folder, "piece", "");
    Files.write(path, content);
    return new Piece(name, path);
  }

  private static byte[] gzip(byte[] content) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream packed = new GZIPOutputStream(out)) {
      packed.write(content);
    }
    return out.toByteArray();
  }

  private static byte[] zip(Map<String, byte[]> files) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        zip.putNextEntry(new ZipEntry(file.getKey()));
        zip.write(file.getValue());
      }
    }
    return out.toByteArray();
  }

  private static String text(SourceFile file) throws IOException {
    try (InputStream in = file.opening().open()) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }

  @Test
  void unpacksWhatIsPackedAndTellsTheMappingFromTheFiles() throws IOException {
    Map<String, byte[]> inside = new LinkedHashMap<>();
    inside.put("b/two.ndjson.gz", gzip("two".getBytes(UTF_8)));
    inside.put("mapping.yaml", "ids: sponsor".getBytes(UTF_8));
    inside.put("__MACOSX/._x", new byte[] {1});
    try (Delivery delivery =
        Delivery.open(
            List.of(piece("all.zip", zip(inside)), piece("a.json.gz", gzip("one".getBytes(UTF_8)))),
            SETTINGS,
            true,
            Progress.NONE)) {
      assertThat(delivery.files())
          .extracting(SourceFile::name)
          .containsExactly("a.json", "b/two.ndjson");
      for (int time = 0; time < 2; time++) {
        assertThat(text(delivery.files().get(0))).isEqualTo("one");
        assertThat(text(delivery.files().get(1))).isEqualTo("two");
      }
      assertThat(delivery.mapping()).contains("ids: sponsor");
      assertThat(delivery.refused()).isEmpty();
    }
  }

  @Test
  void tellsApartFilesThatAreCalledTheSame() throws IOException {
    List<Piece> pieces =
        List.of(
            piece("a.csv", "first".getBytes(UTF_8)),
            piece("a.csv.gz", gzip("second".getBytes(UTF_8))),
            piece("files.zip", zip(Map.of("a.csv", "third".getBytes(UTF_8)))));
    try (Delivery delivery = Delivery.open(pieces, SETTINGS, true, Progress.NONE)) {
      assertThat(delivery.files())
          .extracting(file -> file.name() + " " + text(file))
          .containsExactly("2/a.csv second", "3/a.csv third", "a.csv first");
    }
  }

  @Test
  void refusesABombByTheNameOfTheLimit() throws IOException {
    byte[] zeros = new byte[1_000_000];
    Piece zip = piece("bomb.zip", zip(Map.of("zeros.json", zeros)));
    assertThatThrownBy(() -> Delivery.open(List.of(zip), SETTINGS, true, Progress.NONE))
        .isInstanceOf(FhirFailure.TooLarge.class)
        .hasMessageContaining("rodnan.ingest.mapped-bytes-max allows, 20000");
    Piece gzip = piece("bomb.gz", gzip(zeros));
    try (Delivery delivery = Delivery.open(List.of(gzip), SETTINGS, false, Progress.NONE)) {
      assertThatThrownBy(() -> text(delivery.files().getFirst()))
          .isInstanceOf(FhirFailure.TooLarge.class)
          .hasMessageContaining("rodnan.ingest.unpacked-bytes-max allows, 100000");
    }
  }

  /** The directory of the archive says four bytes, the file has a million. */
  @Test
  void refusesAZipThatLiesAboutItsSizes() throws IOException {
    byte[] zip = zip(Map.of("zeros.json", new byte[1_000_000]));
    for (int i = 0; i < zip.length - 4; i++) {
      if (zip[i] == 'P' && zip[i + 1] == 'K' && zip[i + 2] == 1 && zip[i + 3] == 2) {
        zip[i + 24] = 4;
        zip[i + 25] = 0;
        zip[i + 26] = 0;
      }
    }
    try (Delivery delivery =
        Delivery.open(List.of(piece("liar.zip", zip)), SETTINGS, false, Progress.NONE)) {
      assertThatThrownBy(() -> text(delivery.files().getFirst()))
          .isInstanceOfAny(FhirFailure.TooLarge.class, IOException.class);
    }
  }

  @Test
  void refusesMoreFilesAndMoreMappingsThanItTakes() throws IOException {
    Map<String, byte[]> many = new LinkedHashMap<>();
    for (int i = 0; i < 6; i++) {
      many.put(i + ".json", new byte[0]);
    }
    Piece zip = piece("many.zip", zip(many));
    assertThatThrownBy(() -> Delivery.open(List.of(zip), SETTINGS, true, Progress.NONE))
        .hasMessageContaining("rodnan.ingest.files-max allows, 5");
    try (Delivery delivery =
        Delivery.open(
            List.of(piece("a.yaml", new byte[0]), piece("b.yml", new byte[0])),
            SETTINGS,
            true,
            Progress.NONE)) {
      assertThatThrownBy(delivery::mapping).hasMessageContaining("a.yaml, b.yml; expected one");
    }
  }

  @Test
  void refusesWhatOnlyBeginsLikeAZip() throws IOException {
    byte[] whole = zip(Map.of("a.json", "{}".getBytes(UTF_8)));
    byte[] half = java.util.Arrays.copyOf(whole, whole.length / 2);
    try (Delivery delivery =
        Delivery.open(List.of(piece("half.zip", half)), SETTINGS, true, Progress.NONE)) {
      assertThat(delivery.files()).isEmpty();
      assertThat(delivery.refused()).hasSize(1);
      assertThat(delivery.refused().getFirst().reason()).contains("can't be unpacked");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "../../etc/passwd, etc/passwd",
    "C:\\Users\\a\\b.json, Users/a/b.json",
    "/a/./b//c.json, a/b/c.json",
    ".., body",
    "a\u202eb.json, ab.json"
  })
  void cleansNames(String sent, String cleaned) {
    assertThat(new Piece(sent, folder).name()).isEqualTo(cleaned);
  }
}
