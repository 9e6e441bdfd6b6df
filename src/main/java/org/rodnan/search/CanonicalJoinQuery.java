package org.rodnan.search;

import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.SortedSetDocValues;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.SimpleCollector;
import org.apache.lucene.search.TermInSetQuery;
import org.apache.lucene.util.BytesRef;

/** As {@link JoinQuery}, by the terms that canonical URLs and those that bear them share. */
final class CanonicalJoinQuery extends LinkQuery {
  CanonicalJoinQuery(Query from, String fromField, String toField) {
    super(from, fromField, toField);
  }

  @Override
  public Query rewrite(IndexSearcher searcher) throws IOException {
    Terms terms = new Terms(fromField());
    searcher.search(from(), terms);
    return terms.found.isEmpty()
        ? new MatchNoDocsQuery("nothing to join with")
        : new TermInSetQuery(toField(), terms.found);
  }

  /** The terms in a field of all documents. */
  static final class Terms extends SimpleCollector {
    private final String field;
    private final Set<BytesRef> found = new HashSet<>();
    private SortedSetDocValues values = DocValues.emptySortedSet();

    Terms(String field) {
      this.field = field;
    }

    @Override
    protected void doSetNextReader(LeafReaderContext context) throws IOException {
      values = DocValues.getSortedSet(context.reader(), field);
    }

    @Override
    public void collect(int doc) throws IOException {
      if (values.advanceExact(doc)) {
        for (int i = 0; i < values.docValueCount(); i++) {
          found.add(BytesRef.deepCopyOf(values.lookupOrd(values.nextOrd())));
        }
      }
    }

    @Override
    public ScoreMode scoreMode() {
      return ScoreMode.COMPLETE_NO_SCORES;
    }
  }
}
