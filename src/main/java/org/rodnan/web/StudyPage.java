package org.rodnan.web;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.hl7.fhir.r4.model.Annotation;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.Extension;
import org.hl7.fhir.r4.model.Identifier;
import org.hl7.fhir.r4.model.PlanDefinition;
import org.hl7.fhir.r4.model.Reference;
import org.hl7.fhir.r4.model.RelatedArtifact;
import org.hl7.fhir.r4.model.ResearchStudy;
import org.hl7.fhir.r4.model.ResearchStudy.ResearchStudyArmComponent;
import org.hl7.fhir.r4.model.ResearchStudy.ResearchStudyObjectiveComponent;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.operation.Operations;

/** A study: its design, its populations, its subjects, and what was published of it. */
final class StudyPage {
  private static final int SUBJECTS_MAX = 500;
  private static final int POPULATIONS_MAX = 200;
  private static final String ENDPOINT = "/ssc-endpoint";

  private final StoredResources resources;
  private final PublishedResults published;
  private final EndpointSections endpoints;
  private final PublishedBeside beside;
  private final DataQualitySection quality;
  private final ParticipantFlowSection flow;
  private final AdverseEventsSection adverseEvents;

  StudyPage(StoredResources resources, Operations operations) {
    this.resources = resources;
    this.published = new PublishedResults(resources);
    this.endpoints = new EndpointSections(operations.endpoint());
    this.beside = new PublishedBeside(operations.published());
    this.quality = new DataQualitySection(operations.course().dataQuality());
    this.flow = new ParticipantFlowSection(operations.participantFlow());
    this.adverseEvents = new AdverseEventsSection(operations.adverseEvents());
  }

  String html(String id) {
    ResourceKey key = new ResourceKey("ResearchStudy", id);
    StoredResource stored = resources.read(key);
    ResearchStudy study = stored.as(ResearchStudy.class);
    List<StoredResource> subjects =
        resources.search(
            "ResearchSubject",
            "study",
            key.toString(),
            "_sort",
            "identifier",
            "_count",
            Integer.toString(SUBJECTS_MAX));
    boolean isSynthetic = subjects.stream().anyMatch(StoredResource::isSynthetic);
    List<StudySection> sections = new ArrayList<>();
    sections.add(flow.of(key, isSynthetic));
    if (!subjects.isEmpty()) {
      sections.addAll(endpoints.of(key));
    }
    sections.add(adverseEvents.of(key, isSynthetic));
    if (!subjects.isEmpty()) {
      sections.addAll(ifShown(() -> List.of(quality.of(key, measures(study)))));
    }
    sections.addAll(ifShown(() -> beside.of(key)));
    Map<Boolean, List<StoredResource>> groups =
        resources
            .search("Group", "study", key.toString(), "_count", Integer.toString(POPULATIONS_MAX))
            .stream()
            .collect(Collectors.partitioningBy(group -> group.json().path("actual").asBoolean()));
    List<StoredResource> populations = groups.getOrDefault(true, List.of());
    return Layout.page(
        StudiesPage.title(study, id),
        "/studies",
        false,
        html -> {
          syntheticNote(html, subjects);
          contents(html, study, populations, sections, subjects);
          design(html, stored, study);
          objectives(html, study);
          populations(html, populations);
          sections.forEach(section -> section.write(html));
          cohorts(html, groups.getOrDefault(false, List.of()));
          published.write(html, key, populations);
          subjects(html, key, subjects);
        });
  }

  /** Nothing of what tells of single subjects, if that may not be shown. */
  private static List<StudySection> ifShown(Supplier<List<StudySection>> sections) {
    try {
      return sections.get();
    } catch (FhirFailure.Forbidden e) {
      return List.of();
    }
  }

  private static void syntheticNote(Html html, List<StoredResource> subjects) {
    long synthetic = subjects.stream().filter(StoredResource::isSynthetic).count();
    if (synthetic > 0) {
      html.open("p", "class", "alert");
      Layout.synthetic(html);
      html.text(
              " The subjects of this study are made up (tag HTEST). They were reconstructed so that"
                  + " their summaries equal the published ones; they are not the trial's data.")
          .close();
    }
  }

