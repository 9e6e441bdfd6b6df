package org.rodnan.search;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.SortedNumericDocValues;
import org.apache.lucene.index.SortedSetDocValues;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.FieldComparator;
import org.apache.lucene.search.FieldComparatorSource;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Pruning;
import org.apache.lucene.search.SimpleFieldComparator;
import org.apache.lucene.search.SortField;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;
import org.rodnan.index.FieldNames;

/**
 * Sorts by a value of what a document leads to: what it refers to, or what it contains. Its
 * rewriting reads the values of all that may be referred to, of one snapshot; what it gives is for
 * that snapshot.
 */
final class ChainedSortField extends SortField {
  /**
   * A type of targets.
   *
   * @param number the field of the integer by which documents lead to them
   * @param field the doc values they sort by
   */
  record Target(String type, String number, String field) {}

  private final String targets;
  private final List<Target> types;
  private final boolean isNumeric;
  private final boolean isDescending;

  /**
   * @param targets the field of the integers of the targets
   * @param types what the targets may be; several may share an integer
   * @param isNumeric whether those are numbers, else they are texts
   */
  ChainedSortField(String targets, List<Target> types, boolean isNumeric, boolean isDescending) {
    super(targets + types, Type.CUSTOM, isDescending);
    this.targets = targets;
    this.types = List.copyOf(types);
    this.isNumeric = isNumeric;
    this.isDescending = isDescending;
  }

  boolean isNumeric() {
    return isNumeric;
  }

  @Override
  public SortField rewrite(IndexSearcher searcher) throws IOException {
    Map<Long, Object> values = new HashMap<>();
    for (LeafReaderContext leaf : searcher.getLeafContexts()) {
      for (Target target : types) {
        read(leaf, target, values);
      }
    }
    return new SortField(
        getField(),
        new FieldComparatorSource() {
          @Override
          public FieldComparator<?> newComparator(
              String field, int hits, Pruning pruning, boolean reversed) {
            return new ByTarget(targets, values, hits, reversed);
          }
        },
        isDescending);
  }

  /** The least value counts when rising, the greatest when falling. */
  private void read(LeafReaderContext leaf, Target target, Map<Long, Object> values)
      throws IOException {
    LeafReader reader = leaf.reader();
    PostingsEnum docs =
        reader.postings(new Term(FieldNames.TYPE, target.type()), PostingsEnum.NONE);
    if (docs == null) {
      return;
    }
    SortedNumericDocValues number = DocValues.getSortedNumeric(reader, target.number());
    Reading reading = isNumeric ? numbers(reader, target.field()) : texts(reader, target.field());
    Bits live = reader.getLiveDocs();
    for (int doc = docs.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = docs.nextDoc()) {
      if ((live == null || live.get(doc)) && number.advanceExact(doc)) {
        Object value = reading.of(doc);
        if (value != null) {
          values.merge(
              number.nextValue(),
              value,
              (one, two) -> order(one, two, isDescending) <= 0 ? one : two);
        }
      }
    }
  }

  /** In the direction of the sort. */
  private static int order(Object one, Object two, boolean reversed) {
    int natural =
        one instanceof Long a && two instanceof Long b
            ? Long.compare(a, b)
            : ((BytesRef) one).compareTo((BytesRef) two);
    return reversed ? -natural : natural;
  }

  /** Reads values of documents in rising order. */
  private interface Reading {
    @Nullable Object of(int doc) throws IOException;
  }

  private Reading numbers(LeafReader reader, String field) throws IOException {
    SortedNumericDocValues numbers = DocValues.getSortedNumeric(reader, field);
    return doc -> {
      if (!numbers.advanceExact(doc)) {
        return null;
      }
      long value = numbers.nextValue();
      for (int i = 1; i < numbers.docValueCount(); i++) {
        long next = numbers.nextValue();
        value = isDescending ? next : value;
      }
      return value;
    };
  }

  private Reading texts(LeafReader reader, String field) throws IOException {
    SortedSetDocValues texts = DocValues.getSortedSet(reader, field);
    return doc -> {
      if (!texts.advanceExact(doc)) {
        return null;
      }
      long ordinal = texts.nextOrd();
      for (int i = 1; i < texts.docValueCount(); i++) {
        long next = texts.nextOrd();
        ordinal = isDescending ? next : ordinal;
      }
      return BytesRef.deepCopyOf(texts.lookupOrd(ordinal));
    };
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ChainedSortField sort
        && super.equals(sort)
        && targets.equals(sort.targets)
        && types.equals(sort.types);
  }

  @Override
  public int hashCode() {
    return Objects.hash(super.hashCode(), targets, types);
  }

  /** Compares by the values; a document that leads to none comes last in either direction. */
  private static final class ByTarget extends SimpleFieldComparator<Object> {
    private final String targets;
    private final Map<Long, Object> byTarget;
    private final @Nullable Object[] slots;
    private final boolean reversed;
    private SortedNumericDocValues numbers = DocValues.emptySortedNumeric();
    private @Nullable Object bottom;
    private @Nullable Object top;

    ByTarget(String targets, Map<Long, Object> byTarget, int hits, boolean reversed) {
      this.targets = targets;
      this.byTarget = byTarget;
      this.slots = new Object[hits];
      this.reversed = reversed;
    }

    @Override
    protected void doSetNextReader(LeafReaderContext context) throws IOException {
      numbers = DocValues.getSortedNumeric(context.reader(), targets);
    }

    private @Nullable Object of(int doc) throws IOException {
      Object best = null;
      if (numbers.advanceExact(doc)) {
        for (int i = 0; i < numbers.docValueCount(); i++) {
          Object value = byTarget.get(numbers.nextValue());
          if (value != null && (best == null || order(value, best, reversed) < 0)) {
            best = value;
          }
        }
      }
      return best;
    }

    private int compareOrMissing(@Nullable Object one, @Nullable Object two) {
      if (one == null || two == null) {
        int last = Boolean.compare(one == null, two == null);
        return reversed ? -last : last;
      }
      // The caller turns it around when reversed.
      int order = order(one, two, reversed);
      return reversed ? -order : order;
    }

    @Override
    public int compareValues(@Nullable Object first, @Nullable Object second) {
      return compareOrMissing(first, second);
    }

    @Override
    public int compare(int slot1, int slot2) {
      return compareOrMissing(slots[slot1], slots[slot2]);
    }

    @Override
    public void setBottom(int slot) {
      bottom = slots[slot];
    }

    @Override
    public int compareBottom(int doc) throws IOException {
      return compareOrMissing(bottom, of(doc));
    }

    @Override
    public void copy(int slot, int doc) throws IOException {
      slots[slot] = of(doc);
    }

    @Override
    public void setTopValue(@Nullable Object value) {
      top = value;
    }

    @Override
    public int compareTop(int doc) throws IOException {
      return compareOrMissing(top, of(doc));
    }

    @Override
    public @Nullable Object value(int slot) {
      return slots[slot];
    }
  }
}
