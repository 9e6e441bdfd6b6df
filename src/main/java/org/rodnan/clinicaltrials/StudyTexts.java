package org.rodnan.clinicaltrials;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.Extension;
import org.hl7.fhir.r4.model.ResearchStudy;
import org.hl7.fhir.r4.model.ResearchStudy.ResearchStudyObjectiveComponent;
import org.hl7.fhir.r4.model.Type;
import org.rodnan.clinicaltrials.ResultsSection.About;
import org.rodnan.mapping.Elements;

/** The objectives of a study as the outcomes that the registry has. */
final class StudyTexts {
  private final List<Outcome> outcomes = new ArrayList<>();

  /**
   * @param type {@code primary}, {@code secondary} or {@code exploratory}
   * @param visits codes
   */
  record Outcome(
      String type,
      String measure,
      String timeFrame,
      String description,
      Set<String> codes,
      List<String> visits) {}

  StudyTexts(ResearchStudy study) {
    for (ResearchStudyObjectiveComponent objective : study.getObjective()) {
      String type = objective.getType().getCodingFirstRep().getCode();
      List<Extension> endpoints = objective.getExtensionsByUrl(Elements.PROFILES + "ssc-endpoint");
      if (endpoints.isEmpty()) {
        outcomes.add(
            new Outcome(String.valueOf(type), objective.getName(), "", "", Set.of(), List.of()));
      }
      endpoints.forEach(each -> outcomes.add(outcome(String.valueOf(type), objective, each)));
    }
  }

  private static Outcome outcome(
      String type, ResearchStudyObjectiveComponent objective, Extension endpoint) {
    CodeableConcept measure =
        endpoint.getExtensionByUrl("measure").getValue() instanceof CodeableConcept concept
            ? concept
            : new CodeableConcept();
    Set<String> codes =
        Elements.codings(measure).stream().map(Elements::token).collect(Collectors.toSet());
    List<String> visits = new ArrayList<>();
    String description = "";
    for (Extension part : endpoint.getExtension()) {
      Type value = part.getValue();
      if (part.getUrl().equals("visit")) {
        Elements.code(value).ifPresent(visits::add);
      } else if (part.getUrl().equals("description")) {
        description = value.primitiveValue();
      }
    }
    if (objective.getName().equals(measure.getText())) {
      // As it was read from the registry: the last line is the time frame.
      int line = description.lastIndexOf('\n');
      return new Outcome(
          type,
          objective.getName(),
          description.substring(line + 1),
          line < 0 ? "" : description.substring(0, line),
          codes,
          visits);
    }
    String title =
        !description.isEmpty()
            ? description
            : measure.getCoding().stream()
                .map(each -> each.hasDisplay() ? each.getDisplay() : each.getCode())
                .findFirst()
                .orElse(objective.getName());
    return new Outcome(type, title, timeFrame(visits), objective.getName(), codes, visits);
  }

  /** In the registry's words: 3 months, 6 months. */
  static String timeFrame(List<String> visits) {
    return visits.stream().map(StudyTexts::time).collect(Collectors.joining(", "));
  }

  private static String time(String visit) {
    return visit.matches("(week|month)-\\d+")
        ? visit.replaceFirst("(week|month)-(\\d+)", "$2 $1s")
        : Texts.word(visit.replace('-', ' '));
  }

  List<Outcome> outcomes() {
    return List.copyOf(outcomes);
  }

  /** Which of the outcomes a figure of a measure at a visit belongs to. */
  About about(CodeableConcept measure, String visit) {
    Set<String> codes =
        Elements.codings(measure).stream().map(Elements::token).collect(Collectors.toSet());
    String type =
        outcomes.stream()
            .filter(each ->
                each.codes().stream().anyMatch(codes::contains) && each.visits().contains(visit))
            .map(each -> registryType(each.type()))
            .findFirst()
            .orElse("");
    return new About(type, visit.isEmpty() ? "" : timeFrame(List.of(visit)), "");
  }

  static String registryType(String type) {
    return type.equals("exploratory") ? "OTHER_PRE_SPECIFIED" : type.toUpperCase(Locale.ROOT);
  }
}
