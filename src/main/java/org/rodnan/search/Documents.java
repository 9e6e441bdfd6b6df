package org.rodnan.search;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.index.SortedNumericDocValues;
import org.apache.lucene.index.SortedSetDocValues;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.FixedBitSet;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.index.FieldNames;
import org.rodnan.index.StoredBody;

/** Doc values of single documents of one snapshot. */
final class Documents {
  private Documents() {}

  /** The bodies, in the order of the documents given. */
  static List<StoredBody> bodies(IndexSearcher searcher, int[] docs) throws IOException {
    return stored(searcher, docs, StoredBody::decode);
  }

  /** The keys, in the order of the documents given. */
  static List<ResourceKey> keys(IndexSearcher searcher, int[] docs) throws IOException {
    return stored(searcher, docs, StoredBody::key);
  }

  private static <T> List<T> stored(
      IndexSearcher searcher, int[] docs, Function<BytesRef, T> decoding) throws IOException {
    List<LeafReaderContext> leaves = searcher.getLeafContexts();
    long[] byDoc = new long[docs.length];
    for (int i = 0; i < docs.length; i++) {
      byDoc[i] = ((long) docs[i] << 32) | i;
    }
    Arrays.sort(byDoc);
    List<T> result = new ArrayList<>(java.util.Collections.nCopies(docs.length, null));
    BinaryDocValues values = DocValues.emptyBinary();
    int leafEnd = 0;
    int leafBase = 0;
    for (long entry : byDoc) {
      int doc = (int) (entry >>> 32);
      if (doc >= leafEnd) {
        LeafReaderContext leaf = leaves.get(ReaderUtil.subIndex(doc, leaves));
        leafBase = leaf.docBase;
        leafEnd = leafBase + leaf.reader().maxDoc();
        values = DocValues.getBinary(leaf.reader(), FieldNames.BODY);
      }
      if (!values.advanceExact(doc - leafBase)) {
        throw new IOException("Document " + doc + " has no body");
      }
      result.set((int) entry, decoding.apply(values.binaryValue()));
    }
    return result;
  }

  /** Adds the integers in a field of the documents. */
  static void addNumbers(IndexSearcher searcher, int[] docs, String field, LongSet numbers)
      throws IOException {
    List<LeafReaderContext> leaves = searcher.getLeafContexts();
    int[] sorted = docs.clone();
    Arrays.sort(sorted);
    SortedNumericDocValues values = DocValues.emptySortedNumeric();
    int leafEnd = 0;
    int leafBase = 0;
    for (int doc : sorted) {
      if (doc >= leafEnd) {
        LeafReaderContext leaf = leaves.get(ReaderUtil.subIndex(doc, leaves));
        leafBase = leaf.docBase;
        leafEnd = leafBase + leaf.reader().maxDoc();
        values = DocValues.getSortedNumeric(leaf.reader(), field);
      }
      if (values.advanceExact(doc - leafBase)) {
        for (int i = 0; i < values.docValueCount(); i++) {
          numbers.add(values.nextValue());
        }
      }
    }
  }

  /** Adds the terms in the doc values of a field of the documents. */
  static void addTerms(IndexSearcher searcher, int[] docs, String field, Set<BytesRef> terms)
      throws IOException {
    List<LeafReaderContext> leaves = searcher.getLeafContexts();
    int[] sorted = docs.clone();
    Arrays.sort(sorted);
    SortedSetDocValues values = DocValues.emptySortedSet();
    int leafEnd = 0;
    int leafBase = 0;
    for (int doc : sorted) {
      if (doc >= leafEnd) {
        LeafReaderContext leaf = leaves.get(ReaderUtil.subIndex(doc, leaves));
        leafBase = leaf.docBase;
        leafEnd = leafBase + leaf.reader().maxDoc();
        values = DocValues.getSortedSet(leaf.reader(), field);
      }
      if (values.advanceExact(doc - leafBase)) {
        for (int i = 0; i < values.docValueCount(); i++) {
          terms.add(BytesRef.deepCopyOf(values.lookupOrd(values.nextOrd())));
        }
      }
    }
  }

  /** A growing set of permanent integers. */
  static final class LongSet {
    private FixedBitSet bits = new FixedBitSet(1024);

    void add(long number) {
      int bit = Math.toIntExact(number);
      bits = FixedBitSet.ensureCapacity(bits, bit + 1);
      bits.set(bit);
    }

    static LongSet of(FixedBitSet bits) {
      LongSet set = new LongSet();
      set.bits = bits;
      return set;
    }

    /** Adds those of another set, and says which of them are new. */
    FixedBitSet addAll(LongSet others) {
      FixedBitSet added = new FixedBitSet(others.bits.length());
      for (long number : others.toArray()) {
        if (number >= bits.length() || !bits.get((int) number)) {
          added.set((int) number);
          add(number);
        }
      }
      return added;
    }

    FixedBitSet bits() {
      return bits;
    }

    long[] toArray() {
      long[] values = new long[bits.cardinality()];
      int bit = -1;
      for (int i = 0; i < values.length; i++) {
        bit = bits.nextSetBit(bit + 1);
        values[i] = bit;
      }
      return values;
    }
  }
}
