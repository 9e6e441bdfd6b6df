package org.rodnan.course;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.rodnan.course.CourseSettings.Limit;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.index.ReferenceText;
import org.rodnan.search.SearchRequest.Parameter;
import org.rodnan.search.SubjectSearch.Moment;

/** Whether somebody has interstitial lung disease, as is recorded at any time. */
public enum LungDisease {
  PRESENT("yes"),
  ABSENT("no"),
  /** Nothing is recorded. */
  UNKNOWN("unknown");

  private final String code;

  LungDisease(String code) {
    this.code = code;
  }

  /** As it stands in answers. */
  public String code() {
    return code;
  }

  static LungDisease of(Moment moment, Subject subject, ReferenceText references, Limit limit) {
    return read(moment, new Parameter("patient", subject.patient().toString()), references, limit)
        .getOrDefault(subject.patient(), UNKNOWN);
  }

  static Map<ResourceKey, LungDisease> ofStudy(
      Moment moment, ResourceKey study, ReferenceText references, Limit limit) {
    return read(moment, new Parameter("study", study.toString()), references, limit);
  }

  /** Once present, always present. */
  private static Map<ResourceKey, LungDisease> read(
      Moment moment, Parameter who, ReferenceText references, Limit limit) {
    Map<ResourceKey, LungDisease> found = new HashMap<>();
    Reading.forEach(
        moment,
        "Observation",
        List.of(new Parameter("code", "involvement-interstitial-lung-disease"), who),
        limit,
        recorded -> {
          if (!recorded.isVoid()) {
            LungDisease disease =
                switch (recorded.json().at("/valueCodeableConcept/coding/0/code").asText()) {
                  case "Y" -> PRESENT;
                  case "N" -> ABSENT;
                  default -> UNKNOWN;
                };
            references
                .local(recorded.json().at("/subject/reference").asText())
                .ifPresent(patient ->
                    found.merge(
                        patient, disease, (one, other) -> one.compareTo(other) <= 0 ? one : other));
          }
        });
    return found;
  }
}
