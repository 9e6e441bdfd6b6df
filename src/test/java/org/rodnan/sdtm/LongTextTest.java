package org.rodnan.sdtm;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LongTextTest {
  private static String join(List<String> parts) {
    return LongText.join(
        parts.getFirst().strip(), part -> part < parts.size() ? parts.get(part) : "");
  }

  @Test
  void anyTextSurvivesInPartsThatAreShortEnough() {
    long seed = ThreadLocalRandom.current().nextLong();
    Random random = new Random(seed);
    for (int i = 0; i < 2_000; i++) {
      StringBuilder text = new StringBuilder("x");
      int length = random.nextInt(1_500);
      int word = 2 + random.nextInt(300);
      while (text.length() < length) {
        text.append(
            random.nextInt(word) == 0
                ? List.of(" ", "  ", "\n", "\t ", "\r\n").get(random.nextInt(5))
                : List.of("a", "é", "肺", "\uD83E\uDEC1", "-").get(random.nextInt(5)));
      }
      text.append('y');
      List<String> parts = LongText.split(text.toString());
      assertThat(parts)
          .describedAs("seed %d", seed)
          .allMatch(
              part -> part.getBytes(UTF_8).length <= 200 && part.equals(part.stripTrailing()));
      assertThat(join(parts)).describedAs("seed %d", seed).isEqualTo(text.toString());
    }
  }

  @Test
  void cutsBetweenWords() {
    String text = "word ".repeat(100).strip();
    assertThat(LongText.split(text))
        .hasSize(3)
        .allMatch(part -> part.strip().matches("(word )+word"));
  }

  @Test
  void putsTogetherWhatOthersCutWithoutTheBlank() {
    String first = "seventy ".repeat(24).strip();
    assertThat(join(List.of(first, "seventyone others"))).isEqualTo(first + " seventyone others");
    String full = "x".repeat(200);
    assertThat(join(List.of(full, "yz"))).isEqualTo(full + "yz");
  }

  @Test
  void takesNothingForAPartThatCouldHaveStoodInTheOneBefore() {
    assertThat(join(List.of("WHITE", "ASIAN"))).isEqualTo("WHITE");
  }

  @Test
  void doesNotCutWhatIsBlank() {
    String text = "a" + " ".repeat(500) + "b";
    List<String> parts = LongText.split(text);
    assertThat(parts).containsExactly("a");
    assertThat(LongText.isWhole(parts, text)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "AETERM, 1, AETERM1",
    "AEACNOTH, 2, AEACNOT2",
    "AEACNOTH, 12, AEACNO12",
    "CODE1, 1, CODE1_1",
    "AESUSP10, 1, AESU10_1"
  })
  void namesPartsInEightLetters(String variable, int part, String name) {
    assertThat(LongText.name(variable, part)).isEqualTo(name);
  }
}
