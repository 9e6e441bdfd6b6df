package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.rodnan.FhirClient;
import org.rodnan.FhirClient.Answer;

@ExtendWith(TestServer.Shared.class)
class HealthTest {
  private final FhirClient client;
  private final String path;

  HealthTest(TestServer server) {
    this.client = server.client();
    this.path = server.base().replace("/fhir", "/health");
  }

  @Test
  void saysThatStoreAndIndexWork() {
    Answer answer = client.get(path);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().path("status").asText()).isEqualTo("up");
    assertThat(answer.json().at("/store/position").isNumber()).isTrue();
    assertThat(answer.json().at("/index/status").asText()).isEqualTo("up");
  }

  @Test
  void hasNoOtherMethod() {
    assertThat(client.delete(path).status()).isEqualTo(405);
  }
}
