package org.rodnan.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.LongStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.hl7.fhir.r4.model.Resource;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.rodnan.FhirClient;
import org.rodnan.FhirClient.Answer;
import org.rodnan.dataset.DatasetFiles;
import org.rodnan.dataset.DatasetReader;
import org.rodnan.dataset.Table;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.mapping.MappedContent;
import org.rodnan.mapping.Refusal;
import org.rodnan.mapping.SourceFile;
import org.rodnan.sdtm.GeneratedStudy;
import org.rodnan.sdtm.SdtmMapping;
import org.rodnan.sdtm.SdtmReader;
import org.rodnan.sdtm.Surviving;

/**
 * Synthetic studies through the store, out as SDTM and back: what is read is what was written, but
 * for what {@code src/docs/sdtm.md} says does not survive. {@code -Dsdtm.studies=200} tries more,
 * {@code -Dsdtm.seed=17} begins at another seed.
 */
@ExtendWith(TestServer.Shared.class)
class GeneratedStudiesTest {
  private static final String MAPPING = "ids: sponsor";

  /** Every so many studies are also written back, which takes the longest. */
  private static final int RETURNED = 10;

  private final FhirClient client;

  GeneratedStudiesTest(TestServer server) {
    this.client = server.client();
  }

  static LongStream seeds() {
    long first = Long.getLong("sdtm.seed", 1);
    return LongStream.range(first, first + Long.getLong("sdtm.studies", 20));
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void survivesAsTransportFilesAndAsDatasetJson(long seed) throws IOException {
    GeneratedStudy study = GeneratedStudy.of(seed);
    store(study.resources());

    byte[] transport = sdtm(study, "xpt");
    assertThat(lengths(transport)).allMatch(length -> length <= 200);
    MappedContent fromTransport = read(transport);
    assertThat(fromTransport.refused()).extracting(Refusal::reason).isEmpty();
    assertThat(Surviving.bytes(read(sdtm(study, "dataset-json"))))
        .isEqualTo(Surviving.bytes(fromTransport));

    Map<String, String> expected = new TreeMap<>();
    study.resources().forEach(each -> expected.put(key(each), Surviving.known(each)));
    study.lost().forEach(each -> expected.remove(key(each)));
    Map<String, String> found = new TreeMap<>();
    fromTransport
        .resources()
        .forEach(each -> found.put(key(each.resource()), Surviving.known(each.resource())));
    assertThat(found.keySet()).isEqualTo(expected.keySet());
    expected.forEach((key, body) -> assertThat(found.get(key)).as(key).isEqualTo(body));

    if (seed % RETURNED == 0) {
      serverTakesItAndWritesTheSame(study, transport, fromTransport);
    }
  }

  private void serverTakesItAndWritesTheSame(
      GeneratedStudy study, byte[] transport, MappedContent fromTransport) throws IOException {
    Answer taken =
        client.postBytes("/$ingest?source=sdtm&_format=csv", mapped(transport), "application/zip");
    assertThat(rejected(taken)).isEmpty();
    assertThat(Surviving.bytes(read(sdtm(study, "xpt")))).isEqualTo(Surviving.bytes(fromTransport));
  }

  private void store(List<Resource> resources) {
    StringBuilder lines = new StringBuilder();
    resources.forEach(each ->
        lines.append(FhirContexts.r4().newJsonParser().encodeResourceToString(each)).append('\n'));
    Answer answer =
        client.postBytes(
            "/$ingest?source=fhir&_format=csv",
            lines.toString().getBytes(UTF_8),
            "application/fhir+ndjson");
    assertThat(rejected(answer)).isEmpty();
  }

  private static List<String> rejected(Answer answer) {
    assertThat(answer.status()).describedAs(answer.text()).isEqualTo(200);
    return answer.text().lines().filter(line -> line.contains(",rejected,")).toList();
  }

  private byte[] sdtm(GeneratedStudy study, String format) {
    Answer answer = client.get("/ResearchStudy/" + study.id() + "/$sdtm?format=" + format);
    assertThat(answer.status()).describedAs(answer.text()).isEqualTo(200);
    return answer.response().body();
  }

  /** Of all variables of transport files, in bytes. */
  private static List<Integer> lengths(byte[] zip) throws IOException {
    List<Integer> lengths = new ArrayList<>();
    try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip))) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        if (!entry.getName().endsWith(".xpt")) {
          continue;
        }
        try (DatasetReader reader =
            DatasetFiles.open(new ByteArrayInputStream(in.readAllBytes()), UTF_8)) {
          Optional<Table> table = reader.nextTable();
          table.ifPresent(
              each -> each.variables().forEach(variable -> lengths.add(variable.length())));
        }
      }
    }
    assertThat(lengths).isNotEmpty();
    return lengths;
  }

  private static MappedContent read(byte[] zip) throws IOException {
    List<SourceFile> files = new ArrayList<>();
    try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip))) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        byte[] content = in.readAllBytes();
        files.add(new SourceFile(entry.getName(), () -> new ByteArrayInputStream(content)));
      }
    }
    return new SdtmReader(1_000_000).readFiles(files, Optional.of(SdtmMapping.parse(MAPPING)));
  }

  /** With the mapping beside the datasets. */
  private static byte[] mapped(byte[] zip) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip));
        ZipOutputStream out = new ZipOutputStream(bytes)) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        out.putNextEntry(new ZipEntry(entry.getName()));
        in.transferTo(out);
      }
      out.putNextEntry(new ZipEntry("mapping.yaml"));
      out.write(MAPPING.getBytes(UTF_8));
    }
    return bytes.toByteArray();
  }

  private static String key(Resource resource) {
    return resource.fhirType() + "/" + resource.getIdElement().getIdPart();
  }
}
