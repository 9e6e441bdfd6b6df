package org.rodnan.export;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.hl7.fhir.r4.model.Observation;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.hl7.fhir.r4.model.Reference;
import org.hl7.fhir.r4.model.ResearchStudy;
import org.hl7.fhir.r4.model.Resource;
import org.rodnan.clinicaltrials.ClinicalTrialsWriter;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.index.ReferenceText;
import org.rodnan.interaction.ReadInteraction;
import org.rodnan.search.SearchRequest.Parameter;
import org.rodnan.search.SubjectSearch;
import org.rodnan.search.SubjectSearch.Moment;

/**
 * A study in the shape of ClinicalTrials.gov's API, version 2: {@code
 * ResearchStudy/[id]/$clinicaltrials}. Thread safe.
 */
public final class ClinicalTrialsExport {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ReadInteraction read;
  private final SubjectSearch subjects;
  private final ReferenceText references;
  private final ComputedResults computed;

  ClinicalTrialsExport(
      ReadInteraction read,
      SubjectSearch subjects,
      ReferenceText references,
      ComputedResults computed) {
    this.read = read;
    this.subjects = subjects;
    this.references = references;
    this.computed = computed;
  }

  /** Which figures the results section has. */
  public enum Figures {
    /** Counted and computed from the records of the study's subjects. */
    COMPUTED,
    /** As they were published. */
    PUBLISHED
  }

  /**
   * What came out.
   *
   * @param json the study, UTF-8
   * @param leftOut what has no place in it, and how many
   */
  public record Answer(byte[] json, Map<String, Integer> leftOut) {}

  /**
   * @param study key of a ResearchStudy
   * @param figures computed if nothing is asked for and the study has subjects, else published
   * @throws FhirFailure.NotFound if there never was such a study
   * @throws FhirFailure.Gone if it was deleted
   * @throws FhirFailure.Unprocessable if figures are to be computed and there are no subjects
   * @throws FhirFailure.Busy if a search takes too long
   */
  public Answer write(ResourceKey study, Optional<Figures> figures) {
    ResearchStudy protocol = (ResearchStudy) parsed(read.read(study).json());
    Map<String, Resource> linked = linked(protocol);
    List<Observation> published = new ArrayList<>();
    boolean hasSubjects =
        subjects.now(moment -> {
          collect(moment, study, linked, published);
          return moment.count("ResearchSubject", List.of(ofStudy(study))) > 0;
        });
    ClinicalTrialsWriter writer = new ClinicalTrialsWriter(protocol, linked);
    Figures which = figures.orElseGet(() -> hasSubjects ? Figures.COMPUTED : Figures.PUBLISHED);
    if (which == Figures.COMPUTED && !hasSubjects) {
      throw new FhirFailure.Unprocessable(
          IssueType.NOTFOUND,
          study
              + " has no subjects (ResearchSubject) to compute figures from; expected one at least",
          "ResearchSubject");
    }
    ObjectNode json =
        which == Figures.COMPUTED
            ? writer.write(computed.of(study, protocol))
            : writer.published(published);
    try {
      return new Answer(JSON.writeValueAsBytes(json), writer.leftOut());
    } catch (JsonProcessingException e) {
      throw new FhirFailure.Fault("The study can't be written", e);
    }
  }

  /** What the protocol refers to, and is here. */
  private Map<String, Resource> linked(ResearchStudy study) {
    List<Reference> all = new ArrayList<>(study.getSite());
    all.addAll(study.getEnrollment());
    all.add(study.getSponsor());
    Map<String, Resource> linked = new LinkedHashMap<>();
    for (Reference each : all) {
      if (each.hasReference()) {
        references
            .local(each.getReference())
            .ifPresent(key -> {
              try {
                linked.put(each.getReference(), parsed(read.read(key).json()));
              } catch (FhirFailure.NotFound | FhirFailure.Gone e) {
                // What isn't here has no name that could be written.
              }
            });
      }
    }
    return linked;
  }

  private static void collect(
      Moment moment, ResourceKey study, Map<String, Resource> linked, List<Observation> published) {
    moment.forEach(
        "Group",
        List.of(ofStudy(study)),
        json -> {
          Resource group = parsed(json);
          linked.put("Group/" + group.getIdElement().getIdPart(), group);
        });
    moment.forEach(
        "Observation",
        List.of(
            ofStudy(study),
            new Parameter("category", "published-result"),
            new Parameter("status:not", "entered-in-error,cancelled")),
        json -> published.add((Observation) parsed(json)));
  }

  private static Parameter ofStudy(ResourceKey study) {
    return new Parameter("study", study.toString());
  }

  private static Resource parsed(byte[] json) {
    return (Resource)
        FhirContexts.r4().newJsonParser().parseResource(new String(json, StandardCharsets.UTF_8));
  }
}
