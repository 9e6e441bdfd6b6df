package org.rodnan.search;

import ca.uhn.fhir.context.RuntimeSearchParam;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.fhir.ResourceTypes;
import org.rodnan.index.FieldNames;
import org.rodnan.index.ParameterDefinition;
import org.rodnan.index.SearchParameters;

/**
 * The compartments of R4 (compartmentdefinition.html): which parameters of a type make a resource a
 * member. Thread safe.
 */
final class Compartments {
  private static final List<String> NAMES =
      List.of("Device", "Encounter", "Patient", "Practitioner", "RelatedPerson");

  private final SearchParameters parameters;

  Compartments(SearchParameters parameters) {
    this.parameters = parameters;
  }

  /**
   * The members of a compartment.
   *
   * @param types the types searched; empty means all
   * @throws FhirFailure.Malformed if there is no such compartment, or none of the types is in it
   */
  Query members(ResourceKey owner, Collection<String> types) {
    if (!NAMES.contains(owner.type())) {
      throw new FhirFailure.Malformed(
          IssueType.NOTSUPPORTED,
          "There is no compartment of "
              + owner.type()
              + "; expected one of "
              + String.join(", ", NAMES));
    }
    List<Query> any = new ArrayList<>();
    for (String type : types.isEmpty() ? ResourceTypes.all() : new TreeSet<>(types)) {
      for (String code : codes(owner.type(), type)) {
        parameters
            .find(type, code)
            .map(ParameterDefinition::field)
            .ifPresent(field -> any.add(new TermQuery(new Term(field, owner.toString()))));
      }
      if (type.equals(owner.type())) {
        any.add(
            Criteria.and(
                new TermQuery(new Term(FieldNames.ID, owner.id())),
                Criteria.ofTypes(List.of(type))));
      }
    }
    if (any.isEmpty()) {
      throw new FhirFailure.Malformed(
          IssueType.NOTSUPPORTED,
          String.join(", ", types) + " is not in the compartment of " + owner.type());
    }
    return ValueQueries.anyOf(any);
  }

  /** Whether resources of the type have a compartment. */
  static boolean isOwner(String type) {
    return NAMES.contains(type);
  }

  /** The parameters of a type that lead to the owner of a compartment. */
  static List<String> codes(String compartment, String type) {
    return FhirContexts.r4()
        .getResourceDefinition(type)
        .getSearchParamsForCompartmentName(compartment)
        .stream()
        .map(RuntimeSearchParam::getName)
        .toList();
  }
}
