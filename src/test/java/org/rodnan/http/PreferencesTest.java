package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.rodnan.http.Preferences.Return;

class PreferencesTest {
  @Test
  void leavesAllToTheServerWithoutAHeader() {
    Preferences preferences = Preferences.parse(List.of());
    assertThat(preferences.answer()).isEmpty();
    assertThat(preferences.lenient()).isFalse();
  }

  @Test
  void readsEachReturn() {
    assertThat(Preferences.parse(List.of("return=minimal")).answer()).contains(Return.MINIMAL);
    assertThat(Preferences.parse(List.of("return=representation")).answer())
        .contains(Return.REPRESENTATION);
    assertThat(Preferences.parse(List.of("return=OperationOutcome")).answer())
        .contains(Return.OPERATION_OUTCOME);
  }

  @Test
  void readsSeveralPreferencesInOneHeaderOrMore() {
    assertThat(Preferences.parse(List.of("return=minimal; handling=lenient")).lenient()).isTrue();
    assertThat(Preferences.parse(List.of("respond-async, handling = \"Lenient\"")).lenient())
        .isTrue();
    assertThat(Preferences.parse(List.of("handling=lenient", "return=minimal")).answer())
        .contains(Return.MINIMAL);
  }

  @Test
  void ignoresWhatItDoesNotKnow() {
    Preferences preferences = Preferences.parse(List.of("return=everything; wait=5,,=;handling"));
    assertThat(preferences.answer()).isEmpty();
    assertThat(preferences.lenient()).isFalse();
  }

  @Test
  void keepsTheFirstOfAContradiction() {
    assertThat(Preferences.parse(List.of("handling=strict, handling=lenient")).lenient()).isFalse();
  }
}
