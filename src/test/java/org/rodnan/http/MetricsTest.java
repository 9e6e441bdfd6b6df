package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.rodnan.FhirClient;
import org.rodnan.FhirClient.Answer;

@ExtendWith(TestServer.Shared.class)
class MetricsTest {
  private final FhirClient client;
  private final String path;

  MetricsTest(TestServer server) {
    this.client = server.client();
    this.path = server.base().replace("/fhir", "/metrics");
  }

  private String text() {
    Answer answer = client.get(path);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("Content-Type").orElseThrow()).startsWith("text/plain");
    return answer.text();
  }

  private static double value(String text, String series) {
    Matcher line =
        Pattern.compile("^" + Pattern.quote(series) + " (\\S+)$", Pattern.MULTILINE).matcher(text);
    return line.find() ? Double.parseDouble(line.group(1)) : 0;
  }

  @Test
  void countsRequestsByInteractionAndClassOfStatus() {
    String refused = "rodnan_requests_seconds_count{interaction=\"create\",status=\"4xx\"}";
    String unknown = "rodnan_requests_seconds_count{interaction=\"none\",status=\"4xx\"}";
    String before = text();
    client.post("/Patient", "{\"resourceType\":\"Patient\",\"colour\":\"red\"}");
    client.get("/Nothing-" + System.nanoTime());
    String after = text();
    assertThat(value(after, refused)).isEqualTo(value(before, refused) + 1);
    assertThat(value(after, unknown)).isEqualTo(value(before, unknown) + 1);
    assertThat(after).doesNotContain("Nothing-");
  }

  @Test
  void tellsHowValidationStoreAndIndexAre() {
    String before = text();
    assertThat(client.post("/Patient", "{\"resourceType\":\"Patient\"}").status()).isEqualTo(201);
    String after = text();
    assertThat(value(after, "rodnan_log_head")).isGreaterThan(value(before, "rodnan_log_head"));
    assertThat(
            value(after, "rodnan_validation_accepted_total")
                + value(after, "rodnan_validation_left_total"))
        .isGreaterThan(
            value(before, "rodnan_validation_accepted_total")
                + value(before, "rodnan_validation_left_total"));
    assertThat(after)
        .contains("rodnan_index_position ")
        .contains("rodnan_index_lag ")
        .contains("rodnan_index_pinned ")
        .contains("rodnan_write_queue ")
        .contains("rodnan_validation_not_compiled ")
        .contains("jvm_memory_used_bytes{")
        .contains("jvm_threads_live_threads ");
  }
}
