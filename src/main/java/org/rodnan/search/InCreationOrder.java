package org.rodnan.search;

import java.io.IOException;
import java.util.Comparator;
import java.util.PriorityQueue;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.SortedNumericDocValues;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.Weight;
import org.apache.lucene.util.Bits;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.LogPosition;
import org.rodnan.index.FieldNames;
import org.rodnan.index.StoredBody;

/**
 * Reads matches in the order of their creation, in memory that doesn't depend on how many there
 * are: each segment of the index holds its documents in this order, and they are merged.
 */
final class InCreationOrder {
  private final DocIdSetIterator docs;
  private final @Nullable Bits live;
  private final SortedNumericDocValues creation;
  private final BinaryDocValues bodies;
  private long created;

  private InCreationOrder(LeafReader segment, DocIdSetIterator docs) throws IOException {
    this.docs = docs;
    this.live = segment.getLiveDocs();
    this.creation = DocValues.getSortedNumeric(segment, FieldNames.CREATED);
    this.bodies = DocValues.getBinary(segment, FieldNames.BODY);
  }

  static void forEach(IndexSearcher searcher, Query query, ResourceScan.Use use)
      throws IOException {
    Weight weight = searcher.createWeight(searcher.rewrite(query), ScoreMode.COMPLETE_NO_SCORES, 1);
    PriorityQueue<InCreationOrder> segments =
        new PriorityQueue<>(Comparator.comparingLong((InCreationOrder each) -> each.created));
    for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
      Scorer scorer = weight.scorer(leaf);
      if (scorer != null) {
        InCreationOrder segment = new InCreationOrder(leaf.reader(), scorer.iterator());
        if (segment.next()) {
          segments.add(segment);
        }
      }
    }
    for (var first = segments.poll(); first != null; first = segments.poll()) {
      if (!use.take(first.body(), new LogPosition(first.created))) {
        return;
      }
      if (first.next()) {
        segments.add(first);
      }
    }
  }

  private boolean next() throws IOException {
    for (int doc = docs.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = docs.nextDoc()) {
      if (live == null || live.get(doc)) {
        if (!creation.advanceExact(doc)) {
          throw new IOException("Document " + doc + " has no position of creation");
        }
        created = creation.nextValue();
        return true;
      }
    }
    return false;
  }

  private StoredBody body() throws IOException {
    if (!bodies.advanceExact(docs.docID())) {
      throw new IOException("Document " + docs.docID() + " has no body");
    }
    return StoredBody.decode(bodies.binaryValue());
  }
}
