package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.rodnan.Fixtures.example;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rodnan.FhirClient;
import org.rodnan.FhirClient.Answer;

@ExtendWith(TestServer.Shared.class)
class IngestTest {
  private static final String FHIR = "/$ingest?source=fhir&file=data.ndjson&_format=csv";

  private final FhirClient client;
  private final String id;

  IngestTest(TestServer server) {
    this.client = server.client();
    this.id = server.newId();
  }

  private Answer send(String path, String text) {
    return client.postBytes(path, text.getBytes(StandardCharsets.UTF_8), "application/fhir+ndjson");
  }

  private List<String> lines(Answer answer) {
    assertThat(answer.status()).describedAs(answer.text()).isEqualTo(200);
    return answer.text().lines().toList();
  }

  private String patient() {
    return example("ssc-patient-valid-pseudonym").put("id", id).toString();
  }

  private ObjectNode mrss() {
    ObjectNode mrss = example("ssc-mrss-valid-total-only").put("id", id);
    mrss.remove("extension");
    mrss.putObject("subject").put("reference", "Patient/" + id);
    return mrss;
  }

  @Test
  void tellsWhatIsOfNoLineWithoutOne() {
    Answer answer =
        client.postBytes(
            "/$ingest?source=sdtm",
            "no dataset".getBytes(StandardCharsets.UTF_8),
            "application/octet-stream");
    assertThat(answer.status()).describedAs(answer.text()).isEqualTo(200);
    assertThat(answer.text())
        .contains("all files: There is no dataset", "body: is neither")
        .doesNotContain("line 0");
  }

  @Test
  void takesLinesInAnyOrderAndTheSameFileTwice() {
    String file = mrss() + "\n\n" + patient() + "\n";
    assertThat(lines(send(FHIR, file)))
        .containsExactly(
            "file,line,action,type,id,reason",
            "data.ndjson,1,created,Observation," + id + ",",
            "data.ndjson,3,created,Patient," + id + ",");
    assertThat(lines(send(FHIR, file)))
        .containsExactly(
            "file,line,action,type,id,reason",
            "data.ndjson,1,unchanged,Observation," + id + ",",
            "data.ndjson,3,unchanged,Patient," + id + ",");
    assertThat(client.get("/Observation/" + id + "/_history").json().path("total").asInt())
        .isEqualTo(1);
  }

  @Test
  void rejectsEachWrongRecordByItsLineAndStoresTheRest() {
    ObjectNode high = mrss();
    high.withObject("/valueQuantity").put("value", 52);
    ObjectNode nameless = mrss();
    nameless.remove("id");
    String file = patient() + "\n" + high + "\n{\"resourceType\":\n" + nameless + "\n" + "[]\n";
    List<String> lines = lines(send(FHIR, file));
    assertThat(lines).hasSize(6);
    assertThat(lines.get(1)).startsWith("data.ndjson,1,created,Patient");
    assertThat(lines.get(2)).startsWith("data.ndjson,2,rejected,Observation").contains("51");
    assertThat(lines.get(3)).startsWith("data.ndjson,3,rejected");
    assertThat(lines.get(4)).contains("has no id");
    assertThat(lines.get(5)).startsWith("data.ndjson,5,rejected");
    assertThat(client.get("/Observation/" + id).status()).isEqualTo(404);
    Answer outcome = send("/$ingest?source=fhir", file);
    assertThat(outcome.text()).contains("created 0, updated 0, unchanged 1, rejected 4");
  }

  @Test
  void rejectsALineThatIsNotUtf8AndDoesNotChangeIt() {
    ObjectNode patient = example("ssc-patient-valid-pseudonym").put("id", id);
    patient.putArray("name").addObject().put("text", "M\u00fcller");
    byte[] latin = (patient + "\n" + mrss()).getBytes(StandardCharsets.ISO_8859_1);
    List<String> lines = lines(client.postBytes(FHIR, latin, "application/fhir+ndjson"));
    assertThat(lines.get(1)).startsWith("data.ndjson,1,rejected");
    assertThat(lines.get(2)).startsWith("data.ndjson,2,rejected");
    assertThat(client.get("/Patient/" + id).status()).isEqualTo(404);
  }

