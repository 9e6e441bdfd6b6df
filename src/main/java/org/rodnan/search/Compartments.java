package org.rodnan.search;

import java.util.Collection;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.index.Compartment;
import org.rodnan.index.FieldNames;

/** Searches in a compartment (R4, http.html#vsearch). */
final class Compartments {
  private Compartments() {}

  /**
   * The members of a compartment, of whatever type.
   *
   * @param types the types searched; empty means all
   * @throws FhirFailure.Malformed if there is no such compartment, or none of the types is in it
   */
  static Query members(ResourceKey owner, Collection<String> types) {
    if (!Compartment.isOwner(owner.type())) {
      throw new FhirFailure.Malformed(
          IssueType.NOTSUPPORTED,
          "There is no compartment of "
              + owner.type()
              + "; expected one of "
              + String.join(", ", Compartment.NAMES));
    }
    if (!types.isEmpty() && types.stream().noneMatch(type -> Compartment.has(owner.type(), type))) {
      throw new FhirFailure.Malformed(
          IssueType.NOTSUPPORTED,
          String.join(", ", types) + " is not in the compartment of " + owner.type());
    }
    return new TermQuery(new Term(FieldNames.COMPARTMENT, owner.toString()));
  }
}
