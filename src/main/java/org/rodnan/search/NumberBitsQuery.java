package org.rodnan.search;

import java.io.IOException;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.SortedNumericDocValues;
import org.apache.lucene.search.ConstantScoreScorerSupplier;
import org.apache.lucene.search.ConstantScoreWeight;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.QueryVisitor;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.ScorerSupplier;
import org.apache.lucene.search.TwoPhaseIterator;
import org.apache.lucene.search.Weight;
import org.apache.lucene.util.FixedBitSet;
import org.jspecify.annotations.Nullable;

/** Documents of which one of the integers in a field is in a set. Made for one snapshot. */
final class NumberBitsQuery extends Query {
  private static final float DOC_VALUE_COST = 5;

  private final String field;
  private final FixedBitSet numbers;

  NumberBitsQuery(String field, FixedBitSet numbers) {
    this.field = field;
    this.numbers = numbers;
  }

  @Override
  public Weight createWeight(IndexSearcher searcher, ScoreMode scoreMode, float boost) {
    return new ConstantScoreWeight(this, boost) {
      @Override
      public ScorerSupplier scorerSupplier(LeafReaderContext context) throws IOException {
        SortedNumericDocValues values = DocValues.getSortedNumeric(context.reader(), field);
        TwoPhaseIterator matches =
            new TwoPhaseIterator(values) {
              @Override
              public boolean matches() throws IOException {
                for (int i = 0; i < values.docValueCount(); i++) {
                  long number = values.nextValue();
                  if (number < numbers.length() && numbers.get((int) number)) {
                    return true;
                  }
                }
                return false;
              }

              @Override
              public float matchCost() {
                return DOC_VALUE_COST;
              }
            };
        return ConstantScoreScorerSupplier.fromIterator(
            TwoPhaseIterator.asDocIdSetIterator(matches),
            score(),
            scoreMode,
            context.reader().maxDoc());
      }

      @Override
      public boolean isCacheable(LeafReaderContext context) {
        return false;
      }
    };
  }

  @Override
  public void visit(QueryVisitor visitor) {
    visitor.visitLeaf(this);
  }

  @Override
  public String toString(String unused) {
    return field + " in " + numbers.cardinality() + " numbers";
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof NumberBitsQuery query
        && field.equals(query.field)
        && numbers == query.numbers;
  }

  @Override
  public int hashCode() {
    return field.hashCode() * 31 + System.identityHashCode(numbers);
  }
}