  @Test
  void takesCollections() {
    ObjectNode bundle = Resources.bundle("collection");
    bundle.withArray("entry").addObject().set("resource", mrss());
    bundle
        .withArray("entry")
        .addObject()
        .putRawValue("resource", new com.fasterxml.jackson.databind.util.RawValue(patient()));
    assertThat(send("/$ingest?source=fhir", bundle.toString()).text()).contains("created 2");
    bundle.put("type", "history");
    assertThat(send("/$ingest?source=fhir", bundle.toString()).text())
        .contains("rejected 1", "Bundle.type is 'history'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/$ingest", "/$ingest?source=spss", "/$ingest?source=fhir&mapping=x"})
  void refusesWhatItDoesNotKnow(String path) {
    Answer answer = send(path, patient());
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.text()).containsAnyOf("expected", "not known");
  }

  @Test
  void reportsFilesThatAreNoneOfTheirKind() {
    assertThat(send("/$ingest?source=sdtm", "no zip").text()).contains("rejected 1");
    for (String source : List.of("fhir", "hl7v2")) {
      for (String empty : List.of("", "\n\n")) {
        assertThat(send("/$ingest?source=" + source, empty).text())
            .contains("rejected 1", "The file is empty; expected");
      }
    }
    for (String source : List.of("csv", "redcap", "sdtm", "fhir")) {
      assertThat(send("/$ingest?source=" + source, "PK\u0003\u0004 cut off").text())
          .contains("rejected 1,", "The file can't be unpacked")
          .doesNotContain("There is no");
    }
    assertThat(client.get("/$ingest?source=fhir").status()).isEqualTo(405);
  }

  @Test
  void takesPutsAndPostsOfTransactionsAndReplacesTheirFullUrls() {
    ObjectNode bundle = Resources.bundle("transaction");
    ObjectNode skin = mrss();
    skin.withObject("/subject").put("reference", "urn:uuid:6f0b");
    ObjectNode first = bundle.withArray("entry").addObject();
    first.set("resource", skin);
    first.putObject("request").put("method", "POST").put("url", "Observation");
    ObjectNode second = bundle.withArray("entry").addObject().put("fullUrl", "urn:uuid:6f0b");
    second.set("resource", example("ssc-patient-valid-pseudonym").put("id", id));
    second.putObject("request").put("method", "PUT").put("url", "Patient/" + id);
    bundle.withArray("entry").addObject().putObject("request").put("method", "DELETE");
    List<String> lines =
        lines(send("/$ingest?source=fhir&file=t.json&_format=csv", bundle.toString()));
    assertThat(lines.subList(1, 3))
        .containsExactly(
            "t.json,1,created,Observation," + id + ",", "t.json,2,created,Patient," + id + ",");
    assertThat(lines.get(3)).startsWith("t.json,3,rejected").contains("expected PUT or POST");
    assertThat(client.get("/Observation/" + id).json().at("/subject/reference").asText())
        .isEqualTo("Patient/" + id);
  }

  @Test
  void rejectsAPutOfAnotherIdThanTheResourceHas() {
    ObjectNode bundle = Resources.bundle("batch");
    ObjectNode entry = bundle.withArray("entry").addObject();
    entry.set("resource", example("ssc-patient-valid-pseudonym").put("id", id + "-a"));
    entry.putObject("request").put("method", "PUT").put("url", "Patient/" + id + "-b");
    assertThat(
            lines(send("/$ingest?source=fhir&file=t.json&_format=csv", bundle.toString())).get(1))
        .startsWith("t.json,1,rejected")
        .contains("Patient/" + id + "-a", "'Patient/" + id + "-b'");
    assertThat(client.post("/", bundle.toString()).text())
        .contains("\"400 ", "'" + id + "-a'", "'" + id + "-b'");
    assertThat(client.get("/Patient/" + id + "-a").status()).isEqualTo(404);
  }

  @Test
  void refusesABrokenFileAsAWholeAndLeavesOutWhatAServerSaysOfASearch() {
    ObjectNode bundle = Resources.bundle("searchset");
    ObjectNode said = bundle.withArray("entry").addObject();
    said.putObject("resource").put("resourceType", "OperationOutcome");
    said.putObject("search").put("mode", "outcome");
    bundle.withArray("entry").addObject().set("resource", mrss().put("id", id + "-x"));
    String pretty = bundle.toPrettyString();
    List<String> broken = lines(send(FHIR, pretty.substring(0, pretty.length() - 20)));
    assertThat(broken).hasSize(2);
    assertThat(broken.get(1)).contains("rejected").contains("not JSON").doesNotContain("[Source");
    List<String> lines = lines(send(FHIR, pretty));
    assertThat(lines.get(1)).startsWith("data.ndjson,1,left-out");
    assertThat(lines.get(2)).startsWith("data.ndjson,2,rejected").contains("does not exist");
  }

  @Test
  void saysThatABundleIsOnePageOfASearch() {
    ObjectNode bundle = Resources.bundle("searchset");
    ObjectNode self = bundle.withArray("link").addObject();
    self.put("relation", "self").put("url", "https://example.org/fhir/Observation?_page=1");
    assertThat(lines(send(FHIR, bundle.toString()))).hasSize(1);
    ObjectNode next = bundle.withArray("link").addObject();
    next.put("relation", "next").put("url", "https://example.org/fhir/Observation?_page=2");
    assertThat(lines(send(FHIR, bundle.toString())).get(1))
        .startsWith("data.ndjson,0,left-out")
        .contains("one page of a search", "https://example.org/fhir/Observation?_page=2");
  }

  /** Farther apart than records are written at once; who is enrolled comes last. */
  @Test
  void writesWhatRefersToEachOtherFromOneEndOfAFileToTheOther() {
    int pairs = 1_050;
    StringBuilder file = new StringBuilder();
    for (String side : List.of("a", "b")) {
      String other = side.equals("a") ? "b" : "a";
      for (int i = 0; i < pairs; i++) {
        ObjectNode patient = example("ssc-patient-valid-pseudonym").put("id", id + side + i);
        patient
            .putArray("link")
            .addObject()
            .put("type", "seealso")
            .putObject("other")
            .put("reference", "Patient/" + id + other + i);
        file.append(patient).append('\n');
      }
    }
    Answer answer = send("/$ingest?source=fhir&provenance=false", file.toString());
    assertThat(answer.text())
        .contains("created " + 2 * pairs + ", updated 0")
        .contains("rejected 0");
  }

  @Test
  void writesCirclesAtOnceAndFindsThemUnchanged() {
    ObjectNode first = example("ssc-patient-valid-pseudonym").put("id", id + "-a");
    first
        .putArray("link")
        .addObject()
        .put("type", "seealso")
        .putObject("other")
        .put("reference", "Patient/" + id + "-b");
    ObjectNode second = first.deepCopy().put("id", id + "-b");
    second.withObject("/link/0/other").put("reference", "Patient/" + id + "-a");
    ObjectNode third = first.deepCopy().put("id", id + "-c");
    String file = third + "\n" + first + "\n" + second + "\n";
    assertThat(lines(send(FHIR, file)))
        .containsExactly(
            "file,line,action,type,id,reason",
            "data.ndjson,1,created,Patient," + id + "-c,",
            "data.ndjson,2,created,Patient," + id + "-a,",
            "data.ndjson,3,created,Patient," + id + "-b,");
    assertThat(lines(send(FHIR, file)))
        .allMatch(line -> line.contains("unchanged") || line.contains("reason"));
  }

  @Test
  void keepsFromWhichFileARecordCame() {
    String file = patient() + "\n";
    send(FHIR, file);
    String found = "/Provenance?target=Patient/" + id;
    JsonNode provenance = client.get(found).json();
    assertThat(provenance.path("total").asInt()).isEqualTo(1);
    assertThat(provenance.at("/entry/0/resource/entity/0/what/identifier/value").asText())
        .isEqualTo(sha256(file));
    send(FHIR, file);
    assertThat(client.get(found).json().at("/entry/0/resource/meta/versionId").asText())
        .isEqualTo("1");
    assertThat(client.delete("/Patient/" + id).status()).isEqualTo(204);
    send("/$ingest?source=fhir&provenance=false", patient().replace(id, id + "-p"));
    assertThat(client.get(found + "-p").json().path("total").asInt()).isZero();
  }

  private static String sha256(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void takesZipFilesAndFormsWithTheFilesInThem() throws IOException {
    ByteArrayOutputStream zip = new ByteArrayOutputStream();
    try (ZipOutputStream out = new ZipOutputStream(zip)) {
      out.putNextEntry(new ZipEntry("../data/Observation.ndjson"));
      out.write(mrss().toString().getBytes(StandardCharsets.UTF_8));
      out.putNextEntry(new ZipEntry("data/Patient.ndjson.gz"));
      GZIPOutputStream packed = new GZIPOutputStream(out);
      packed.write(patient().getBytes(StandardCharsets.UTF_8));
      packed.finish();
    }
    assertThat(lines(client.postBytes(FHIR, zip.toByteArray(), "application/zip")))
        .containsExactly(
            "file,line,action,type,id,reason",
            "data/Patient.ndjson,1,created,Patient," + id + ",",
            "data/Observation.ndjson,1,created,Observation," + id + ",");
    ByteArrayOutputStream form = new ByteArrayOutputStream();
    for (String part :
        List.of(
            "name=\"a\"; filename=\"o.json\"\r\n\r\n" + mrss(),
            "name=\"p.json\"\r\n\r\n" + patient())) {
      form.writeBytes(
          ("--cut\r\nContent-Disposition: form-data; " + part + "\r\n")
              .getBytes(StandardCharsets.UTF_8));
    }
    form.writeBytes("--cut--\r\n".getBytes(StandardCharsets.UTF_8));
    assertThat(
            lines(
                client.postBytes(
                    "/$ingest?source=fhir&_format=csv",
                    form.toByteArray(),
                    "multipart/form-data; boundary=cut")))
        .containsExactly(
            "file,line,action,type,id,reason",
            "o.json,1,unchanged,Observation," + id + ",",
            "p.json,1,unchanged,Patient," + id + ",");
    Answer broken =
        client.postBytes(
            "/$ingest?source=fhir",
            "--cut\r\nno".getBytes(StandardCharsets.UTF_8),
            "multipart/form-data; boundary=cut");
    assertThat(broken.status()).isEqualTo(400);
  }

  @Test
  void takesAStudyFromWhereItWasWrittenAsSdtm() {
    try (TestServer other = TestServer.start("rodnan.trials.load=true")) {
      byte[] zip =
          other.client().get("/ResearchStudy/spiera-2011/$sdtm?format=xpt").response().body();
      try (TestServer empty = TestServer.start()) {
        // SDTM tells of the subjects; the study is known before, but for a Group of subjects.
        String study =
            other
                .client()
                .get(
                    "/ResearchStudy/spiera-2011/$everything?_count=50"
                        + "&_type=ResearchStudy,PlanDefinition,Organization,Group")
                .text();
        assertThat(
                empty
                    .client()
                    .postBytes(
                        "/$ingest?source=fhir",
                        study.getBytes(StandardCharsets.UTF_8),
                        "application/fhir+json")
                    .text())
            .containsPattern("created \\d{2,}, updated 0, unchanged 0, rejected 1,");
        Answer report = empty.client().postBytes("/$ingest?source=sdtm", zip, "application/zip");
        assertThat(report.text()).contains("rejected 0");
        assertThat(
                empty.client().get("/ResearchSubject?_summary=count").json().path("total").asInt())
            .isEqualTo(30);
        Answer again = empty.client().postBytes("/$ingest?source=sdtm", zip, "application/zip");
        assertThat(again.text()).contains("created 0, updated 0,", "rejected 0");
      }
    }
  }
}
