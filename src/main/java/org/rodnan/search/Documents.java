package org.rodnan.search;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.stream.LongStream;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.index.SortedSetDocValues;
import org.apache.lucene.search.CollectionTerminatedException;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.SimpleCollector;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.FixedBitSet;
import org.apache.lucene.util.IntsRefBuilder;
import org.apache.lucene.util.LongBitSet;
import org.rodnan.fhir.LogPosition;
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

  /** Key and version of each as one text, in the order of the documents given. */
  static List<String> versions(IndexSearcher searcher, int[] docs) throws IOException {
    return stored(searcher, docs, value -> StoredBody.key(value) + " " + StoredBody.version(value));
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

  /** What is done with the doc values of one document. */
  private interface ValuesOf<T> {
    /**
     * @param values of the leaf
     * @param doc in the leaf
     */
    void take(T values, int doc) throws IOException;
  }

  private interface Opening<T> {
    T open(LeafReader leaf) throws IOException;
  }

  /** Walks over doc values in the order of the documents, opening those of each leaf once. */
  private static <T> void walk(
      IndexSearcher searcher, int[] docs, Opening<T> opening, ValuesOf<T> use) throws IOException {
    List<LeafReaderContext> leaves = searcher.getLeafContexts();
    int[] sorted = docs.clone();
    Arrays.sort(sorted);
    for (int i = 0; i < sorted.length; ) {
      LeafReaderContext leaf = leaves.get(ReaderUtil.subIndex(sorted[i], leaves));
      int leafEnd = leaf.docBase + leaf.reader().maxDoc();
      T values = opening.open(leaf.reader());
      for (; i < sorted.length && sorted[i] < leafEnd; i++) {
        use.take(values, sorted[i] - leaf.docBase);
      }
    }
  }

  /** Adds the integers in a field of the documents. */
  static void addNumbers(IndexSearcher searcher, int[] docs, String field, LongSet numbers)
      throws IOException {
    walk(
        searcher,
        docs,
        leaf -> DocValues.getSortedNumeric(leaf, field),
        (values, doc) -> {
          if (values.advanceExact(doc)) {
            for (int i = 0; i < values.docValueCount(); i++) {
              numbers.add(values.nextValue());
            }
          }
        });
  }

  /** Adds the terms in the doc values of a field of the documents. */
  static void addTerms(IndexSearcher searcher, int[] docs, String field, Set<BytesRef> terms)
      throws IOException {
    walk(
        searcher,
        docs,
        leaf -> LeafTerms.of(DocValues.getSortedSet(leaf, field)),
        (values, doc) -> values.add(doc, terms));
  }

  /**
   * The terms of the documents of a leaf.
   *
   * @param seen those that were looked up already, by their places
   */
  private record LeafTerms(SortedSetDocValues values, LongBitSet seen) {
    static LeafTerms of(SortedSetDocValues values) {
      return new LeafTerms(values, new LongBitSet(values.getValueCount()));
    }

    void add(int doc, Set<BytesRef> terms) throws IOException {
      if (!values.advanceExact(doc)) {
        return;
      }
      for (int i = 0; i < values.docValueCount(); i++) {
        long place = values.nextOrd();
        if (!seen.getAndSet(place)) {
          terms.add(BytesRef.deepCopyOf(values.lookupOrd(place)));
        }
      }
    }
  }

  /** The integer in a field of each document, in the order of the documents given. */
  static long[] numbers(IndexSearcher searcher, int[] docs, String field) throws IOException {
    int[] sorted = docs.clone();
    Arrays.sort(sorted);
    LongStream.Builder numbers = LongStream.builder();
    walk(
        searcher,
        sorted,
        leaf -> DocValues.getSortedNumeric(leaf, field),
        (values, doc) -> {
          if (!values.advanceExact(doc)) {
            throw new IOException("Document " + doc + " has no " + field);
          }
          numbers.add(values.nextValue());
        });
    long[] bySorted = numbers.build().toArray();
    return Arrays.stream(docs)
        .mapToLong(doc -> bySorted[Arrays.binarySearch(sorted, doc)])
        .toArray();
  }

  /** The documents that the query finds, segment by segment in the order of creation. */
  static int[] found(IndexSearcher searcher, Query query) throws IOException {
    IntsRefBuilder docs = new IntsRefBuilder();
    forEach(
        searcher,
        query,
        doc -> {
          docs.append(doc);
          return true;
        });
    return Arrays.copyOf(docs.ints(), docs.length());
  }

  /**
   * Hands over every document that the query finds.
   *
   * @param use says whether more are wanted of the same segment
   */
  static void forEach(IndexSearcher searcher, Query query, IntPredicate use) throws IOException {
    searcher.search(
        query,
        new SimpleCollector() {
          private int base;

          @Override
          protected void doSetNextReader(LeafReaderContext context) {
            base = context.docBase;
          }

          @Override
          public void collect(int doc) {
            if (!use.test(base + doc)) {
              throw new CollectionTerminatedException();
            }
          }

          @Override
          public ScoreMode scoreMode() {
            return ScoreMode.COMPLETE_NO_SCORES;
          }
        });
  }

  /** Documents in the order of creation, with the positions of their creation. */
  record InOrder(int[] docs, long[] created) {
    /** Where those begin that were created after the position. */
    int after(LogPosition position) {
      int place = Arrays.binarySearch(created, position.value() + 1);
      return place < 0 ? -place - 1 : place;
    }
  }

  static InOrder inOrder(IndexSearcher searcher, int[] docs) throws IOException {
    List<long[]> pairs = new ArrayList<>(docs.length);
    walk(
        searcher,
        docs,
        leaf -> DocValues.getSortedNumeric(leaf, FieldNames.CREATED),
        (values, doc) -> {
          if (!values.advanceExact(doc)) {
            throw new IOException("Document " + doc + " has no " + FieldNames.CREATED);
          }
          pairs.add(new long[] {values.nextValue(), pairs.size()});
        });
    int[] sorted = docs.clone();
    Arrays.sort(sorted);
    pairs.sort(Comparator.comparingLong(pair -> pair[0]));
    return new InOrder(
        pairs.stream().mapToInt(pair -> sorted[(int) pair[1]]).toArray(),
        pairs.stream().mapToLong(pair -> pair[0]).toArray());
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
