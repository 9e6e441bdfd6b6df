package org.rodnan.search;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.AutomatonQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermInSetQuery;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.automaton.Automata;
import org.apache.lucene.util.automaton.Automaton;
import org.apache.lucene.util.automaton.Operations;
import org.hl7.fhir.r4.model.CodeSystem;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.hl7.fhir.r4.model.ValueSet;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.index.Terms;
import org.rodnan.index.TokenValue;
import org.rodnan.terminology.CodeHierarchy;
import org.rodnan.terminology.DefinitionSource;
import org.rodnan.terminology.ValueSetMembers;

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
    DefinitionSource source = vocabulary.at(searcher);
    try {
      return relation == Relation.IN ? inValueSet(source) : inHierarchy(source);
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

  private Query inValueSet(DefinitionSource source) {
    ValueSet valueSet =
        source
            .valueSet(value)
            .orElseThrow(
                () -> refused("expected a value set of this server; no such one is known"));
    ValueSetMembers members = ValueSetMembers.of(valueSet, source);
    List<Query> any = new ArrayList<>();
    Set<BytesRef> terms = new TreeSet<>();
    members
        .codes()
        .forEach((system, codes) ->
            codes.forEach(code -> terms.add(Terms.exact(TokenValue.formInSystem(system, code)))));
    if (!terms.isEmpty()) {
      any.add(new TermInSetQuery(field, terms));
    }
    members.systems().forEach((system, without) -> any.add(ofSystem(system, without)));
    return any.isEmpty() ? new MatchNoDocsQuery("the value set is empty") : ValueQueries.anyOf(any);
  }

  private Query ofSystem(String system, Set<String> without) {
    if (without.isEmpty()) {
      return new TermQuery(new Term(field, Terms.exact(TokenValue.formOfSystem(system))));
    }
    Automaton all =
        Operations.concatenate(
            List.of(
                Automata.makeString(TokenValue.formInSystem(system, "")),
                Automata.makeAnyString()));
    List<BytesRef> excluded =
        without.stream()
            .map(code -> new BytesRef(TokenValue.formInSystem(system, code)))
            .sorted()
            .toList();
    Automaton left =
        Operations.minus(
            all, Automata.makeStringUnion(excluded), Operations.DEFAULT_DETERMINIZE_WORK_LIMIT);
    return new AutomatonQuery(
        new Term(field, system),
        Operations.determinize(left, Operations.DEFAULT_DETERMINIZE_WORK_LIMIT));
  }

  private Query inHierarchy(DefinitionSource source) {
    int bar = value.indexOf('|');
    String system = value.substring(0, bar);
    String code = value.substring(bar + 1);
    CodeSystem definition =
        source
            .codeSystem(system)
            .orElseThrow(() -> refused("expected a code system whose hierarchy is known here"));
    CodeHierarchy hierarchy = new CodeHierarchy(definition);
    Set<String> codes = relation == Relation.BELOW ? hierarchy.below(code) : hierarchy.above(code);
    return new TermInSetQuery(
        field,
        codes.stream().map(each -> Terms.exact(TokenValue.formInSystem(system, each))).toList());
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
