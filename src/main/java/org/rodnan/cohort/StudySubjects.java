package org.rodnan.cohort;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.rodnan.fhir.JsonElements;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.index.ReferenceText;
import org.rodnan.search.SearchRequest.Parameter;
import org.rodnan.search.SubjectSearch.Moment;

/** The people in a study at one moment, each counted once. */
public final class StudySubjects {
  private final List<Subject> all;
  private final List<String> arms;

  private StudySubjects(List<Subject> all, List<String> arms) {
    this.all = List.copyOf(all);
    this.arms = List.copyOf(arms);
  }

  /**
   * Of several records of one person the one counts that came further, and of these the one that
   * was created last.
   */
  public static StudySubjects of(Moment moment, ResourceKey study, ReferenceText references) {
    Map<String, Subject> byPerson = new LinkedHashMap<>();
    moment.forEach(
        "ResearchSubject",
        List.of(new Parameter("study", study.toString())),
        json -> {
          Subject subject = Subject.of(JsonElements.read(json), references);
          byPerson.merge(subject.person(), subject, (earlier, later) -> later.further(earlier));
        });
    Set<String> arms = new LinkedHashSet<>();
    moment.forEach(
        "ResearchStudy",
        List.of(new Parameter("_id", study.id())),
        json -> {
          for (var arm : JsonElements.read(json).path("arm")) {
            JsonElements.text(arm, "name").ifPresent(arms::add);
          }
        });
    return new StudySubjects(new ArrayList<>(byPerson.values()), List.copyOf(arms));
  }

  /** In the order of their first records. */
  public List<Subject> all() {
    return all;
  }

  /** Who entered the study. */
  public List<Subject> enrolled() {
    return all.stream().filter(subject -> subject.state().isEnrolled()).toList();
  }

  /**
   * The arms of the study in its order, then those that only its subjects name.
   *
   * @param arm of a subject, {@link Subject#armAsAssigned} or {@link Subject#armAsTreated}
   */
  public List<String> arms(Function<Subject, String> arm) {
    Set<String> names = new LinkedHashSet<>(arms);
    all.stream().map(arm).filter(name -> !name.isEmpty()).sorted().forEach(names::add);
    return List.copyOf(names);
  }
}
