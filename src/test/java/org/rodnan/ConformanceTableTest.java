package org.rodnan;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The tests that src/docs/conformance.md names must be there. */
final class ConformanceTableTest {
  private static final Pattern NAMED = Pattern.compile("`(\\w+(?:Test|IT))(?:\\.(\\w+))?`");

  @Test
  void namesTestsThatExist() throws IOException {
    Map<String, String> sources = new HashMap<>();
    try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
        String name = file.getFileName().toString().replace(".java", "");
        sources.merge(name, Files.readString(file), String::concat);
      }
    }
    int rows = 0;
    for (String line : Files.readAllLines(Path.of("src/docs/conformance.md"))) {
      Matcher named = NAMED.matcher(line);
      boolean any = false;
      while (named.find()) {
        any = true;
        assertThat(sources).as(line).containsKey(named.group(1));
        if (named.group(2) != null) {
          assertThat(sources.get(named.group(1)))
              .as(line)
              .containsPattern("void " + named.group(2) + "\\(");
        }
      }
      boolean isRow =
          line.startsWith("|") && !line.startsWith("|---") && !line.matches(".*\\| tests? \\|");
      if (isRow) {
        rows++;
        assertThat(any).as("a test in: %s", line).isTrue();
      }
    }
    assertThat(rows).isGreaterThan(40);
  }
}
