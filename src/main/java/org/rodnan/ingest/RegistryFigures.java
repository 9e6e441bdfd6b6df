package org.rodnan.ingest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.hl7.fhir.r4.model.Extension;
import org.hl7.fhir.r4.model.Observation;
import org.hl7.fhir.r4.model.Reference;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.UnlimitedJson;
import org.rodnan.interaction.EntityTag;
import org.rodnan.interaction.SearchInteraction;
import org.rodnan.mapping.Elements;
import org.rodnan.mapping.MappedContent.Mapped;
import org.rodnan.mapping.Refusal;
import org.rodnan.search.SearchPage;
import org.rodnan.search.SearchRequest;
import org.rodnan.search.SearchRequest.Parameter;

/**
 * The figures that files of the registry have. What is stored of the same study from such a file
 * and is in the new one no longer is withdrawn: its status becomes entered-in-error. A study of
 * whose results the file has nothing, or something that can't be read, keeps what is stored. For
 * one thread.
 */
final class RegistryFigures {
  private static final String WITHDRAWN = "entered-in-error";
  private static final int NUMBER = "NCT00000000".length();

  private final SearchInteraction search;
  private final Map<Place, Study> studies = new LinkedHashMap<>();
  private final Set<Place> incomplete = new HashSet<>();

  RegistryFigures(SearchInteraction search) {
    this.search = search;
  }

  private record Place(String file, long row) {}

  /**
   * @param key of the ResearchStudy that its figures refer to
   * @param number by which their ids begin
   */
  private record Study(String key, String number, Set<String> figures) {}

  /** Takes note of a figure; it refers to the study as it is stored. */
  void add(Mapped each, Observation figure) {
    Extension study = figure.getExtensionByUrl(Elements.STUDY);
    String id = figure.getIdElement().getIdPart();
    studies
        .computeIfAbsent(
            new Place(each.file(), each.row()),
            absent ->
                new Study(
                    ((Reference) study.getValue()).getReference(),
                    id.substring(0, NUMBER),
                    new HashSet<>()))
        .figures()
        .add(id);
  }

  /** Something of a study can't be read: it may be a figure that is stored. */
  void refused(Refusal refusal) {
    incomplete.add(new Place(refusal.file(), refusal.row()));
  }

  /** Withdraws what the files no longer have; to be called when all is read. */
  void withdraw(Ingest.Numbering sink) {
    studies.keySet().removeAll(incomplete);
    studies.forEach((place, study) -> {
      for (SearchPage.Entry entry : stored(study.key())) {
        String id = entry.key().id();
        if (id.startsWith(study.number() + "-") && !study.figures().contains(id)) {
          withdrawn(entry)
              .ifPresent(json ->
                  sink.record(place.file(), place.row(), json, EntityTag.of(entry.version())));
        }
      }
    });
  }

  private List<SearchPage.Entry> stored(String study) {
    SearchRequest request =
        new SearchRequest(
            List.of("Observation"),
            Optional.empty(),
            List.of(
                new Parameter("study", study),
                new Parameter("category", "published-result"),
                new Parameter("status:not", WITHDRAWN),
                new Parameter("_count", "1000")),
            false);
    List<SearchPage.Entry> all = new ArrayList<>();
    SearchPage page = search.search(request);
    all.addAll(page.entries());
    while (page.next().isPresent()) {
      page = search.next(request, page.next().get());
      all.addAll(page.entries());
    }
    return all;
  }

  /** Empty for a figure that comes from no file of the registry. */
  private static Optional<byte[]> withdrawn(SearchPage.Entry entry) {
    try {
      ObjectNode figure = (ObjectNode) UnlimitedJson.EXACT.readTree(entry.json());
      boolean isOfRegistry = false;
      for (JsonNode each : figure.path("extension")) {
        isOfRegistry |= each.path("url").asText().equals(Elements.PROFILES + "ssc-registry-figure");
      }
      figure.put("status", WITHDRAWN);
      return isOfRegistry
          ? Optional.of(UnlimitedJson.EXACT.writeValueAsBytes(figure))
          : Optional.empty();
    } catch (IOException e) {
      throw new FhirFailure.Fault("A stored figure can't be read", e);
    }
  }
}
