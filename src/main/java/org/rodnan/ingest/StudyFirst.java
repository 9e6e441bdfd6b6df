package org.rodnan.ingest;

import ca.uhn.fhir.util.FhirTerser;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.hl7.fhir.r4.model.Reference;
import org.hl7.fhir.r4.model.Resource;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.mapping.MappedContent.Mapped;
import org.rodnan.mapping.MappedSink;

/**
 * Passes nothing on until the study that it is of is found: people without it would be left behind.
 * For one thread.
 */
final class StudyFirst extends PassingSink {
  private final Predicate<ResourceKey> isMissing;
  private final FhirTerser terser = FhirContexts.r4().newTerser();
  private final List<Mapped> waiting = new ArrayList<>();
  private boolean isFound;

  StudyFirst(Predicate<ResourceKey> isMissing, MappedSink sink) {
    super(sink);
    this.isMissing = isMissing;
  }

  /**
   * @throws FhirFailure.Unprocessable if the study that is named first isn't there
   */
  @Override
  public void resource(Mapped resource) {
    if (isFound) {
      super.resource(resource);
      return;
    }
    waiting.add(resource);
    Optional<ResourceKey> study = study(resource.resource());
    if (study.filter(isMissing).isPresent()) {
      throw new FhirFailure.Unprocessable(
          IssueType.NOTFOUND,
          study.get()
              + " does not exist, so nothing was taken; expected the study to be stored before");
    }
    if (study.isPresent()) {
      finish();
    }
  }

  private Optional<ResourceKey> study(Resource resource) {
    return terser.getAllPopulatedChildElementsOfType(resource, Reference.class).stream()
        .flatMap(each -> ResourceKey.parse(String.valueOf(each.getReference())).stream())
        .filter(key -> key.type().equals("ResearchStudy"))
        .findFirst();
  }

  /** Passes on what waits, once all is read. */
  void finish() {
    isFound = true;
    waiting.forEach(super::resource);
    waiting.clear();
  }
}
