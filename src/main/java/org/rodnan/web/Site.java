package org.rodnan.web;

import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.index.SearchParameters;
import org.rodnan.interaction.Interactions;
import org.rodnan.operation.Operations;

/** The pages that show what the store holds now, by path. Thread safe. */
final class Site implements Function<PageRequest, Page> {
  private final StudiesPage studies;
  private final StudyPage study;
  private final SubjectPage subject;
  private final ResourcePage resource;
  private final QueryPage query;
  private final CohortPage cohort;

  /**
   * @param parameters the search parameters in force
   */
  Site(Interactions interactions, Operations operations, Supplier<SearchParameters> parameters) {
    StoredResources resources = new StoredResources(interactions);
    this.studies = new StudiesPage(resources);
    this.study = new StudyPage(resources, operations);
    this.subject = new SubjectPage(resources, operations.course().timeline());
    this.resource = new ResourcePage(resources, new ResourceChanges(operations.diff()));
    this.query = new QueryPage(resources, parameters);
    this.cohort = new CohortPage(resources, operations.cohort());
  }

  /**
   * @throws FhirFailure.NotFound if there is no such page
   */
  @Override
  public Page apply(PageRequest request) {
    List<String> path = request.path();
    if (path.isEmpty()) {
      return Page.ok(HomePage.html(studies));
    }
    String first = path.getFirst();
    return switch (path.size() + " " + first) {
      case "1 studies" -> Page.ok(studies.html());
      case "2 studies" -> Page.ok(study.html(path.get(1)));
      case "2 subjects" -> Page.ok(subject.html(path.get(1)));
      case "3 resources" -> Page.ok(resource.html(request));
      case "1 search" -> query.page(request);
      case "1 cohort" -> cohort.page(request);
      default ->
          throw new FhirFailure.NotFound(
              "There is nothing at /" + String.join("/", path) + " on this server");
    };
  }
}
