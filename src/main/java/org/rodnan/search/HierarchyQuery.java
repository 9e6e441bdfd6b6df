package org.rodnan.search;

import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.util.FixedBitSet;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.index.FieldNames;

/**
 * Documents that refer to a resource, or to one below or above it in the tree that its type makes
 * by referring to itself, such as Location.partOf.
 */
final class HierarchyQuery extends SnapshotQuery {
  private final ResourceKey start;
  private final String parentField;
  private final String field;
  private final boolean isBelow;

  /**
   * @param parentField of the start's type, the reference to what it is part of
   * @param field the reference of the documents to be found
   * @param isBelow whether what is part of the start counts, or what it is part of
   */
  HierarchyQuery(ResourceKey start, String parentField, String field, boolean isBelow) {
    this.start = start;
    this.parentField = parentField;
    this.field = field;
    this.isBelow = isBelow;
  }

  @Override
  public Query rewrite(IndexSearcher searcher) throws IOException {
    Query itself =
        Criteria.and(
            Criteria.ofTypes(List.of(start.type())),
            new TermQuery(new Term(FieldNames.ID, start.id())));
    String parents = FieldNames.targets(parentField);
    Documents.LongSet all = JoinQuery.numbers(searcher, itself, FieldNames.NUMBER);
    FixedBitSet latest = all.bits().clone();
    while (latest.cardinality() > 0) {
      Documents.LongSet step = Documents.LongSet.of(latest);
      Documents.LongSet next =
          isBelow
              ? JoinQuery.numbers(searcher, JoinQuery.among(parents, step), FieldNames.NUMBER)
              : JoinQuery.numbers(searcher, JoinQuery.among(FieldNames.NUMBER, step), parents);
      latest = all.addAll(next);
    }
    Query direct = new TermQuery(new Term(field, start.toString()));
    return ValueQueries.anyOf(List.of(direct, JoinQuery.among(FieldNames.targets(field), all)));
  }

  @Override
  public String toString(String unused) {
    return field + (isBelow ? " below " : " above ") + start;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof HierarchyQuery query
        && start.equals(query.start)
        && parentField.equals(query.parentField)
        && field.equals(query.field)
        && isBelow == query.isBelow;
  }

  @Override
  public int hashCode() {
    return Objects.hash(start, parentField, field, isBelow);
  }
}
