package org.rodnan.index;

import java.io.IOException;
import java.util.IdentityHashMap;
import java.util.Map;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FilterDirectoryReader;
import org.apache.lucene.index.FilterLeafReader;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.Weight;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.FixedBitSet;
import org.jspecify.annotations.Nullable;

/**
 * A reader's documents but those that a query finds, which are as if they were deleted. It holds no
 * files of its own: it is of use as long as the reader is open, and isn't to be closed.
 */
final class WithoutDocuments extends FilterDirectoryReader {
  private WithoutDocuments(DirectoryReader in, SubReaderWrapper wrapper) throws IOException {
    super(in, wrapper);
  }

  static WithoutDocuments of(DirectoryReader reader, Query query) throws IOException {
    Map<LeafReader, FixedBitSet> live = new IdentityHashMap<>();
    IndexSearcher searcher = new IndexSearcher(reader);
    Weight weight = searcher.createWeight(searcher.rewrite(query), ScoreMode.COMPLETE_NO_SCORES, 1);
    for (LeafReaderContext leaf : reader.leaves()) {
      Scorer scorer = weight.scorer(leaf);
      if (scorer != null) {
        live.put(leaf.reader(), without(leaf.reader(), scorer.iterator()));
      }
    }
    return new WithoutDocuments(
        reader,
        new SubReaderWrapper() {
          @Override
          public LeafReader wrap(LeafReader leaf) {
            FixedBitSet bits = live.get(leaf);
            return bits == null ? leaf : new Leaf(leaf, bits);
          }
        });
  }

  private static FixedBitSet without(LeafReader leaf, DocIdSetIterator hidden) throws IOException {
    FixedBitSet live = new FixedBitSet(leaf.maxDoc());
    Bits before = leaf.getLiveDocs();
    for (int doc = 0; doc < leaf.maxDoc(); doc++) {
      if (before == null || before.get(doc)) {
        live.set(doc);
      }
    }
    for (int doc = hidden.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = hidden.nextDoc()) {
      live.clear(doc);
    }
    return live;
  }

  @Override
  protected DirectoryReader doWrapDirectoryReader(DirectoryReader reader) {
    throw new IllegalStateException("What is hidden was found in one reader");
  }

  @Override
  public @Nullable CacheHelper getReaderCacheHelper() {
    return null;
  }

  /** What is kept about a segment doesn't depend on which of its documents are live. */
  private static final class Leaf extends FilterLeafReader {
    private final FixedBitSet live;
    private final int count;

    private Leaf(LeafReader in, FixedBitSet live) {
      super(in);
      this.live = live;
      this.count = live.cardinality();
    }

    @Override
    public Bits getLiveDocs() {
      return live;
    }

    @Override
    public int numDocs() {
      return count;
    }

    @Override
    public CacheHelper getCoreCacheHelper() {
      return in.getCoreCacheHelper();
    }

    @Override
    public @Nullable CacheHelper getReaderCacheHelper() {
      return null;
    }
  }
}
