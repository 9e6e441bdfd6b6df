package org.rodnan.interaction;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class LiteralReferenceTest {
  @Test
  void namesThePathOfEachReference() {
    String json =
        """
        {"resourceType":"Observation",
         "contained":[{"resourceType":"Specimen","id":"s","subject":{"reference":"Patient/2"}}],
         "extension":[{"url":"u","valueReference":{"reference":"ResearchStudy/1"}}],
         "subject":{"reference":"Patient/1/_history/2"},
         "performer":[{"display":"x"},{"reference":"urn:uuid:1"}],
         "specimen":{"reference":"#s"}}
        """;
    List<LiteralReference> references =
        LiteralReference.of("Observation", json.getBytes(StandardCharsets.UTF_8));
    assertThat(references)
        .containsExactly(
            new LiteralReference("Observation.contained[0].subject", "Patient/2"),
            new LiteralReference("Observation.extension[0].valueReference", "ResearchStudy/1"),
            new LiteralReference("Observation.subject", "Patient/1/_history/2"),
            new LiteralReference("Observation.performer[1]", "urn:uuid:1"),
            new LiteralReference("Observation.specimen", "#s"));
  }
}
