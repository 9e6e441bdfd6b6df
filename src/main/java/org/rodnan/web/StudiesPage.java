package org.rodnan.web;

import java.util.List;
import java.util.Set;
import org.hl7.fhir.r4.model.Identifier;
import org.hl7.fhir.r4.model.ResearchStudy;

/** All studies, by their titles. */
final class StudiesPage {
  private static final int STUDIES_MAX = 200;
  private static final List<String> COLUMNS =
      List.of("Study", "Registry", "Phase", "Status", "Period", "Subjects here");

  private final StoredResources resources;

  StudiesPage(StoredResources resources) {
    this.resources = resources;
  }

  String html() {
    return Layout.page("Studies", "/studies", false, this::table);
  }

  void table(Html html) {
    List<StoredResource> studies =
        resources.search(
            "ResearchStudy", "_sort", "title", "_count", Integer.toString(STUDIES_MAX));
    if (studies.isEmpty()) {
      html.element(
          "p",
          "There are no studies yet. Send a ResearchStudy to /fhir/ResearchStudy, and it is listed"
              + " here.");
      return;
    }
    Layout.table(html, "Studies on this server", COLUMNS, Set.of("Subjects here"));
    studies.forEach(study -> row(html, study));
    Layout.endTable(html);
    if (studies.size() == STUDIES_MAX) {
      html.open("p");
      Layout.link(html, "/search?url=ResearchStudy", "Search all studies");
      html.close();
    }
  }

  private void row(Html html, StoredResource stored) {
    ResearchStudy study = stored.as(ResearchStudy.class);
    String id = stored.key().id();
    html.open("tr").open("th", "scope", "row", "class", "words");
    Layout.link(html, "/studies/" + id, title(study, id));
    html.close()
        .element("td", registry(study))
        .element("td", text(stored, "phase"))
        .element("td", study.hasStatus() ? study.getStatus().toCode().replace('-', ' ') : "")
        .element("td", text(stored, "period"))
        .open("td", "class", "number");
    long subjects = resources.count("ResearchSubject", "study", stored.key().toString());
    html.text(String.format("%,d", subjects));
    if (subjects > 0 && synthetic(id) > 0) {
      html.text(" ");
      Layout.synthetic(html);
    }
    html.close().close();
  }

  private static String text(StoredResource study, String element) {
    return ResourceText.of(study.json().path(element));
  }

  /** Subjects of the study that are made up. */
  private long synthetic(String id) {
    return resources.count("ResearchSubject", "study", "ResearchStudy/" + id, "_security", "HTEST");
  }

  static String title(ResearchStudy study, String id) {
    return study.hasTitle() ? study.getTitle() : id;
  }

  private static String registry(ResearchStudy study) {
    return study.getIdentifier().stream()
        .filter(identifier -> identifier.getSystem() != null)
        .filter(identifier -> identifier.getSystem().contains("clinicaltrials.gov"))
        .map(Identifier::getValue)
        .findFirst()
        .orElse("");
  }
}
