package org.rodnan.terminology.concepts;

import org.apache.lucene.util.FixedBitSet;

/** Some of the concepts of one {@link ConceptIndex}: one bit for each. Immutable. */
public final class ConceptSet {
  final FixedBitSet bits;

  ConceptSet(FixedBitSet bits) {
    this.bits = bits;
  }

  /** Those of both sets, which are of the same index. */
  public ConceptSet and(ConceptSet other) {
    FixedBitSet both = bits.clone();
    both.and(other.bits);
    return new ConceptSet(both);
  }

  /** Those of either set. */
  public ConceptSet or(ConceptSet other) {
    FixedBitSet any = bits.clone();
    any.or(other.bits);
    return new ConceptSet(any);
  }

  /** Those of this set that the other doesn't hold. */
  public ConceptSet minus(ConceptSet other) {
    FixedBitSet left = bits.clone();
    left.andNot(other.bits);
    return new ConceptSet(left);
  }

  /** How many there are. */
  public int size() {
    return bits.cardinality();
  }
}
