package org.rodnan.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.lucene.document.LongPoint;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.ConstantScoreQuery;
import org.apache.lucene.search.Query;

/** A part of the space of a point field, both ends of every dimension included. */
record Box(long[] min, long[] max) {
  static Box of(long min, long max) {
    return new Box(new long[] {min}, new long[] {max});
  }

  /** One value of one dimension. */
  static Box at(long value) {
    return of(value, value);
  }

  /** Any value of one dimension. */
  static Box any() {
    return of(Long.MIN_VALUE, Long.MAX_VALUE);
  }

  /** This box with the dimensions of another after its own. */
  Box and(Box other) {
    return new Box(concatenated(min, other.min), concatenated(max, other.max));
  }

  private static long[] concatenated(long[] first, long[] second) {
    long[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  /** Every combination of a box of the first list with one of the second. */
  static List<Box> product(List<Box> first, List<Box> second) {
    List<Box> all = new ArrayList<>(first.size() * second.size());
    for (Box one : first) {
      for (Box two : second) {
        all.add(one.and(two));
      }
    }
    return all;
  }

  /** Documents with a point in one of the boxes. */
  static Query query(String field, List<Box> boxes) {
    if (boxes.size() == 1) {
      Box box = boxes.getFirst();
      return LongPoint.newRangeQuery(field, box.min, box.max);
    }
    BooleanQuery.Builder any = new BooleanQuery.Builder();
    for (Box box : boxes) {
      any.add(LongPoint.newRangeQuery(field, box.min, box.max), BooleanClause.Occur.SHOULD);
    }
    return new ConstantScoreQuery(any.build());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Box box && Arrays.equals(min, box.min) && Arrays.equals(max, box.max);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(min) * 31 + Arrays.hashCode(max);
  }

  @Override
  public String toString() {
    return Arrays.toString(min) + ".." + Arrays.toString(max);
  }
}
