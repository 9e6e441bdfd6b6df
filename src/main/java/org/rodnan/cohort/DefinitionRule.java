package org.rodnan.cohort;

import org.hl7.fhir.r4.model.Group;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.hl7.fhir.r4.model.Resource;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.interaction.ContentRule;
import org.rodnan.search.SubjectSearch;

/** A definition of a cohort that is stored can be run: it can be read, and so can its searches. */
final class DefinitionRule implements ContentRule {
  private final SubjectSearch subjects;

  DefinitionRule(SubjectSearch subjects) {
    this.subjects = subjects;
  }

  @Override
  public void require(Resource resource) {
    if (!(resource instanceof Group group) || !CohortDefinition.isDefinition(group)) {
      return;
    }
    try {
      CohortDefinition definition = CohortDefinition.read(group);
      subjects.now(moment -> {
        for (Criterion each : definition.criteria()) {
          each.naming(() -> moment.requireAnswerable(each.type(), each.parameters()));
        }
        return definition;
      });
    } catch (FhirFailure.Malformed e) {
      throw new FhirFailure.Unprocessable(
          IssueType.INVALID, String.valueOf(e.getMessage()), "Group.characteristic");
    }
  }
}
