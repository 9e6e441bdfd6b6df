package org.rodnan.search;

import java.util.List;
import java.util.Locale;

/**
 * The prefixes of ordered values (R4, search.html#prefix). The value searched for and the value of
 * the resource are ranges; the box is over the low and the high end of the resource's.
 */
enum Comparison {
  EQ,
  NE,
  GT,
  LT,
  GE,
  LE,
  SA,
  EB,
  AP;

  /** A range, both ends included. */
  record Ends(long low, long high) {}

  /**
   * @param exact what the value means to the prefixes of order
   * @param implied what it means to {@code eq} and {@code ne}, by its precision
   * @param approximate what it means to {@code ap}
   */
  record Searched(Ends exact, Ends implied, Ends approximate) {}

  /** What stands before the value, and the value. */
  record Prefixed(Comparison comparison, String value) {
    static Prefixed parse(String text) {
      if (text.length() > 2 && Character.isLetter(text.charAt(0))) {
        String start = text.substring(0, 2);
        for (Comparison comparison : values()) {
          if (comparison.name().toLowerCase(Locale.ROOT).equals(start)) {
            return new Prefixed(comparison, text.substring(2));
          }
        }
      }
      return new Prefixed(EQ, text);
    }
  }

  List<Box> boxes(Searched searched) {
    Ends exact = searched.exact();
    Ends implied = searched.implied();
    return switch (this) {
      case EQ -> List.of(inside(implied));
      case NE -> List.of(lowBelow(implied.low()), highAbove(implied.high()));
      case GT -> List.of(highAbove(exact.high()));
      case LT -> List.of(lowBelow(exact.low()));
      case GE -> List.of(highAbove(exact.high()), inside(exact));
      case LE -> List.of(lowBelow(exact.low()), inside(exact));
      case SA -> List.of(Box.of(exact.high() + 1, Long.MAX_VALUE).and(Box.any()));
      case EB -> List.of(Box.any().and(Box.of(Long.MIN_VALUE, exact.low() - 1)));
      case AP ->
          List.of(
              Box.of(Long.MIN_VALUE, searched.approximate().high())
                  .and(Box.of(searched.approximate().low(), Long.MAX_VALUE)));
    };
  }

  private static Box inside(Ends ends) {
    return Box.of(ends.low(), ends.high()).and(Box.of(ends.low(), ends.high()));
  }

  private static Box lowBelow(long bound) {
    return Box.of(Long.MIN_VALUE, bound - 1).and(Box.any());
  }

  private static Box highAbove(long bound) {
    return Box.any().and(Box.of(bound + 1, Long.MAX_VALUE));
  }
}
