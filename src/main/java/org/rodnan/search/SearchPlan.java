package org.rodnan.search;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.search.SortedNumericSelector;
import org.apache.lucene.search.SortedNumericSortField;
import org.apache.lucene.search.SortedSetSelector;
import org.apache.lucene.search.SortedSetSortField;
import org.rodnan.fhir.Issue;
import org.rodnan.index.CreationOrder;
import org.rodnan.index.FieldNames;
import org.rodnan.index.ParameterDefinition;

/**
 * A search, understood: independent of any snapshot, so that it can be kept.
 *
 * @param count matches of a page
 * @param isCountOnly only the total is wanted
 * @param hasTotal whether the total is wanted
 * @param identity what selects the matches: searches of equal identity have equal totals
 * @param isTimeless whether it means the same tomorrow
 * @param hasJoin whether a part of it has to be searched before the whole
 * @param steps the criteria one by one
 * @param explains whether the steps are to be told
 * @param showsContained whether contained resources are matches of their own
 */
record SearchPlan(
    Query query,
    List<SortKey> sortKeys,
    int count,
    boolean isCountOnly,
    boolean hasTotal,
    List<Include> includes,
    List<SearchRequest.Parameter> self,
    List<Issue> issues,
    SearchRequest identity,
    boolean isTimeless,
    boolean hasJoin,
    List<Step> steps,
    boolean explains,
    boolean showsContained) {

  /** A criterion as it was asked, and what it became. */
  record Step(SearchRequest.Parameter parameter, Query query) {}

  /**
   * One key of {@code _sort}.
   *
   * @param via the reference to what is sorted by; empty if it is the match itself
   * @param parameters what is sorted by, one for each type it may be of, all numbers or all texts
   * @param inside where the values are when containers are shown for what they contain; else empty
   */
  record SortKey(
      Optional<ParameterDefinition> via,
      List<ParameterDefinition> parameters,
      List<ChainedSortField.Target> inside,
      boolean isDescending) {
    boolean isNumeric() {
      return isNumeric(parameters.getFirst());
    }

    static boolean isNumeric(ParameterDefinition parameter) {
      return switch (parameter.kind()) {
        case DATE, NUMBER, QUANTITY -> true;
        case TOKEN, STRING, URI, REFERENCE, COMPOSITE, SPECIAL -> false;
      };
    }

    /** The least value counts when rising, the greatest when falling; none comes last. */
    SortField field() {
      if (via.isPresent()) {
        return new ChainedSortField(
            FieldNames.targets(via.get().field()),
            parameters.stream()
                .map(each ->
                    new ChainedSortField.Target(
                        each.type(), FieldNames.NUMBER, FieldNames.sort(each.field())))
                .toList(),
            isNumeric(),
            isDescending);
      }
      if (!inside.isEmpty()) {
        return new ChainedSortField(FieldNames.NUMBER, inside, isNumeric(), isDescending);
      }
      ParameterDefinition parameter = parameters.getFirst();
      String field = FieldNames.sort(parameter.field());
      return isNumeric()
          ? new SortedNumericSortField(
              field,
              SortField.Type.LONG,
              isDescending,
              isDescending ? SortedNumericSelector.Type.MAX : SortedNumericSelector.Type.MIN,
              isDescending ? Long.MIN_VALUE : Long.MAX_VALUE)
          : new SortedSetSortField(
              field,
              isDescending,
              isDescending ? SortedSetSelector.Type.MAX : SortedSetSelector.Type.MIN,
              isDescending ? SortField.STRING_FIRST : SortField.STRING_LAST);
    }
  }

  /**
   * An {@code _include} or {@code _revinclude}.
   *
   * @param references the parameters that are followed
   * @param target the only type that counts at the other end; empty means any
   */
  record Include(
      boolean isReverse, boolean iterates, List<ParameterDefinition> references, String target) {}

  /**
   * The order of the page; the position of creation breaks ties, and of contained resources their
   * place in the container.
   */
  Sort sort() {
    List<SortField> fields = new ArrayList<>();
    sortKeys.forEach(key -> fields.add(key.field()));
    fields.add(CreationOrder.KEY);
    if (showsContained) {
      fields.add(new SortedNumericSortField(FieldNames.PLACE, SortField.Type.LONG));
    }
    return new Sort(fields.toArray(SortField[]::new));
  }

  /** Whether pages are in the order of creation alone. */
  boolean isByCreation() {
    return sortKeys.isEmpty() && !showsContained;
  }
}
