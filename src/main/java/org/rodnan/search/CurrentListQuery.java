package org.rodnan.search;

import java.io.IOException;
import java.util.Objects;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.search.SortedNumericSelector;
import org.apache.lucene.search.SortedNumericSortField;
import org.jspecify.annotations.Nullable;
import org.rodnan.index.FieldNames;
import org.rodnan.index.ParameterDefinition;

/** What the newest of some Lists refers to in its entries. */
final class CurrentListQuery extends SnapshotQuery {
  private final Query lists;
  private final ParameterDefinition items;
  private final Sort newest;

  /**
   * @param lists finds those of which the newest counts
   * @param items the reference to the entries
   * @param date by which one is newer than another; among equals the one that was written last is
   */
  CurrentListQuery(Query lists, ParameterDefinition items, ParameterDefinition date) {
    this.lists = lists;
    this.items = items;
    this.newest =
        new Sort(
            falling(FieldNames.sort(date.field())),
            falling(FieldNames.sort(FieldNames.LAST_UPDATED)),
            falling(FieldNames.CREATED));
  }

  private static SortField falling(String field) {
    return new SortedNumericSortField(
        field, SortField.Type.LONG, true, SortedNumericSelector.Type.MAX, Long.MIN_VALUE);
  }

  @Override
  public Query rewrite(IndexSearcher searcher) throws IOException {
    ScoreDoc[] found = searcher.search(lists, 1, newest).scoreDocs;
    if (found.length == 0) {
      return new MatchNoDocsQuery("no such List");
    }
    Documents.LongSet entries = new Documents.LongSet();
    int[] docs = {found[0].doc};
    Documents.addNumbers(searcher, docs, FieldNames.targets(items.field()), entries);
    return JoinQuery.among(FieldNames.NUMBER, entries);
  }

  @Override
  public String toString(String field) {
    return FieldNames.NUMBER + " in " + items.field() + " of the newest of (" + lists + ")";
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof CurrentListQuery query
        && lists.equals(query.lists)
        && items.equals(query.items)
        && newest.equals(query.newest);
  }

  @Override
  public int hashCode() {
    return Objects.hash(lists, items, newest);
  }
}
