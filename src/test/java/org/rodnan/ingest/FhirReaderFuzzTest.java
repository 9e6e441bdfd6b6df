package org.rodnan.ingest;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rodnan.Fixtures;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.Limits;
import org.rodnan.fhir.Progress;
import org.rodnan.fhir.ResourceParser;
import org.rodnan.ingest.IngestReport.Action;

/** Files that were broken on their way, at random: each gives records or reasons, never a crash. */
final class FhirReaderFuzzTest {
  private static final int ROUNDS = 3_000;
  private static final IngestSettings SETTINGS =
      new IngestSettings(1_000_000, 2_000_000, 2_000_000, 20);

  @TempDir Path folder;

  private final FhirReader reader =
      new FhirReader(new ResourceParser(Limits.DEFAULTS), Limits.DEFAULTS);

  /** What a file gave. */
  private record Read(List<byte[]> records, List<String> told) {}

  private Read read(byte[] content) throws IOException {
    Path file = Files.write(folder.resolve("file"), content);
    List<byte[]> records = new ArrayList<>();
    List<String> told = new ArrayList<>();
    try (Delivery delivery =
        Delivery.open(List.of(new Piece("file", file)), SETTINGS, false, Progress.NONE)) {
      delivery.refused().forEach(each -> told.add(each.reason()));
      RecordSink sink =
          new RecordSink() {
            @Override
            public void record(String name, long line, byte[] json) {
              assertThat(line).isPositive();
              records.add(json);
            }

            @Override
            public void told(String name, long line, Action action, String reason) {
              told.add(reason);
            }
          };
      delivery.files().forEach(each -> reader.read(each, sink));
    } catch (FhirFailure.TooLarge e) {
      told.add(String.valueOf(e.getMessage()));
    }
    return new Read(records, told);
  }

  private static List<byte[]> whole() throws IOException {
    ObjectNode patient = Fixtures.example("ssc-patient-valid-pseudonym");
    byte[] lines = (patient + "\n" + patient + "\r\n\n" + patient).getBytes(UTF_8);
    ObjectNode bundle = patient.objectNode().put("resourceType", "Bundle");
    bundle.put("type", "collection");
    ArrayNode entries = bundle.putArray("entry");
    entries.addObject().put("fullUrl", "urn:uuid:1").set("resource", patient);
    entries.addObject().set("resource", patient);
    ByteArrayOutputStream gzip = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(gzip)) {
      out.write(lines);
    }
    ByteArrayOutputStream zip = new ByteArrayOutputStream();
    try (ZipOutputStream out = new ZipOutputStream(zip)) {
      out.putNextEntry(new ZipEntry("a.ndjson"));
      out.write(lines);
      out.putNextEntry(new ZipEntry("../b.json.gz"));
      out.write(gzip.toByteArray());
    }
    return List.of(
        lines,
        bundle.toString().getBytes(UTF_8),
        bundle.toPrettyString().getBytes(UTF_8),
        gzip.toByteArray(),
        zip.toByteArray());
  }

  private static byte[] broken(byte[] whole, Random random) {
    byte[] bytes = whole.clone();
    return switch (random.nextInt(6)) {
      case 0 -> Arrays.copyOf(bytes, random.nextInt(bytes.length));
      case 1 -> {
        for (int i = random.nextInt(8); i >= 0; i--) {
          bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        yield bytes;
      }
      case 2 -> new String(bytes, UTF_8).getBytes(random.nextBoolean() ? UTF_16 : ISO_8859_1);
      case 3 -> {
        int from = random.nextInt(bytes.length);
        int to = from + random.nextInt(bytes.length - from);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(bytes, 0, to);
        out.write(bytes, from, bytes.length - from);
        yield out.toByteArray();
      }
      case 4 -> {
        String text = new String(bytes, ISO_8859_1);
        String huge = "\"" + "x".repeat(100_000) + "\":" + "[".repeat(random.nextInt(20_000));
        int at = random.nextInt(text.length());
        yield (text.substring(0, at) + huge + text.substring(at)).getBytes(ISO_8859_1);
      }
      default -> {
        byte[] noise = new byte[random.nextInt(2_000)];
        random.nextBytes(noise);
        yield noise;
      }
    };
  }

  @Test
  void givesRecordsOrReasonsWhateverTheFile() throws IOException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    List<byte[]> whole = whole();
    for (byte[] each : whole) {
      Read read = read(each);
      assertThat(read.told()).isEmpty();
      assertThat(read.records()).hasSizeGreaterThan(1);
    }
    for (int round = 0; round < ROUNDS; round++) {
      byte[] file = broken(whole.get(random.nextInt(whole.size())), random);
      Read read = read(file);
      assertThat(read.told()).as("seed %d round %d", seed, round).noneMatch(String::isBlank);
      if (read.records().isEmpty() && !new String(file, ISO_8859_1).isBlank()) {
        assertThat(read.told()).as("seed %d round %d", seed, round).isNotEmpty();
      }
    }
  }

  @Test
  void beginsNothingOfABundleThatIsCutOff() throws IOException {
    byte[] bundle = whole().get(1);
    for (int length = 1; length < bundle.length; length += 7) {
      Read read = read(Arrays.copyOf(bundle, length));
      assertThat(read.records()).as("of %d bytes", length).isEmpty();
      assertThat(read.told()).hasSize(1);
    }
  }
}
