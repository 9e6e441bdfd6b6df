package org.rodnan.index;

import java.util.List;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.NumericUtils;

/**
 * Terms of composites that end in a number ({@link CompositeShape#endsInNumber}): hashes of the
 * tokens' forms and of the unit, then the number, so that the terms of equal tokens stand in the
 * order of their numbers. Numbers that are ranges are points instead.
 */
public final class ValueTerm {
  private ValueTerm() {}

  /**
   * @param forms of each token one of {@link TokenValue#forms()}
   * @param unit as in {@link QuantityValue}; {@link QuantityValue#ANY_UNIT} for a mere number
   * @param number sortable
   */
  public static BytesRef of(List<String> forms, long unit, long number) {
    return of(forms.stream().mapToLong(Terms::hash).toArray(), unit, number);
  }

  static BytesRef of(long[] formHashes, long unit, long number) {
    byte[] bytes = new byte[(formHashes.length + 2) * Long.BYTES];
    int at = 0;
    for (long hash : formHashes) {
      NumericUtils.longToSortableBytes(hash, bytes, at);
      at += Long.BYTES;
    }
    NumericUtils.longToSortableBytes(unit, bytes, at);
    NumericUtils.longToSortableBytes(number, bytes, at + Long.BYTES);
    return new BytesRef(bytes);
  }
}
