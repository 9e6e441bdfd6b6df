package org.rodnan.trials;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.hl7.fhir.r4.model.CodeType;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.Group;
import org.hl7.fhir.r4.model.Reference;

/** The populations of one study that results were printed for, as Groups without members. */
final class Populations {

  private static final String CHARACTERISTIC = Vocabulary.system("ssc-population-characteristic");

  /** What a comparison's two populations are parts of, and how the comparison is worded. */
  private static final Map<String, List<String>> COMPARISONS =
      Map.of(
          "pft-no-ild/pft-ild", List.of("pft", "by-ild", "without against with lung disease"),
          "scl70-positive/scl70-negative",
              List.of("completers", "by-scl70", "anti-Scl-70 positive against negative"),
          "under-18-months/over-18-months",
              List.of("completers", "by-18-months", "disease under against over 18 months"),
          "under-4-years/4-to-10-years",
              List.of("completers", "by-4-years", "disease under against over 4 years"));

  /**
   * @param size nothing where it is not printed
   */
  record Population(
      String code,
      String name,
      Optional<Integer> size,
      List<String> chosenBy,
      List<String> searches) {}

  private final String study;
  private final List<Population> populations;

  Populations(String study) {
    this.study = study;
    this.populations =
        PublishedNumbers.lines("populations.psv").stream()
            .map(line -> line.split(" \\| "))
            .filter(cells -> cells[0].equals(study))
            .map(cells ->
                new Population(
                    cells[1],
                    cells[2],
                    cells[3].equals("?")
                        ? Optional.empty()
                        : Optional.of(Integer.valueOf(cells[3])),
                    List.of(cells[4].split("; ")),
                    cells.length > 5 ? List.of(cells[5].split("; ")) : List.of()))
            .toList();
  }

  /** The population that a printed number is about; for a comparison, the one that holds both. */
  Population of(String printed) {
    String code = COMPARISONS.containsKey(printed) ? COMPARISONS.get(printed).get(0) : printed;
    return populations.stream()
        .filter(population -> population.code().equals(code))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException(study + " has no population " + code));
  }

  /** A short name of a printed population, for resource ids. */
  static String slug(String printed) {
    return COMPARISONS.containsKey(printed) ? COMPARISONS.get(printed).get(1) : printed;
  }

  /** How a comparison is worded; nothing for a single population. */
  static String wording(String printed) {
    return COMPARISONS.containsKey(printed) ? COMPARISONS.get(printed).get(2) : "";
  }

  String groupId(Population population) {
    return study + "-" + population.code();
  }

  List<Group> groups() {
    List<Group> groups = new ArrayList<>();
    populations.forEach(population -> groups.add(group(population)));
    return groups;
  }

  private Group group(Population population) {
    Group group = new Group();
    group.setId(groupId(population));
    group.getMeta().addProfile(Vocabulary.profile("ssc-analysis-population"));
    group
        .addIdentifier()
        .setSystem(Vocabulary.BASE + "populations/" + study)
        .setValue(population.code());
    group.setType(Group.GroupType.PERSON);
    group.setActual(true);
    group.setName(population.name());
    if (population.size().isPresent()) {
      group.setQuantity(population.size().get());
    } else {
      group
          .getQuantityElement()
          .addExtension(
              "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
              new CodeType("unknown"));
    }
    group
        .addCharacteristic()
        .setCode(Vocabulary.concept(CHARACTERISTIC, "study", "Study"))
        .setValue(new Reference("ResearchStudy/" + study))
        .setExclude(false);
    for (int i = 0; i < population.chosenBy().size(); i++) {
      addChoice(group, population.chosenBy().get(i));
      if (i < population.searches().size() && !population.searches().get(i).equals("-")) {
        group
            .getCharacteristic()
            .getLast()
            .addExtension(Vocabulary.search(population.searches().get(i)));
      }
    }
    group.setText(
        Vocabulary.narrative(
            "Population of "
                + study
                + ": "
                + population.name()
                + population.size().map(n -> ", n = " + n).orElse(", n not printed")));
    return group;
  }

  private static void addChoice(Group group, String choice) {
    boolean isExcluded = choice.startsWith("not ");
    String[] parts = (isExcluded ? choice.substring(4) : choice).split("=", 2);
    CodeableConcept value =
        switch (parts[0]) {
          case "analysis-set" -> coded(Vocabulary.system("ssc-analysis-set"), parts[1]);
          case "visit" -> coded(Vocabulary.system("ssc-visit"), parts[1]);
          case "organ-involvement" -> coded(Vocabulary.MEASURE, parts[1]);
          default -> Vocabulary.text(parts[1]);
        };
    group
        .addCharacteristic()
        .setCode(coded(CHARACTERISTIC, parts[0]))
        .setValue(value)
        .setExclude(isExcluded);
  }

  private static CodeableConcept coded(String system, String code) {
    CodeableConcept concept = new CodeableConcept();
    concept.addCoding().setSystem(system).setCode(code);
    return concept;
  }
}
