package org.rodnan.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.rodnan.Fixtures.example;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.rodnan.FhirClient;
import org.rodnan.FhirClient.Answer;
import org.rodnan.registry.GeneratedProject;

/**
 * Forms with the files of a REDCap project that were broken on their way, or made to harm. Each is
 * answered by a report or a clear 4xx; what isn't in a report isn't stored. {@code -Dform.seed=17}
 * repeats a run.
 */
@ExtendWith(TestServer.Shared.class)
class FormFuzzTest {
  private static final int ROUNDS = 120;
  private static final Pattern CREATED = Pattern.compile("created (\\d+), updated (\\d+)");

  private final TestServer server;
  private final FhirClient client;

  FormFuzzTest(TestServer server) {
    this.server = server;
    this.client = server.client();
    client.put(
        "/ResearchStudy/form-fuzz",
        example("ssc-research-study-valid-two-arms").put("id", "form-fuzz").toString());
  }

  /** A part, as its header and content. */
  private record Part(String header, byte[] content) {
    static Part file(String name, byte[] content) {
      return new Part(
          "Content-Disposition: form-data; name=\"file\"; filename=\"" + name + "\"", content);
    }
  }

  private static String mapping(String system) {
    return "study: form-fuzz\nsubjects: "
        + system
        + """

        tables:
          - subject: record_id
            demographics: {sex: sex, start: enrolled}
            history: {term: {value: Asthma}, occurred: mh___1}
        """;
  }

  private static String records(String prefix) {
    return "record_id,sex,enrolled,mh___1\n%1$s-1,1,2015-01-05,1\n%1$s-2,2,2015-02-05,0\n"
        .formatted(prefix);
  }

  private static List<Part> parts(String prefix) {
    return new ArrayList<>(
        List.of(
            Part.file("data.csv", records(prefix).getBytes(UTF_8)),
            Part.file("dictionary.csv", GeneratedProject.DICTIONARY.getBytes(UTF_8)),
            Part.file("mapping.yaml", mapping("urn:fuzz:" + prefix).getBytes(UTF_8))));
  }

