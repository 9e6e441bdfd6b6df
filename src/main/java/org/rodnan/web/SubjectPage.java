package org.rodnan.web;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.operation.TimelineOperation;

/** A subject of a study: the measurements visit by visit, adverse events, treatments. */
final class SubjectPage {
  private static final int RESOURCES_MAX = 1_000;

  private final StoredResources resources;
  private final TimelineSection timeline;

  SubjectPage(StoredResources resources, TimelineOperation timeline) {
    this.resources = resources;
    this.timeline = new TimelineSection(timeline);
  }

  String html(String id) {
    StoredResource subject = resources.read(new ResourceKey("ResearchSubject", id));
    JsonNode json = subject.json();
    String study = json.path("study").path("reference").asText();
    String patient = json.path("individual").path("reference").asText();
    return Layout.page(
        "Subject " + id,
        "/studies",
        false,
        html -> {
          about(html, subject, study, patient);
          timeline.write(html, subject.key());
          measurements(html, patient, study);
          events(html, patient);
          treatments(html, patient);
        });
  }

  private static void about(Html html, StoredResource subject, String study, String patient) {
    JsonNode json = subject.json();
    if (subject.isSynthetic()) {
      html.open("p", "class", "alert");
      Layout.synthetic(html);
      html.text(" This subject is made up (tag HTEST); nobody had these values.").close();
    }
    html.open("dl").element("dt", "Study").open("dd");
    ResourceKey.parse(study)
        .filter(key -> key.type().equals("ResearchStudy"))
        .ifPresentOrElse(
            key -> Layout.link(html, "/studies/" + key.id(), key.id()), () -> html.text(study));
    html.close().element("dt", "Patient").open("dd");
    ResourceTree.reference(html, patient, "");
    html.close();
    Layout.term(html, "Arm", json.path("actualArm").asText(json.path("assignedArm").asText()));
    Layout.term(html, "Status", json.path("status").asText());
    Layout.term(html, "Period", ResourceText.of(json.path("period")));
    ResourceText.extension(json, "/ssc-disposition")
        .ifPresent(disposition ->
            disposition
                .path("extension")
                .forEach(part ->
                    Layout.term(
                        html,
                        switch (part.path("url").asText()) {
                          case "reason" -> "Disposition";
                          case "date" -> "Left on";
                          case "lastVisit" -> "Last visit";
                          default -> part.path("url").asText();
                        },
                        ResourceText.value(part))));
    html.close().open("p", "class", "actions");
    Layout.link(html, subject.path(), "The resource, with its history");
    Layout.link(html, "/fhir/" + patient + "/$everything?_pretty=true", "Everything as FHIR");
    html.close();
  }

  private void measurements(Html html, String patient, String study) {
    List<StoredResource> observations =
        of("Observation", "subject", patient, "study", study, "_sort", "date");
    html.element("h2", "Measurements by visit");
    if (observations.isEmpty()) {
      html.element("p", "None are recorded.");
      return;
    }
    Map<String, Integer> visits = new LinkedHashMap<>();
    Map<String, Map<String, List<StoredResource>>> byMeasure = new LinkedHashMap<>();
    for (StoredResource observation : observations) {
      JsonNode json = observation.json();
      String visit = ResourceText.visit(json);
      String column = visit.isEmpty() ? ResourceText.date(json) : visit;
      visits.putIfAbsent(column, visits.size());
      byMeasure
          .computeIfAbsent(ResourceText.of(json.path("code")), code -> new LinkedHashMap<>())
          .computeIfAbsent(column, each -> new ArrayList<>())
          .add(observation);
    }
    List<String> columns = new ArrayList<>(List.of("Measure"));
    columns.addAll(visits.keySet());
    Layout.table(html, "As recorded", columns, visits.keySet());
    byMeasure.forEach((measure, cells) -> {
      html.open("tr").element("th", measure, "scope", "row");
      for (String visit : visits.keySet()) {
        html.open("td", "class", "number");
        String separator = "";
        for (StoredResource cell : cells.getOrDefault(visit, List.of())) {
          html.text(separator);
          Layout.link(html, cell.path(), value(cell.json()));
          separator = ", ";
        }
        html.close();
      }
      html.close();
    });
    Layout.endTable(html);
  }

  private static String value(JsonNode observation) {
    String value = ResourceText.value(observation);
    return value.isEmpty() ? "recorded" : value;
  }

  private void events(Html html, String patient) {
    List<StoredResource> events = new ArrayList<>(of("AdverseEvent", "subject", patient));
    events.sort(Comparator.comparing(event -> ResourceText.date(event.json())));
    html.element("h2", "Adverse events");
    if (events.isEmpty()) {
      html.element("p", "None are recorded.");
      return;
    }
    Layout.table(
        html,
        events.size() == 1 ? "One adverse event" : events.size() + " adverse events",
        List.of("Event", "Study day", "Began", "Resolved", "Seriousness"),
        Set.of("Study day"));
    for (StoredResource event : events) {
      JsonNode json = event.json();
      html.open("tr").open("th", "scope", "row");
      Layout.link(html, event.path(), ResourceText.of(json.path("event")));
      html.close()
          .element("td", ResourceText.studyDay(json), "class", "number")
          .element("td", ResourceText.date(json), "class", "card")
          .element(
              "td",
              ResourceText.extension(json, "/resolve-date").map(ResourceText::value).orElse(""),
              "class",
              "card")
          .element("td", ResourceText.of(json.path("seriousness")))
          .close();
    }
    Layout.endTable(html);
  }

  private void treatments(Html html, String patient) {
    List<StoredResource> treatments =
        new ArrayList<>(of("MedicationAdministration", "subject", patient));
    treatments.addAll(of("MedicationStatement", "subject", patient));
    treatments.addAll(of("Procedure", "subject", patient));
    if (treatments.isEmpty()) {
      return;
    }
    html.element("h2", "Treatments and procedures");
    Layout.table(html, "As recorded", List.of("Treatment", "Dose", "Category", "When", "Status"));
    for (StoredResource treatment : treatments) {
      JsonNode json = treatment.json();
      html.open("tr").open("th", "scope", "row");
      Layout.link(html, treatment.path(), ResourceText.what(json));
      html.close()
          .element("td", dose(json))
          .element("td", ResourceText.of(json.path("category")))
          .element("td", ResourceText.date(json) + json.path("performedString").asText())
          .element("td", json.path("status").asText())
          .close();
    }
    Layout.endTable(html);
  }

  /** In words if it is given so, else the quantity. */
  private static String dose(JsonNode treatment) {
    JsonNode dosage = treatment.path("dosage");
    JsonNode first = dosage.isArray() ? dosage.path(0) : dosage;
    String text = first.path("text").asText();
    return text.isEmpty()
        ? ResourceText.of(first.path("dose"))
            + ResourceText.of(first.path("doseAndRate").path(0).path("doseQuantity"))
        : text;
  }

  private List<StoredResource> of(String type, String... parameters) {
    List<String> all = new ArrayList<>(List.of(parameters));
    all.addAll(List.of("_count", Integer.toString(RESOURCES_MAX)));
    return resources.search(type, all.toArray(String[]::new));
  }
}
