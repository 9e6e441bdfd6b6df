package org.rodnan.search;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.lucene.document.LongField;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermInSetQuery;
import org.apache.lucene.util.BytesRef;
import org.rodnan.fhir.Limits;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.index.FieldNames;
import org.rodnan.index.ParameterDefinition;

/** Finds what {@code _include} and {@code _revinclude} add to a page (R4, search.html#include). */
final class Includes {
  private final IndexSearcher searcher;
  private final Limits limits;
  private final Set<Integer> seen = new LinkedHashSet<>();
  private boolean isCut;

  Includes(IndexSearcher searcher, Limits limits) {
    this.searcher = searcher;
    this.limits = limits;
  }

  /** Whether more would have been included than {@code rodnan.limits.includes-max} allows. */
  boolean isCut() {
    return isCut;
  }

  /** The documents to add, each once, none of the matches. */
  int[] of(int[] matches, List<SearchPlan.Include> includes) throws IOException {
    for (int match : matches) {
      seen.add(match);
    }
    int[] frontier = matches;
    List<Integer> added = new ArrayList<>();
    for (int round = 0; round <= limits.includeDepthMax() && frontier.length > 0; round++) {
      List<Integer> found = new ArrayList<>();
      for (SearchPlan.Include include : includes) {
        if (round == 0 || include.iterates()) {
          follow(include, frontier, found, limits.includesMax() - added.size());
        }
      }
      added.addAll(found);
      frontier = found.stream().mapToInt(Integer::intValue).toArray();
    }
    return added.stream().mapToInt(Integer::intValue).toArray();
  }

  private void follow(SearchPlan.Include include, int[] from, List<Integer> found, int room)
      throws IOException {
    for (ParameterDefinition reference : include.references()) {
      Documents.LongSet numbers = new Documents.LongSet();
      String targets = FieldNames.targets(reference.field());
      if (include.isReverse()) {
        int[] ofType = include.target().isEmpty() ? from : ofType(from, include.target());
        Documents.addNumbers(searcher, ofType, FieldNames.NUMBER, numbers);
        search(found, numbers, targets, "", room);
        String canonicals = FieldNames.canonicals(reference.field());
        search(found, terms(ofType, FieldNames.CANONICAL), canonicals, "", room);
      } else {
        Documents.addNumbers(searcher, from, targets, numbers);
        search(found, numbers, FieldNames.NUMBER, include.target(), room);
        Set<BytesRef> canonicals = terms(from, FieldNames.canonicals(reference.field()));
        search(found, canonicals, FieldNames.CANONICAL, include.target(), room);
      }
    }
  }

  private int[] ofType(int[] docs, String type) throws IOException {
    List<ResourceKey> keys = Documents.keys(searcher, docs);
    int[] ofType = new int[docs.length];
    int count = 0;
    for (int i = 0; i < docs.length; i++) {
      if (keys.get(i).type().equals(type)) {
        ofType[count++] = docs[i];
      }
    }
    return Arrays.copyOf(ofType, count);
  }

  private void search(
      List<Integer> found, Documents.LongSet numbers, String field, String type, int room)
      throws IOException {
    long[] values = numbers.toArray();
    if (values.length == 0) {
      return;
    }
    search(found, LongField.newSetQuery(field, values), type, room);
  }

  /** The terms of canonical URLs; few types have any, so that mostly no segment has the field. */
  private Set<BytesRef> terms(int[] docs, String field) throws IOException {
    Set<BytesRef> terms = new TreeSet<>();
    Documents.addTerms(searcher, docs, field, terms);
    return terms;
  }

  private void search(List<Integer> found, Set<BytesRef> terms, String field, String type, int room)
      throws IOException {
    if (!terms.isEmpty()) {
      search(found, new TermInSetQuery(field, terms), type, room);
    }
  }

  private void search(List<Integer> found, Query query, String type, int room) throws IOException {
    Query typed = type.isEmpty() ? query : Criteria.and(query, Criteria.ofTypes(List.of(type)));
    Documents.forEach(
        searcher,
        typed,
        doc -> {
          if (seen.contains(doc)) {
            return true;
          }
          isCut |= found.size() >= room;
          if (isCut) {
            return false;
          }
          seen.add(doc);
          found.add(doc);
          return true;
        });
  }
}
