package org.rodnan.operation;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.hl7.fhir.r4.model.Parameters.ParametersParameterComponent;
import org.hl7.fhir.r4.model.Reference;
import org.hl7.fhir.r4.model.StringType;
import org.jspecify.annotations.Nullable;
import org.rodnan.cohort.Disclosure;
import org.rodnan.course.Timeline;
import org.rodnan.course.Timeline.Item;
import org.rodnan.course.Timelines;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.interaction.ReadInteraction;

/** {@code $timeline} of a subject: what is recorded of it by study day. Thread safe. */
public final class TimelineOperation {
  private static final List<String> COLUMNS =
      List.of(
          "day",
          "end_day",
          "start",
          "end",
          "kind",
          "visit",
          "code",
          "what",
          "value",
          "unit",
          "text",
          "grade",
          "serious",
          "resource");

  private final Timelines timelines;
  private final Disclosure disclosure;
  private final ReadInteraction read;

  TimelineOperation(Timelines timelines, Disclosure disclosure, ReadInteraction read) {
    this.disclosure = disclosure;
    this.timelines = timelines;
    this.read = read;
  }

  /**
   * @param subject a ResearchSubject
   * @throws FhirFailure.Malformed for any parameter
   * @throws FhirFailure.NotFound if the subject isn't there, or has no patient and study
   * @throws FhirFailure.Forbidden if single subjects may not be shown to whoever asks
   */
  public Timeline timeline(ResourceKey subject, OperationArguments arguments) {
    arguments.requireOnly(Set.of());
    disclosure.requireSubjects("$timeline");
    read.read(subject);
    return timelines.of(subject);
  }

  /** One row for each item. */
  public static TableAnswer answer(Timeline timeline) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (Item item : timeline.items()) {
      List<@Nullable Object> row = new ArrayList<>();
      row.add(number(item.day()));
      row.add(number(item.endDay()));
      row.add(item.start());
      row.add(item.end());
      row.add(item.kind().code());
      row.add(item.visit());
      row.add(item.code());
      row.add(item.what());
      row.add(item.value().orElse(null));
      row.add(item.unit());
      row.add(item.text());
      row.add(number(item.grade()));
      row.add(item.serious().orElse(null));
      row.add(item.resource());
      rows.add(row);
    }
    TableAnswer answer = TableAnswer.of(timeline.position(), "item", new Table(COLUMNS, rows));
    List<ParametersParameterComponent> parameters = answer.parameters().getParameter();
    parameters.add(1, about("subject", timeline.subject()));
    parameters.add(2, about("patient", timeline.patient()));
    parameters.add(3, about("study", timeline.study()));
    if (!timeline.firstDay().isEmpty()) {
      ParametersParameterComponent first = new ParametersParameterComponent();
      parameters.add(4, first.setName("firstDay").setValue(new StringType(timeline.firstDay())));
    }
    return answer;
  }

  /** The picture of it, in SVG, with nothing from elsewhere. */
  public static byte[] figure(Timeline timeline) {
    return TimelinePicture.of(timeline).svg();
  }

  private static ParametersParameterComponent about(String name, ResourceKey key) {
    ParametersParameterComponent about = new ParametersParameterComponent();
    return about.setName(name).setValue(new Reference(key.toString()));
  }

  static @Nullable Integer number(OptionalInt number) {
    return number.isPresent() ? Integer.valueOf(number.getAsInt()) : null;
  }
}
