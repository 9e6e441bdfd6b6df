package org.rodnan.search;

import java.util.Objects;
import org.apache.lucene.search.Query;
import org.jspecify.annotations.Nullable;

/** Documents that share a value with documents of another query. */
abstract class LinkQuery extends SnapshotQuery {
  private final Query from;
  private final String fromField;
  private final String toField;

  /**
   * @param from finds the documents whose values count
   * @param fromField doc values with those
   * @param toField of the documents to be found
   */
  LinkQuery(Query from, String fromField, String toField) {
    this.from = from;
    this.fromField = fromField;
    this.toField = toField;
  }

  final Query from() {
    return from;
  }

  final String fromField() {
    return fromField;
  }

  final String toField() {
    return toField;
  }

  @Override
  public final String toString(String field) {
    return toField + " in " + fromField + " of (" + from + ")";
  }

  @Override
  public final boolean equals(@Nullable Object other) {
    return other instanceof LinkQuery link
        && getClass() == link.getClass()
        && from.equals(link.from)
        && fromField.equals(link.fromField)
        && toField.equals(link.toField);
  }

  @Override
  public final int hashCode() {
    return Objects.hash(getClass(), from, fromField, toField);
  }
}
