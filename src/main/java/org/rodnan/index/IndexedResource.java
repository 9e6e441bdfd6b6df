package org.rodnan.index;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.index.SortedNumericDocValues;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TopFieldCollectorManager;
import org.rodnan.fhir.LogPosition;

/**
 * A resource as the index holds it, enough to index it again.
 *
 * @param number the permanent integer
 * @param created the position of the first version
 */
record IndexedResource(long number, LogPosition created, StoredBody body) {
  /**
   * The first ones that the query finds, in the order of creation.
   *
   * @param limit at most so many, 1 or more
   * @param bytesMax stops when the bodies have so many bytes
   */
  static List<IndexedResource> find(IndexSearcher searcher, Query query, int limit, long bytesMax)
      throws IOException {
    ScoreDoc[] hits =
        searcher.search(query, new TopFieldCollectorManager(CreationOrder.SORT, limit, null, 1))
            .scoreDocs;
    List<IndexedResource> found = new ArrayList<>(hits.length);
    long bytes = 0;
    for (ScoreDoc hit : hits) {
      IndexedResource resource = read(searcher, hit.doc);
      found.add(resource);
      bytes += resource.body().json().length;
      if (bytes >= bytesMax) {
        break;
      }
    }
    return found;
  }

  private static IndexedResource read(IndexSearcher searcher, int doc) throws IOException {
    List<LeafReaderContext> leaves = searcher.getLeafContexts();
    LeafReaderContext leaf = leaves.get(ReaderUtil.subIndex(doc, leaves));
    int inLeaf = doc - leaf.docBase;
    BinaryDocValues bodies = DocValues.getBinary(leaf.reader(), FieldNames.BODY);
    if (!bodies.advanceExact(inLeaf)) {
      throw new IOException("Document " + doc + " has no body");
    }
    return new IndexedResource(
        number(leaf, inLeaf, FieldNames.NUMBER),
        new LogPosition(number(leaf, inLeaf, FieldNames.CREATED)),
        StoredBody.decode(bodies.binaryValue()));
  }

  private static long number(LeafReaderContext leaf, int doc, String field) throws IOException {
    SortedNumericDocValues values = DocValues.getSortedNumeric(leaf.reader(), field);
    if (!values.advanceExact(doc)) {
      throw new IOException("Document " + doc + " has no " + field);
    }
    return values.nextValue();
  }
}