  private static void contents(
      Html html,
      ResearchStudy study,
      List<StoredResource> populations,
      List<StudySection> sections,
      List<StoredResource> subjects) {
    html.open("nav", "class", "contents", "aria-label", "On this page");
    Layout.link(html, "#design", "Design");
    if (study.hasObjective()) {
      Layout.link(html, "#objectives", "Objectives");
    }
    if (!populations.isEmpty()) {
      Layout.link(html, "#populations", "Populations");
    }
    sections.forEach(section -> Layout.link(html, "#" + section.id(), section.title()));
    Layout.link(html, "#published", "Published results");
    if (!subjects.isEmpty()) {
      Layout.link(html, "#subjects", "Subjects");
    }
    html.close();
  }

  private void design(Html html, StoredResource stored, ResearchStudy study) {
    JsonNode json = stored.json();
    html.element("h2", "Design", "id", "design").open("dl");
    Layout.term(
        html,
        "Identifiers",
        study.getIdentifier().stream().map(Identifier::getValue).collect(Collectors.joining(", ")));
    Layout.term(
        html, "Status", study.hasStatus() ? study.getStatus().toCode().replace('-', ' ') : "");
    Layout.term(html, "Phase", ResourceText.of(json.path("phase")));
    Layout.term(html, "Purpose", ResourceText.of(json.path("primaryPurposeType")));
    Layout.term(html, "Condition", texts(study.getCondition()));
    Layout.term(html, "Treatment", texts(study.getFocus()));
    Layout.term(html, "Period", ResourceText.of(json.path("period")));
    Layout.term(html, "Visits", visits(study));
    for (ResearchStudyArmComponent arm : study.getArm()) {
      String description = arm.hasDescription() ? ": " + arm.getDescription() : "";
      String type = arm.hasType() ? " (" + text(arm.getType()) + ")" : "";
      Layout.term(html, "Arm", arm.getName() + type + description);
    }
    for (RelatedArtifact artifact : study.getRelatedArtifact()) {
      Layout.term(html, "Publication", artifact.hasCitation() ? artifact.getCitation() : "");
    }
    html.close();
    if (study.hasDescription()) {
      for (String paragraph : study.getDescription().split("\\R\\R")) {
        html.element("p", paragraph, "class", "lead");
      }
    }
    if (study.hasNote()) {
      html.open("ul", "class", "lead");
      for (Annotation note : study.getNote()) {
        html.element("li", note.getText());
      }
      html.close();
    }
    html.open("p", "class", "actions");
    Layout.link(html, stored.path(), "The resource, with its history");
    Layout.link(html, "/fhir/" + stored.key() + "?_pretty=true", "As FHIR");
    html.close();
  }

  private static String texts(List<CodeableConcept> concepts) {
    return concepts.stream().map(StudyPage::text).collect(Collectors.joining(", "));
  }

  private static String text(CodeableConcept concept) {
    if (concept.hasText()) {
      return concept.getText();
    }
    return concept.getCoding().stream()
        .map(coding -> coding.hasDisplay() ? coding.getDisplay() : coding.getCode())
        .findFirst()
        .orElse("");
  }

  /** Those of the protocols that are here. */
  private String visits(ResearchStudy study) {
    List<String> visits = new ArrayList<>();
    for (Reference protocol : study.getProtocol()) {
      ResourceKey.parse(String.valueOf(protocol.getReference()))
          .filter(key -> key.type().equals("PlanDefinition"))
          .ifPresent(key -> {
            try {
              resources
                  .read(key)
                  .as(PlanDefinition.class)
                  .getAction()
                  .forEach(
                      action -> visits.add(action.hasTitle() ? action.getTitle() : action.getId()));
            } catch (FhirFailure.NotFound | FhirFailure.Gone e) {
              // A protocol may be elsewhere; then the study has no visits to list.
            }
          });
    }
    return String.join(", ", visits);
  }

  private static void objectives(Html html, ResearchStudy study) {
    if (!study.hasObjective()) {
      return;
    }
    html.element("h2", "Objectives", "id", "objectives");
    Layout.table(
        html, "Objectives and their endpoints", List.of("Objective", "Kind", "Measure", "Visits"));
    for (ResearchStudyObjectiveComponent objective : study.getObjective()) {
      List<Extension> endpoints = endpoints(objective);
      if (endpoints.isEmpty()) {
        objective(html, objective, "", "");
      }
      for (Extension endpoint : endpoints) {
        objective(html, objective, names(endpoint, "measure"), names(endpoint, "visit"));
      }
    }
    Layout.endTable(html);
  }

