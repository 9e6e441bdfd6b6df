package org.rodnan.safety;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.rodnan.cohort.StudySubjects;
import org.rodnan.cohort.Subject;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.JsonElements;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.index.ReferenceText;
import org.rodnan.safety.AdverseEvents.Count;
import org.rodnan.safety.AdverseEvents.LeftOut;
import org.rodnan.safety.AdverseEvents.Term;
import org.rodnan.safety.ReportedEvent.Code;
import org.rodnan.search.SearchRequest.Parameter;
import org.rodnan.search.SubjectSearch;
import org.rodnan.search.SubjectSearch.Moment;

/** Counts the adverse events of a study, at one moment. Thread safe. */
public final class AdverseEventCount {
  private final SubjectSearch subjects;
  private final ReferenceText references;

  AdverseEventCount(SubjectSearch subjects, ReferenceText references) {
    this.subjects = subjects;
    this.references = references;
  }

  /**
   * What is counted.
   *
   * @param serious whether only serious events are, or only those that are not; empty means all
   * @param relatedOnly whether only those are that a suspect caused at least possibly
   * @param byCode whether terms are told apart by their first coding, where they have one, and not
   *     by their names
   */
  public record Question(Optional<Boolean> serious, boolean relatedOnly, boolean byCode) {
    private boolean takes(ReportedEvent event) {
      return serious.orElse(event.isSerious()) == event.isSerious()
          && (!relatedOnly || event.isRelated());
    }
  }

  /**
   * @throws FhirFailure.Busy if a search takes too long
   */
  public AdverseEvents count(ResourceKey study, Question question) {
    return subjects.now(moment -> count(moment, study, question));
  }

  private AdverseEvents count(Moment moment, ResourceKey study, Question question) {
    StudySubjects known = StudySubjects.of(moment, study, references);
    Map<String, String> armOf = new HashMap<>();
    Map<String, Integer> arms = new LinkedHashMap<>();
    known.arms(Subject::armAsTreated).forEach(arm -> arms.put(arm, 0));
    for (Subject subject : known.enrolled()) {
      armOf.put(subject.person(), subject.armAsTreated());
      arms.computeIfPresent(subject.armAsTreated(), (arm, count) -> count + 1);
    }
    Tallies total = new Tallies("", Optional.empty());
    Map<String, Tallies> terms = new HashMap<>();
    Map<LeftOut, Integer> leftOut = new EnumMap<>(LeftOut.class);
    moment.forEach(
        "AdverseEvent",
        List.of(new Parameter("study", study.toString())),
        json -> {
          ReportedEvent event = ReportedEvent.of(JsonElements.read(json), references);
          String arm = armOf.get(event.person());
          if (!event.counts()) {
            leftOut.merge(LeftOut.NOT_ACTUAL, 1, Integer::sum);
          } else if (arm == null) {
            leftOut.merge(LeftOut.NOT_ENROLLED, 1, Integer::sum);
          } else if (question.takes(event)) {
            total.add(event, arm);
            Optional<Code> code = question.byCode() ? event.code() : Optional.empty();
            String key =
                code.map(each -> each.system() + "|" + each.code())
                    .orElseGet(() -> event.term().toLowerCase(Locale.ROOT));
            terms.computeIfAbsent(key, absent -> new Tallies(event.term(), code)).add(event, arm);
          }
        });
    return new AdverseEvents(
        moment.position(),
        armOf.size(),
        arms,
        total.term(arms),
        terms.values().stream()
            .map(each -> each.term(arms))
            .sorted(
                Comparator.comparingInt((Term term) -> -term.all().subjects())
                    .thenComparingInt(term -> -term.all().events())
                    .thenComparing(Term::name))
            .toList(),
        leftOut);
  }

  /** Of one term, in all and in each arm. */
  private static final class Tallies {
    private final String name;
    private final Optional<Code> code;
    private final Tally all = new Tally();
    private final Map<String, Tally> byArm = new HashMap<>();

    Tallies(String name, Optional<Code> code) {
      this.name =
          code.filter(each -> !each.display().equals(each.code())).map(Code::display).orElse(name);
      this.code = code;
    }

    void add(ReportedEvent event, String arm) {
      all.add(event);
      byArm.computeIfAbsent(arm, absent -> new Tally()).add(event);
    }

    Term term(Map<String, Integer> arms) {
      Map<String, Count> counts = new LinkedHashMap<>();
      for (String arm : new ArrayList<>(arms.keySet())) {
        counts.put(arm, byArm.getOrDefault(arm, new Tally()).count());
      }
      return new Term(
          name,
          code.map(Code::system).orElse(""),
          code.map(Code::code).orElse(""),
          all.count(),
          counts);
    }
  }
}
