package org.rodnan.trials;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Everything that a paper prints and that its subjects can reproduce. */
final class PublishedNumbers {

  private final List<PublishedNumber> numbers;

  private PublishedNumbers(List<PublishedNumber> numbers) {
    this.numbers = numbers;
  }

  /** The numbers of Spiera 2011. */
  static PublishedNumbers ofSpiera() {
    return of("spiera-2011");
  }

  /** The numbers of one table. */
  static PublishedNumbers of(String table) {
    return new PublishedNumbers(
        lines(table + ".psv").stream().map(PublishedNumbers::parse).toList());
  }

  List<PublishedNumber> all() {
    return numbers;
  }

  List<PublishedNumber> where(Predicate<PublishedNumber> condition) {
    return numbers.stream().filter(condition).toList();
  }

  /** The lines of a table beside this class's resources, without comments and blank lines. */
  static List<String> lines(String file) {
    try (InputStream in = PublishedNumbers.class.getResourceAsStream("/trials/" + file)) {
      if (in == null) {
        throw new IllegalStateException("no table " + file);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static PublishedNumber parse(String line) {
    String[] cells = line.split(" \\| ", -1);
    if (cells.length != 6 && cells.length != 8) {
      throw new IllegalStateException("6 or 8 cells expected: " + line);
    }
    Printed printed = new Printed(cells[5]);
    boolean misprinted = cells.length == 8;
    return new PublishedNumber(
        cells[0],
        cells[1],
        cells[2],
        cells[3],
        cells[4],
        printed,
        misprinted ? new Printed(cells[6]) : printed,
        misprinted ? Optional.of(cells[7]) : Optional.empty());
  }
}
