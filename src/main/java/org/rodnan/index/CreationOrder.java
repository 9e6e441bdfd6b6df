package org.rodnan.index;

import org.apache.lucene.document.LongField;
import org.apache.lucene.search.IndexSortSortedNumericDocValuesRangeQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.search.SortedNumericSelector;
import org.rodnan.fhir.LogPosition;

/**
 * The order in which resources were created, by which the index keeps its documents: a page in this
 * order looks at no more matches than it shows.
 */
public final class CreationOrder {
  /** By the position of creation; no two resources share one. */
  public static final SortField KEY =
      LongField.newSortField(FieldNames.CREATED, false, SortedNumericSelector.Type.MIN);

  static final Sort SORT = new Sort(KEY);

  private CreationOrder() {}

  /** Resources created after the position. */
  public static Query after(LogPosition created) {
    return new IndexSortSortedNumericDocValuesRangeQuery(
        FieldNames.CREATED,
        created.value() + 1,
        Long.MAX_VALUE,
        LongField.newRangeQuery(FieldNames.CREATED, created.value() + 1, Long.MAX_VALUE));
  }
}
