package org.rodnan.http;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.interaction.SearchInteraction;
import org.rodnan.search.SearchPage;
import org.rodnan.search.SearchRequest;

/** Search of the system, a type or a compartment (R4, http.html#search). */
final class SearchEndpoint {
  private final SearchInteraction searching;
  private final AsyncJobs jobs;

  SearchEndpoint(SearchInteraction searching, AsyncJobs jobs) {
    this.searching = searching;
    this.jobs = jobs;
  }

  Answer search(FhirRequest request, Optional<ResourceKey> compartment, Optional<String> type) {
    SearchRequest asked =
        new SearchRequest(
            type.map(List::of).orElse(List.of()),
            compartment,
            request.query().all(),
            request.preferences().lenient());
    Optional<String> cursor = request.query().only(BundleWriter.CURSOR);
    BundleWriter bundles = request.bundles();
    if (cursor.isEmpty()) {
      return jobs.answer(
          request, () -> Answer.of(200, bundles.searchset(asked, searching.search(asked))));
    }
    return jobs.answer(
        request,
        () -> {
          // First of all it says so if it is no cursor.
          SearchPage page = searching.next(asked, cursor.get());
          request.requireParameters(Set.of(BundleWriter.CURSOR));
          return Answer.of(200, bundles.searchset(BundleWriter.path(asked), cursor.get(), page));
        });
  }
}
