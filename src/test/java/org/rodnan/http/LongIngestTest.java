package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.rodnan.FhirClient;
import org.rodnan.FhirClient.Answer;

@ExtendWith(TestServer.Shared.class)
class LongIngestTest {
  private static final int LINES = 12_000;
  private static final Pattern READING =
      Pattern.compile("(\\d+) % \\(reading bytes, (\\d+) of (\\d+)\\), at work for \\d+ s");

  private final FhirClient client;
  private final String id;

  LongIngestTest(TestServer server) {
    this.client = server.client();
    this.id = server.newId();
  }

  private String patients(int count) {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < count; i++) {
      lines.append("{\"resourceType\":\"Patient\",\"id\":\"%s-%d\"}\n".formatted(id, i));
    }
    return lines.toString();
  }

  private String start(String body) {
    Answer accepted =
        client.post(
            "/$ingest?source=fhir&file=many.ndjson",
            body,
            "Content-Type",
            "application/fhir+ndjson",
            "Prefer",
            "respond-async");
    assertThat(accepted.status()).describedAs(accepted.text()).isEqualTo(202);
    return accepted.header("Content-Location").orElseThrow();
  }

  @Test
  void saysHowMuchIsReadAndCancelsBetweenBatchesWithAReport() {
    String body = patients(LINES);
    String place = start(body);
    Answer answer = client.get(place);
    boolean isCancelled = false;
    long before = 0;
    while (answer.status() == 202) {
      Matcher reading = READING.matcher(answer.header("X-Progress").orElseThrow());
      if (reading.matches()) {
        long read = Long.parseLong(reading.group(2));
        assertThat(Long.parseLong(reading.group(3))).isEqualTo(body.length());
        assertThat(read).isBetween(before, (long) body.length());
        assertThat(Long.parseLong(reading.group(1))).isEqualTo(100 * read / body.length());
        before = read;
        if (!isCancelled && client.get("/Patient/" + id + "-0").status() == 200) {
          assertThat(client.delete(place).status()).isEqualTo(202);
          isCancelled = true;
        }
      }
      Thread.onSpinWait();
      answer = client.get(place);
    }
    assertThat(isCancelled).describedAs("it was at an end before it could be cancelled").isTrue();
    assertThat(answer.status()).isEqualTo(200);
    JsonNode entry = answer.json().at("/entry/0");
    assertThat(entry.at("/response/status").asText()).startsWith("200");
    String counts = entry.at("/resource/issue/0/diagnostics").asText();
    Matcher created = Pattern.compile("created (\\d+), .*left-out (\\d+)").matcher(counts);
    assertThat(created.matches()).describedAs(counts).isTrue();
    int written = Integer.parseInt(created.group(1));
    assertThat(written).isBetween(1, LINES - 1);
    assertThat(entry.toString()).contains("cancelled");
    for (int i : List.of(0, written - 1, written, LINES - 1)) {
      int expected = i < written ? 200 : 404;
      assertThat(client.get("/Patient/" + id + "-" + i).status()).isEqualTo(expected);
    }
    assertThat(client.delete(place).status()).isEqualTo(202);
    assertThat(client.get(place).status()).isEqualTo(404);
  }

  /** What a mapping makes of tables is ended like what is FHIR already. */
  @Test
  void cancelsWhatIsMappedBetweenBatchesToo() {
    StringBuilder form = new StringBuilder();
    part(
        form,
        "mapping.yaml",
        "study: "
            + id
            + "\ntables:\n  - table: people\n    subject: ID\n"
            + "    demographics: {sex: Sex}\n");
    StringBuilder rows = new StringBuilder("ID,Sex\n");
    for (int i = 0; i < LINES; i++) {
      rows.append("m").append(i).append(",F\n");
    }
    part(form, "people.csv", rows.toString());
    form.append("--part--\r\n");
    String study =
        "{\"resourceType\":\"ResearchStudy\",\"id\":\"" + id + "\",\"status\":\"active\"}";
    assertThat(client.put("/ResearchStudy/" + id, study).status()).isEqualTo(201);
    Answer accepted =
        client.post(
            "/$ingest?source=csv",
            form.toString(),
            "Content-Type",
            "multipart/form-data; boundary=part",
            "Prefer",
            "respond-async");
    assertThat(accepted.status()).describedAs(accepted.text()).isEqualTo(202);
    String place = accepted.header("Content-Location").orElseThrow();
    String counting = "/Patient?_summary=count&_id=" + id + "-m0";
    while (client.get(counting).json().path("total").asInt() == 0) {
      assertThat(client.get(place).status()).isEqualTo(202);
      Thread.onSpinWait();
    }
    assertThat(client.delete(place).status()).isEqualTo(202);
    Answer answer = client.get(place);
    while (answer.status() == 202) {
      Thread.onSpinWait();
      answer = client.get(place);
    }
    JsonNode entry = answer.json().at("/entry/0");
    String counts = entry.at("/resource/issue/0/diagnostics").asText();
    Matcher created =
        Pattern.compile("created (\\d+), .*rejected 0, left-out (\\d+)").matcher(counts);
    assertThat(created.matches()).describedAs(entry.toString()).isTrue();
    assertThat(entry.toString()).contains("cancelled");
    int written = Integer.parseInt(created.group(1));
    int stored =
        total("/Patient?_has:ResearchSubject:individual:study=" + id)
            + total("/ResearchSubject?study=" + id);
    assertThat(written).isBetween(1, 2 * LINES - 1).isBetween(stored, stored + 2_000);
  }

  private int total(String search) {
    return client.get(search + "&_summary=count").json().path("total").asInt();
  }

  private static void part(StringBuilder form, String name, String text) {
    form.append("--part\r\nContent-Disposition: form-data; name=\"file\"; filename=\"")
        .append(name)
        .append("\"\r\n\r\n")
        .append(text)
        .append("\r\n");
  }
}