  private static void objective(
      Html html, ResearchStudyObjectiveComponent objective, String measure, String visits) {
    html.open("tr")
        .element("th", String.valueOf(objective.getName()), "scope", "row")
        .element("td", objective.hasType() ? text(objective.getType()) : "")
        .element("td", measure)
        .element("td", visits)
        .close();
  }

  private static List<Extension> endpoints(ResearchStudyObjectiveComponent objective) {
    return objective.getExtension().stream()
        .filter(extension -> extension.getUrl().endsWith(ENDPOINT))
        .toList();
  }

  /** What the endpoints measure, by code. */
  private static Map<String, String> measures(ResearchStudy study) {
    return study.getObjective().stream()
        .flatMap(objective -> endpoints(objective).stream())
        .flatMap(endpoint -> concepts(endpoint, "measure"))
        .filter(CodeableConcept::hasCoding)
        .collect(
            Collectors.toMap(
                measure -> measure.getCodingFirstRep().getCode(),
                StudyPage::text,
                (one, other) -> one));
  }

  private static String names(Extension endpoint, String url) {
    return concepts(endpoint, url).map(StudyPage::text).collect(Collectors.joining(", "));
  }

  private static Stream<CodeableConcept> concepts(Extension endpoint, String url) {
    return endpoint.getExtensionsByUrl(url).stream()
        .map(Extension::getValue)
        .filter(CodeableConcept.class::isInstance)
        .map(CodeableConcept.class::cast);
  }

  /** Those that are stored to be run again. */
  private static void cohorts(Html html, List<StoredResource> definitions) {
    if (definitions.isEmpty()) {
      return;
    }
    html.element("h2", "Cohorts", "id", "cohorts").open("ul");
    for (StoredResource definition : definitions) {
      html.open("li");
      Layout.link(
          html,
          "/cohort?definition=" + FhirQuery.encoded(definition.key().id()),
          definition.json().path("name").asText(definition.key().id()));
      html.close();
    }
    html.close();
  }

  private static void populations(Html html, List<StoredResource> populations) {
    if (populations.isEmpty()) {
      return;
    }
    html.element("h2", "Populations", "id", "populations");
    Layout.table(
        html,
        "Populations that were analysed",
        List.of("Population", "Subjects", "Resource"),
        Set.of("Subjects"));
    for (StoredResource population : populations) {
      html.open("tr")
          .element("th", ResourceText.of(population.json().path("name")), "scope", "row")
          .element("td", population.json().path("quantity").asText(), "class", "number")
          .open("td");
      Layout.link(html, population.path(), population.key().toString());
      html.close().close();
    }
    Layout.endTable(html);
  }

  private void subjects(Html html, ResourceKey study, List<StoredResource> subjects) {
    if (subjects.isEmpty()) {
      return;
    }
    html.element("h2", "Subjects", "id", "subjects");
    long all = resources.count("ResearchSubject", "study", study.toString());
    Layout.table(
        html,
        all == subjects.size()
            ? all + " subjects"
            : "The first " + subjects.size() + " of " + String.format("%,d", all) + " subjects",
        List.of("Subject", "Arm", "Status", "Period", "Disposition", "Last visit"));
    for (StoredResource subject : subjects) {
      subject(html, subject);
    }
    Layout.endTable(html);
    html.open("p", "class", "actions");
    Layout.link(
        html,
        new FhirQuery("ResearchSubject", List.of()).with("study", study.toString()).page(),
        "Search among these subjects");
    Layout.link(html, "/cohort?study=" + FhirQuery.encoded(study.id()), "Choose a cohort of them");
    html.close();
  }

  private static void subject(Html html, StoredResource subject) {
    JsonNode json = subject.json();
    Map<String, String> disposition = new HashMap<>();
    ResourceText.extension(json, "/ssc-disposition")
        .ifPresent(extension ->
            extension
                .path("extension")
                .forEach(
                    part -> disposition.put(part.path("url").asText(), ResourceText.value(part))));
    html.open("tr").open("th", "scope", "row");
    Layout.link(html, "/subjects/" + subject.key().id(), subject.key().id());
    if (subject.isSynthetic()) {
      html.text(" ");
      Layout.synthetic(html);
    }
    html.close()
        .element("td", json.path("actualArm").asText(json.path("assignedArm").asText()))
        .element("td", json.path("status").asText())
        .element("td", ResourceText.of(json.path("period")), "class", "card")
        .element("td", disposition.getOrDefault("reason", ""))
        .element("td", disposition.getOrDefault("lastVisit", ""), "class", "card")
        .close();
  }
}
