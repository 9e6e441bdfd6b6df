package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.rodnan.Fixtures.example;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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
    bundle.put("type", "batch");
    assertThat(send("/$ingest?source=fhir", bundle.toString()).text())
        .contains("rejected 1", "transaction");
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
    assertThat(send("/$ingest?source=fhir", "").text()).contains("created 0");
    assertThat(client.get("/$ingest?source=fhir").status()).isEqualTo(405);
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
            "data/Observation.ndjson,1,created,Observation," + id + ",",
            "data/Patient.ndjson,1,created,Patient," + id + ",");
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
            .contains("created 23", "rejected 1");
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
