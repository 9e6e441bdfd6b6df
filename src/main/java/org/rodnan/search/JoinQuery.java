package org.rodnan.search;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.document.LongField;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.SortedNumericDocValues;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.SimpleCollector;

/**
 * Documents that share an integer with documents of another query: a chain or a reverse chain. The
 * other query runs when this one is rewritten, on the same snapshot.
 */
final class JoinQuery extends LinkQuery {
  /** Up to so many integers are looked up one by one; more are checked against a bit set. */
  private static final int LOOK_UPS_MAX = 1024;

  /**
   * @param from finds the documents whose integers count
   * @param fromField doc values with those integers
   * @param toField point and doc values of the integers of the documents to be found
   */
  JoinQuery(Query from, String fromField, String toField) {
    super(from, fromField, toField);
  }

  @Override
  public Query rewrite(IndexSearcher searcher) throws IOException {
    return among(toField(), numbers(searcher, from(), fromField()));
  }

  /** The integers in a field of all documents that a query finds. */
  static Documents.LongSet numbers(IndexSearcher searcher, Query query, String field)
      throws IOException {
    return numbers(searcher, query, List.of(field));
  }

  /** The integers in any of some fields. */
  static Documents.LongSet numbers(IndexSearcher searcher, Query query, List<String> fields)
      throws IOException {
    Numbers numbers = new Numbers(fields);
    searcher.search(query, numbers);
    return numbers.found;
  }

  /** Documents with one of the integers in a field. */
  static Query among(String field, Documents.LongSet numbers) {
    int count = numbers.bits().cardinality();
    if (count == 0) {
      return new MatchNoDocsQuery("nothing to join with");
    }
    return count > LOOK_UPS_MAX
        ? new NumberBitsQuery(field, numbers.bits())
        : LongField.newSetQuery(field, numbers.toArray());
  }

  private static final class Numbers extends SimpleCollector {
    private final List<String> fields;
    private final Documents.LongSet found = new Documents.LongSet();
    private final List<SortedNumericDocValues> values = new ArrayList<>();

    Numbers(List<String> fields) {
      this.fields = fields;
    }

    @Override
    protected void doSetNextReader(LeafReaderContext context) throws IOException {
      values.clear();
      for (String field : fields) {
        values.add(DocValues.getSortedNumeric(context.reader(), field));
      }
    }

    @Override
    public void collect(int doc) throws IOException {
      for (SortedNumericDocValues each : values) {
        if (each.advanceExact(doc)) {
          for (int i = 0; i < each.docValueCount(); i++) {
            found.add(each.nextValue());
          }
        }
      }
    }

    @Override
    public ScoreMode scoreMode() {
      return ScoreMode.COMPLETE_NO_SCORES;
    }
  }
}
