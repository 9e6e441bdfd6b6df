package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class HttpDatesTest {
  @Test
  void writesTheFixedLengthForm() {
    assertThat(HttpDates.format(Instant.parse("2008-06-03T11:05:30.999Z")))
        .isEqualTo("Tue, 03 Jun 2008 11:05:30 GMT");
  }

  @Test
  void readsItBackAndIgnoresTheRest() {
    assertThat(HttpDates.parse("Tue, 03 Jun 2008 11:05:30 GMT"))
        .contains(Instant.parse("2008-06-03T11:05:30Z"));
    assertThat(HttpDates.parse("yesterday")).isEmpty();
  }
}
