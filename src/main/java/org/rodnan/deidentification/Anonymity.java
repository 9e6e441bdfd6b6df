package org.rodnan.deidentification;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.hl7.fhir.r4.model.Patient;
import org.hl7.fhir.r4.model.ResearchSubject;
import org.hl7.fhir.r4.model.Resource;

/**
 * How many subjects share what others may know of them (k-anonymity): sex, age in tens of years
 * when they entered (or when it was exported, of who entered no study), arms, and site. Looks at
 * what has been de-identified; holds a few words for each patient. For one thread.
 */
public final class Anonymity {
  private static final int BAND = 10;
  private static final int AGE_MAX = 89;
  private static final int SHOWN_MAX = 100;

  private final int year;
  private final Map<String, Person> people = new HashMap<>();

  /**
   * @param year of the export
   */
  public Anonymity(int year) {
    this.year = year;
  }

  /**
   * Those whom nothing of this tells apart.
   *
   * @param sex empty if it isn't known
   * @param age such as {@code 40-49}; empty if it isn't known
   * @param arms of all studies
   * @param site pseudonym of the organization that manages the record; empty if there is none
   * @param subjects how many
   */
  public record SameClass(String sex, String age, String arms, String site, int subjects) {}

  /**
   * What was found.
   *
   * @param k wanted
   * @param subjects how many there are
   * @param classes into how many they fall
   * @param smallest subjects in the smallest of them; 0 if there is none
   * @param belowK subjects in classes of fewer than k
   * @param small these classes, the smallest first, at most 100 of them
   */
  public record Report(
      int k, int subjects, int classes, int smallest, int belowK, List<SameClass> small) {
    public Report {
      small = List.copyOf(small);
    }
  }

  private static final class Person {
    private String sex = "";
    private Optional<Integer> born = Optional.empty();
    private Optional<Integer> entered = Optional.empty();
    private boolean isOld;
    private boolean isThere;
    private String site = "";
    private final TreeSet<String> arms = new TreeSet<>();
  }

  /** Takes note of a de-identified resource. */
  public void see(Resource resource) {
    if (resource instanceof Patient patient) {
      Person person = person("Patient/" + patient.getIdElement().getIdPart());
      person.isThere = true;
      person.sex = patient.hasGender() ? patient.getGender().toCode() : "";
      String birth = patient.getBirthDateElement().getValueAsString();
      person.born = birth == null ? Optional.empty() : Optional.of(Integer.parseInt(birth));
      person.isOld = birth == null && patient.getBirthDateElement().hasExtension();
      String site = patient.getManagingOrganization().getReference();
      person.site = site == null ? "" : site.substring(site.indexOf('/') + 1);
    } else if (resource instanceof ResearchSubject subject
        && subject.getIndividual().hasReference()) {
      Person person = person(subject.getIndividual().getReference());
      String arm = subject.hasAssignedArm() ? subject.getAssignedArm() : subject.getActualArm();
      if (arm != null) {
        person.arms.add(arm);
      }
      String start = subject.getPeriod().getStartElement().getValueAsString();
      if (start != null) {
        int entered = Integer.parseInt(start.substring(0, 4));
        person.entered = Optional.of(Math.min(entered, person.entered.orElse(Integer.MAX_VALUE)));
      }
    }
  }

  private Person person(String reference) {
    return people.computeIfAbsent(reference, absent -> new Person());
  }

  /** Of the patients that were seen. */
  public Report report(int k) {
    Map<SameClass, Integer> sizes = new LinkedHashMap<>();
    int subjects = 0;
    for (Person person : people.values()) {
      if (person.isThere) {
        subjects++;
        SameClass same =
            new SameClass(person.sex, age(person), String.join(", ", person.arms), person.site, 0);
        sizes.merge(same, 1, Integer::sum);
      }
    }
    List<SameClass> small = new ArrayList<>();
    sizes.forEach((same, size) -> {
      if (size < k) {
        small.add(new SameClass(same.sex(), same.age(), same.arms(), same.site(), size));
      }
    });
    small.sort(
        Comparator.comparingInt(SameClass::subjects)
            .thenComparing(SameClass::age)
            .thenComparing(SameClass::sex)
            .thenComparing(SameClass::arms)
            .thenComparing(SameClass::site));
    return new Report(
        k,
        subjects,
        sizes.size(),
        sizes.values().stream().mapToInt(Integer::intValue).min().orElse(0),
        small.stream().mapToInt(SameClass::subjects).sum(),
        small.size() <= SHOWN_MAX ? small : small.subList(0, SHOWN_MAX));
  }

  private String age(Person person) {
    if (person.isOld) {
      return "90 or more";
    }
    if (person.born.isEmpty()) {
      return "";
    }
    int age = Math.max(0, person.entered.orElse(year) - person.born.get());
    if (age > AGE_MAX) {
      return "90 or more";
    }
    int from = age / BAND * BAND;
    return from + "-" + (from + BAND - 1);
  }
}
