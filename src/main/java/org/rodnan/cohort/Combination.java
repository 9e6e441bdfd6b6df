package org.rodnan.cohort;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.Function;
import org.rodnan.fhir.FhirFailure;

/** How criteria are combined: all of them, any of them, or both nested. */
sealed interface Combination {
  int DEPTH_MAX = 20;

  /** Each of the parts. */
  record All(List<Combination> parts) implements Combination {}

  /** At least one of the parts. */
  record Any(List<Combination> parts) implements Combination {}

  /** Whoever is not in the part. */
  record Not(Combination part) implements Combination {}

  /** The criterion of that number, from 0. */
  record One(int criterion) implements Combination {}

  /** Whether it is all or any of the criteria as they stand. */
  private static Combination flat(String word, int criteria) {
    List<Combination> parts = new ArrayList<>();
    for (int i = 0; i < criteria; i++) {
      parts.add(new One(i));
    }
    return word.equals("any") ? new Any(parts) : new All(parts);
  }

  /**
   * @param text {@code all}, {@code any}, or these with parts in parentheses: {@code
   *     all(a,any(b,2),not(c))}; a part is the name of a criterion, or its number from 1
   * @param names of the criteria
   * @throws FhirFailure.Malformed if the text is otherwise, or names no criterion
   */
  static Combination parse(String text, List<String> names) {
    if (text.equals("all") || text.equals("any")) {
      return flat(text, names.size());
    }
    Reader reader = new Reader(text, names);
    Combination whole = reader.part(0);
    if (reader.place != text.length()) {
      throw reader.malformed("the end");
    }
    return whole;
  }

  /** Reads the text from the left. For one thread. */
  final class Reader {
    private final String text;
    private final List<String> names;
    private int place;

    private Reader(String text, List<String> names) {
      this.text = text;
      this.names = names;
    }

    private Combination part(int depth) {
      if (depth > DEPTH_MAX) {
        throw malformed("at most " + DEPTH_MAX + " parentheses in each other");
      }
      int end = place;
      while (end < text.length() && "(),".indexOf(text.charAt(end)) < 0) {
        end++;
      }
      String word = text.substring(place, end).strip();
      boolean hasParts = end < text.length() && text.charAt(end) == '(';
      if (hasParts && List.of("all", "any", "not").contains(word)) {
        place = end + 1;
        List<Combination> parts = parts(depth);
        return switch (word) {
          case "all" -> new All(parts);
          case "any" -> new Any(parts);
          default -> {
            if (parts.size() != 1) {
              throw malformed("one part of not(…)");
            }
            yield new Not(parts.getFirst());
          }
        };
      }
      int index = names.indexOf(word);
      if (word.matches("[1-9]\\d{0,3}")) {
        int number = Integer.parseInt(word) - 1;
        if (index >= 0 && index != number && number < names.size()) {
          throw malformed(
              "criteria of other names, for '" + word + "' is both a name and a number,");
        }
        index = index < 0 ? number : index;
      }
      if (index < 0 || index >= names.size() || hasParts) {
        throw malformed("all(…), any(…), not(…), or one of the criteria " + names);
      }
      place = end;
      return new One(index);
    }

    private List<Combination> parts(int depth) {
      List<Combination> parts = new ArrayList<>();
      while (true) {
        parts.add(part(depth + 1));
        if (place >= text.length() || text.charAt(place) == '(') {
          throw malformed(", or )");
        }
        char separator = text.charAt(place);
        place++;
        if (separator == ')') {
          return parts;
        }
      }
    }

    private FhirFailure.Malformed malformed(String expected) {
      return new FhirFailure.Malformed(
          "combine is '" + text + "'; expected " + expected + " at character " + (place + 1),
          "combine");
    }
  }

  /**
   * Those of a population who are in the combination.
   *
   * @param members who meets a criterion, by its number
   */
  default BitSet of(BitSet population, Function<Integer, BitSet> members) {
    BitSet found = (BitSet) population.clone();
    switch (this) {
      case All all -> all.parts().forEach(part -> found.and(part.of(population, members)));
      case Any any -> {
        BitSet some = new BitSet();
        any.parts().forEach(part -> some.or(part.of(population, members)));
        found.and(some);
      }
      case Not not -> found.andNot(not.part().of(population, members));
      case One one -> found.and(members.apply(one.criterion()));
    }
    return found;
  }
}
