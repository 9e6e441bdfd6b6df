package org.rodnan.ingest;

import ca.uhn.fhir.util.FhirTerser;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.hl7.fhir.r4.model.Observation;
import org.hl7.fhir.r4.model.Reference;
import org.hl7.fhir.r4.model.ResearchStudy;
import org.hl7.fhir.r4.model.Resource;
import org.rodnan.clinicaltrials.RegisteredStudy;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.fhir.UnlimitedJson;
import org.rodnan.interaction.EntityTag;
import org.rodnan.interaction.SearchInteraction;
import org.rodnan.mapping.MappedContent.Mapped;
import org.rodnan.mapping.MappedSink;
import org.rodnan.mapping.Refusal;
import org.rodnan.search.SearchPage;
import org.rodnan.search.SearchRequest;
import org.rodnan.search.SearchRequest.Parameter;

/**
 * A study of the registry is the one that is stored with its NCT number, whatever its id: it is
 * joined with that, and what belongs to it refers to that. If somebody changes that in between, it
 * isn't written. For one thread.
 */
final class JoinedStudies implements MappedSink {
  private static final Pattern REGISTERED = Pattern.compile("ResearchStudy/(NCT\\d{8})");

  private final SearchInteraction search;
  private final Ingest.Numbering sink;
  private final RegistryFigures figures;
  private final FhirTerser terser = FhirContexts.r4().newTerser();
  private final Map<String, Stored> known = new HashMap<>();

  JoinedStudies(SearchInteraction search, Ingest.Numbering sink) {
    this.search = search;
    this.sink = sink;
    this.figures = new RegistryFigures(search);
  }

  /** What is stored with a number. */
  private sealed interface Stored {
    /** Nothing but what has the number as its id, or that and these others. */
    record Own(List<ResourceKey> others) implements Stored {}

    record Other(SearchPage.Entry entry) implements Stored {}

    /** None of them has the number as its id. */
    record Several(List<ResourceKey> keys) implements Stored {}
  }

  private Stored stored(String number) {
    return known.computeIfAbsent(number, this::find);
  }

  private Stored find(String number) {
    String tokens =
        RegisteredStudy.SYSTEMS.stream()
            .map(system -> system + "|" + number)
            .collect(Collectors.joining(","));
    List<SearchPage.Entry> found =
        search
            .search(
                new SearchRequest(
                    List.of("ResearchStudy"),
                    Optional.empty(),
                    List.of(new Parameter("identifier", tokens)),
                    false))
            .entries();
    List<SearchPage.Entry> others =
        found.stream().filter(entry -> !entry.key().id().equals(number)).toList();
    List<ResourceKey> keys = others.stream().map(SearchPage.Entry::key).toList();
    return found.size() > others.size() || others.isEmpty()
        ? new Stored.Own(keys)
        : others.size() == 1 ? new Stored.Other(others.getFirst()) : new Stored.Several(keys);
  }

  @Override
  public void resource(Mapped each) {
    Resource resource = each.resource();
    for (Reference reference :
        terser.getAllPopulatedChildElementsOfType(resource, Reference.class)) {
      Matcher number = REGISTERED.matcher(String.valueOf(reference.getReference()));
      if (number.matches() && stored(number.group(1)) instanceof Stored.Other other) {
        reference.setReference(other.entry().key().toString());
      }
    }
    if (resource instanceof Observation figure) {
      figures.add(each, figure);
    }
    if (!(resource instanceof ResearchStudy study)) {
      sink.resource(each);
      return;
    }
    String number = study.getIdElement().getIdPart();
    switch (stored(number)) {
      case Stored.Own own -> {
        sink.resource(each);
        for (ResourceKey other : own.others()) {
          sink.leftOut(
              new Refusal(
                  each.file(),
                  each.row(),
                  other
                      + " has the number "
                      + number
                      + " too; they are not joined, since ResearchStudy/"
                      + number
                      + " is stored"));
        }
      }
      case Stored.Other other -> join(each, study, other);
      case Stored.Several several ->
          sink.refused(
              new Refusal(
                  each.file(),
                  each.row(),
                  number
                      + " is the number of several studies, "
                      + several.keys()
                      + "; expected one to join it with"));
    }
  }

  /** Withdraws the figures that the files no longer have; to be called when all is read. */
  void finish() {
    figures.withdraw(sink);
  }

  private void join(Mapped each, ResearchStudy study, Stored.Other other) {
    try {
      ObjectNode joined = (ObjectNode) UnlimitedJson.EXACT.readTree(other.entry().json());
      if (joined.get("meta") instanceof ObjectNode meta) {
        meta.remove(List.of("versionId", "lastUpdated"));
        if (meta.isEmpty()) {
          joined.remove("meta");
        }
      }
      ObjectNode registry =
          (ObjectNode)
              UnlimitedJson.EXACT.readTree(
                  FhirContexts.r4().newJsonParser().encodeResourceToString(study));
      List<String> kept = RegisteredStudy.join(joined, registry);
      sink.record(
          each.file(),
          each.row(),
          UnlimitedJson.EXACT.writeValueAsBytes(joined),
          EntityTag.of(other.entry().version()));
      if (!kept.isEmpty()) {
        sink.leftOut(
            new Refusal(
                each.file(),
                each.row(),
                other.entry().key()
                    + " has the number "
                    + study.getIdElement().getIdPart()
                    + " and is kept in what the registry has otherwise: "
                    + String.join(", ", kept)));
      }
    } catch (IOException e) {
      throw new FhirFailure.Fault("A stored study can't be read", e);
    }
  }

  @Override
  public void refused(Refusal refusal) {
    figures.refused(refusal);
    sink.refused(refusal);
  }

  @Override
  public void leftOut(Refusal refusal) {
    sink.leftOut(refusal);
  }
}
