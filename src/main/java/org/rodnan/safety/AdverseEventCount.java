package org.rodnan.safety;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.rodnan.cohort.CountsByArm;
import org.rodnan.cohort.Disclosure;
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
   * @param level what may be told
   * @throws FhirFailure.Busy if a search takes too long
   */
  public AdverseEvents count(ResourceKey study, Question question, Disclosure.Level level) {
    return subjects.now(moment -> count(moment, study, question, level));
  }

  private AdverseEvents count(
      Moment moment, ResourceKey study, Question question, Disclosure.Level level) {
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
    List<Tallies> ordered =
        terms.values().stream()
            .sorted(
                Comparator.comparingInt((Tallies each) -> -each.all.persons().size())
                    .thenComparingInt(each -> -each.all.count().events())
                    .thenComparing(each -> each.name))
            .toList();
    return level.isCoarse()
        ? coarse(moment, armOf, arms, total, ordered, level)
        : new AdverseEvents(
            moment.position(),
            armOf.size(),
            arms,
            Optional.of(total.term(arms)),
            ordered.stream().map(each -> each.term(arms)).toList(),
            leftOut,
            1);
  }

  /** Numbers of subjects, and only those that don't tell of few. */
  private static AdverseEvents coarse(
      Moment moment,
      Map<String, String> armOf,
      Map<String, Integer> arms,
      Tallies total,
      List<Tallies> ordered,
      Disclosure.Level level) {
    Map<String, Integer> places = new HashMap<>();
    Map<String, BitSet> byArm = new LinkedHashMap<>();
    arms.keySet().forEach(arm -> byArm.put(arm, new BitSet()));
    armOf.forEach((person, arm) -> {
      int place = places.size();
      places.put(person, place);
      byArm.computeIfPresent(
          arm,
          (name, members) -> {
            members.set(place);
            return members;
          });
    });
    BitSet everybody = new BitSet();
    everybody.set(0, places.size());
    CountsByArm counts = new CountsByArm(level, everybody, byArm);
    Map<String, Integer> shownArms = counts.of(everybody).shownArms();
    Optional<Term> whole = total.coarse(counts, places);
    List<Term> shown =
        ordered.stream()
            .flatMap(each -> each.coarse(counts, places).stream())
            .sorted(
                Comparator.comparingInt((Term term) -> -term.all().subjects())
                    .thenComparing(Term::name))
            .toList();
    return new AdverseEvents(
        moment.position(),
        level.rounded(armOf.size()),
        shownArms,
        whole,
        shown,
        Map.of(),
        level.countMin());
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

    Optional<Term> coarse(CountsByArm counts, Map<String, Integer> places) {
      BitSet set = new BitSet();
      all.persons().forEach(person -> set.set(places.getOrDefault(person, 0)));
      CountsByArm.Shown shown = counts.of(set);
      if (shown.all().isEmpty()) {
        return Optional.empty();
      }
      Map<String, Count> inArms = new LinkedHashMap<>();
      shown.shownArms().forEach((arm, number) -> inArms.put(arm, Count.of(number)));
      return Optional.of(term(Count.of(shown.all().getAsInt()), inArms));
    }

    private Term term(Count whole, Map<String, Count> counts) {
      return new Term(
          name, code.map(Code::system).orElse(""), code.map(Code::code).orElse(""), whole, counts);
    }

    Term term(Map<String, Integer> arms) {
      Map<String, Count> counts = new LinkedHashMap<>();
      for (String arm : new ArrayList<>(arms.keySet())) {
        counts.put(arm, byArm.getOrDefault(arm, new Tally()).count());
      }
      return term(all.count(), counts);
    }
  }
}
