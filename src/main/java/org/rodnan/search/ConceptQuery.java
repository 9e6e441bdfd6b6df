package org.rodnan.search;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.hl7.fhir.r4.model.ValueSet;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.index.Terms;
import org.rodnan.index.TokenValue;
import org.rodnan.terminology.KnownSystem;
import org.rodnan.terminology.Terminology;
import org.rodnan.terminology.ValueSetCodes;

/**
 * Documents with a token that a value set holds, or that stands below or above another in its code
 * system (R4, search.html#modifiers). What is not known is refused when the query is rewritten.
 */
final class ConceptQuery extends SnapshotQuery {
  enum Relation {
    IN,
    BELOW,
    ABOVE
  }

  private final Vocabulary vocabulary;
  private final ParameterName name;
  private final String field;
  private final Relation relation;
  private final String value;

  /**
   * @param value without escapes: of a value set its URL or {@code ValueSet/id}, of a code {@code
   *     system|code}
   */
  ConceptQuery(
      Vocabulary vocabulary, ParameterName name, String field, Relation relation, String value) {
    this.vocabulary = vocabulary;
    this.name = name;
    this.field = field;
    this.relation = relation;
    this.value = value;
  }

  @Override
  public Query rewrite(IndexSearcher searcher) throws IOException {
    Terminology terminology = vocabulary.terminology(searcher);
    try {
      return relation == Relation.IN ? inValueSet(terminology) : inHierarchy(terminology);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private FhirFailure.Malformed refused(String why) {
    return new FhirFailure.Malformed(
        IssueType.NOTSUPPORTED,
        "Search parameter '" + name.full() + "': found '" + value + "', " + why,
        name.full());
  }

  private Query inValueSet(Terminology terminology) {
    ValueSet valueSet =
        terminology
            .valueSet(value)
            .orElseThrow(
                () -> refused("expected a value set of this server; no such one is known"));
    ValueSetCodes codes = terminology.codes(valueSet);
    List<Query> any = new ArrayList<>();
    for (String system : codes.systems()) {
      any.add(
          codes.isWhole(system)
              ? new TermQuery(new Term(field, Terms.exact(TokenValue.formOfSystem(system))))
              : new CodesQuery(field, system, code -> codes.contains(system, code), this));
    }
    return any.isEmpty() ? new MatchNoDocsQuery("the value set is empty") : ValueQueries.anyOf(any);
  }

  private Query inHierarchy(Terminology terminology) {
    int bar = value.indexOf('|');
    String url = value.substring(0, bar);
    String code = value.substring(bar + 1);
    KnownSystem system =
        terminology
            .codeSystem(url, Optional.empty())
            .orElseThrow(() -> refused("expected a code system whose hierarchy is known here"));
    Predicate<String> isRelated =
        relation == Relation.BELOW
            ? other -> system.isBelow(other, code)
            : other -> system.isBelow(code, other);
    Query itself = new TermQuery(new Term(field, Terms.exact(TokenValue.formInSystem(url, code))));
    return ValueQueries.anyOf(List.of(itself, new CodesQuery(field, url, isRelated, this)));
  }

  @Override
  public String toString(String unused) {
    return field + " " + relation + " " + value;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ConceptQuery query
        && name.equals(query.name)
        && field.equals(query.field)
        && relation == query.relation
        && value.equals(query.value);
  }

  @Override
  public int hashCode() {
    return Objects.hash(name, field, relation, value);
  }
}