  private static byte[] form(List<Part> parts, String boundary) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (Part part : parts) {
      out.writeBytes(("--" + boundary + "\r\n" + part.header() + "\r\n\r\n").getBytes(ISO_8859_1));
      out.writeBytes(part.content());
      out.writeBytes("\r\n".getBytes(ISO_8859_1));
    }
    out.writeBytes(("--" + boundary + "--\r\n").getBytes(ISO_8859_1));
    return out.toByteArray();
  }

  private static byte[] zip(String name, byte[] content) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      zip.putNextEntry(new ZipEntry(name));
      zip.write(content);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return out.toByteArray();
  }

  private static String any(Random random, String... texts) {
    return texts[random.nextInt(texts.length)];
  }

  /** What the parts are broken by before they are put together. */
  private static void change(List<Part> parts, Random random) {
    int at = random.nextInt(parts.size());
    Part part = parts.get(at);
    String name = List.of("data.csv", "dictionary.csv", "mapping.yaml").get(at);
    switch (random.nextInt(10)) {
      case 0 -> parts.remove(at);
      case 1 -> parts.add(part);
      case 2 -> parts.add(Part.file(name, parts.get(random.nextInt(3)).content()));
      case 3 ->
          parts.set(
              at,
              Part.file(
                  any(
                      random,
                      "../../" + name,
                      "/etc/" + name,
                      "C:\\windows\\" + name,
                      "a\0b" + name,
                      "..",
                      "",
                      "\u202e" + name,
                      "x".repeat(5_000) + name,
                      name + "\"; filename=\"other.csv",
                      "%2e%2e%2f" + name),
                  part.content()));
      case 4 -> parts.set(at, Part.file(name, new String(part.content(), UTF_8).getBytes(UTF_16)));
      case 5 ->
          parts.set(
              at,
              new Part(
                  any(
                      random,
                      part.header() + "\r\nContent-Type: text/csv; charset=utf-7",
                      part.header() + "\r\nContent-Type: nonsense",
                      part.header() + "\r\nContent-Transfer-Encoding: base64",
                      "Content-Disposition: form-data",
                      "Content-Disposition: attachment; filename=\"" + name + "\"",
                      "X: " + "y".repeat(20_000),
                      "no header"),
                  part.content()));
      case 6 -> parts.set(at, Part.file(name, new byte[random.nextInt(3) * 40_000]));
      case 7 -> parts.set(at, Part.file(name + ".zip", zip(name, part.content())));
      case 8 -> parts.set(at, Part.file("a.zip", zip("b.zip", zip("../" + name, part.content()))));
      default -> {
        for (int i = 0; i < 400; i++) {
          parts.add(new Part("Content-Disposition: form-data; name=\"f" + i + "\"", new byte[0]));
        }
      }
    }
  }

  /** What the whole is broken by. */
  private static byte[] damage(byte[] whole, Random random) {
    return switch (random.nextInt(4)) {
      case 0 -> Arrays.copyOf(whole, random.nextInt(whole.length));
      case 1 -> {
        byte[] damaged = whole.clone();
        for (int hits = 1 + random.nextInt(8); hits > 0; hits--) {
          damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
        }
        yield damaged;
      }
      default -> whole;
    };
  }

  @Test
  void answersBrokenFormsClearlyAndStoresNothingBesideItsReport() {
    long seed = Long.getLong("form.seed", ThreadLocalRandom.current().nextLong());
    Random random = new Random(seed);
    int reports = 0;
    for (int round = 0; round < ROUNDS; round++) {
      String which = "seed " + seed + ", round " + round;
      String prefix = server.newId();
      List<Part> parts = parts(prefix);
      if (random.nextInt(4) > 0) {
        change(parts, random);
      }
      byte[] body = damage(form(parts, "cut"), random);
      String type =
          random.nextInt(5) > 0
              ? "multipart/form-data; boundary=cut"
              : any(
                  random,
                  "multipart/form-data",
                  "multipart/form-data; boundary=",
                  "multipart/form-data; boundary=other",
                  "multipart/form-data; boundary=\"cut\"; charset=utf-16",
                  "multipart/form-data; boundary=" + "c".repeat(300),
                  "multipart/mixed; boundary=cut",
                  "MULTIPART/Form-Data; BOUNDARY=cut",
                  "text/csv");
      Answer answer = client.postBytes("/$ingest?source=redcap", body, type);
      assertThat(answer.status()).describedAs(which).isIn(200, 400, 413);
      assertThat(answer.json().path("resourceType").asText())
          .describedAs(which)
          .isEqualTo("OperationOutcome");
      assertThat(answer.text())
          .describedAs(which)
          .doesNotContain("Exception", "Cannot invoke", "/tmp/");
      long created = 0;
      if (answer.status() == 200) {
        Matcher counts = CREATED.matcher(answer.text());
        assertThat(counts.find()).describedAs(which).isTrue();
        created = Long.parseLong(counts.group(1)) + Long.parseLong(counts.group(2));
        reports += created > 0 ? 1 : 0;
      }
      long stored = stored(prefix);
      // A damaged mapping may give the subjects another system; never is more stored than told.
      assertThat(stored).describedAs(which).isLessThanOrEqualTo(created);
    }
    assertThat(reports).describedAs("seed %d", seed).isGreaterThan(10);
  }

  private long stored(String prefix) {
    long count = 0;
    for (String each : List.of("-1", "-2")) {
      for (String type : List.of("Patient", "ResearchSubject")) {
        count += client.get("/" + type + "/form-fuzz-" + prefix + each).status() == 200 ? 1 : 0;
      }
    }
    return count
        + client
            .get("/Condition?patient=form-fuzz-" + prefix + "-1&_summary=count")
            .json()
            .path("total")
            .asLong();
  }

  @Test
  void takesTheFormOfAProjectAndTheSameAgainChangesNothing() {
    long seed = ThreadLocalRandom.current().nextLong();
    GeneratedProject project = new GeneratedProject(seed, 12);
    client.put(
        "/ResearchStudy/registry-1",
        example("ssc-research-study-valid-two-arms").put("id", "registry-1").toString());
    byte[] form =
        form(
            List.of(
                Part.file("records.csv", project.flat().getBytes(UTF_8)),
                Part.file("dictionary.csv", GeneratedProject.DICTIONARY.getBytes(UTF_8)),
                Part.file("mapping.yaml", GeneratedProject.MAPPING.getBytes(UTF_8))),
            "cut");
    List<String> first = lines(form, "redcap");
    assertThat(first)
        .describedAs("seed %d", seed)
        .filteredOn(line -> !line.contains(",left-out,"))
        .hasSizeGreaterThan(100)
        .allMatch(line -> line.matches("records\\.csv,\\d+,(created|updated|unchanged),.*"))
        .anyMatch(line -> line.contains("created,AdverseEvent"))
        .anyMatch(line -> line.matches(".*,unchanged,Condition,.*"));
    assertThat(lines(form, "redcap"))
        .describedAs("seed %d", seed)
        .hasSameSizeAs(first)
        .allMatch(line -> line.contains(",unchanged,") || line.contains(",left-out,"));

    byte[] eav =
        form(
            List.of(
                Part.file("dictionary.csv", GeneratedProject.DICTIONARY.getBytes(UTF_8)),
                Part.file("mapping.yml", GeneratedProject.MAPPING.getBytes(UTF_8)),
                Part.file("eav.zip", zip("eav.csv", project.eav().getBytes(UTF_8)))),
            "cut");
    assertThat(lines(eav, "redcap"))
        .describedAs("seed %d", seed)
        .allMatch(line -> line.matches("eav\\.csv,\\d+,unchanged,.*") || line.contains("left-out"));
  }

  private List<String> lines(byte[] form, String source) {
    Answer answer =
        client.postBytes(
            "/$ingest?_format=csv&source=" + source, form, "multipart/form-data; boundary=cut");
    assertThat(answer.status()).describedAs(answer.text()).isEqualTo(200);
    return answer.text().lines().skip(1).toList();
  }

  @Test
  void wantsTheMappingTheDictionaryAndAKnownSource() {
    List<Part> parts = parts(server.newId());
    assertThat(refused("redcap", parts.subList(0, 2))).contains("There is no mapping");
    assertThat(refused("", parts)).contains("source is ''; expected one of fhir");
    assertThat(refused("REDCap", parts)).contains("source is 'REDCap'; expected one of fhir");
    parts.add(Part.file("other.yaml", "study: s".getBytes(UTF_8)));
    assertThat(refused("redcap", parts)).contains("2 mappings: mapping.yaml, other.yaml");
    parts.remove(3);
    parts.remove(1);
    assertThat(lines(form(parts, "cut"), "redcap"))
        .singleElement()
        .asString()
        .contains(",0,rejected,,,", "There is no data dictionary");
  }

  private String refused(String source, List<Part> parts) {
    Answer answer =
        client.postBytes(
            "/$ingest?source=" + source, form(parts, "cut"), "multipart/form-data; boundary=cut");
    assertThat(answer.status()).describedAs(answer.text()).isEqualTo(400);
    return answer.json().at("/issue/0/diagnostics").asText();
  }
}
