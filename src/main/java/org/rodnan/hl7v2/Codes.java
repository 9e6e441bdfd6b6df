package org.rodnan.hl7v2;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.hl7.fhir.r4.model.Coding;
import org.rodnan.terminology.ConceptMaps;

/** What codes and units of a message mean, by concept maps. Thread safe. */
final class Codes {
  static final String UCUM = "http://unitsofmeasure.org";
  static final String VISITS = "https://w3id.org/rodnan/CodeSystem/ssc-visit";
  static final String EQUATIONS = "https://w3id.org/rodnan/CodeSystem/ssc-reference-equation";
  static final String STATUS = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation";

  /** Of systems that no setting names: this, and HL7's name of the system. */
  static final String LOCAL = "https://w3id.org/rodnan/hl7v2/";

  /** Of units, visits and results that name no system. */
  static final String UNITS = LOCAL + "unit";

  private static final String PLAIN = LOCAL + "local";

  private static final Map<String, String> SYSTEMS =
      Map.of(
          "LN",
          Measure.LOINC,
          "SCT",
          "http://snomed.info/sct",
          "UCUM",
          UCUM,
          "NCI",
          "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl",
          "99SSC",
          Measure.OURS,
          "99SSCVISIT",
          VISITS,
          "99SSCEQ",
          EQUATIONS,
          "HL70078",
          STATUS);

  private final ConceptMaps maps;
  private final Map<String, String> systems;
  private final Set<String> measures;

  /**
   * @param systems by HL7's names; these stand before the known ones
   * @param measures codes of ssc-measure
   */
  Codes(ConceptMaps maps, Map<String, String> systems, Set<String> measures) {
    this.maps = maps;
    this.systems = systems;
    this.measures = measures;
  }

  String system(String name) {
    if (name.isEmpty() || name.equals("L")) {
      return PLAIN;
    }
    String set = systems.get(name);
    String known = set == null ? SYSTEMS.get(name) : set;
    return known == null ? LOCAL + name.replaceAll("[^A-Za-z0-9._-]", "-") : known;
  }

  /** Whether a map says of the code or of its alternative one that it is not wanted. */
  boolean isUnwanted(Segment segment, int field) {
    for (int first : new int[] {1, 4}) {
      String code = segment.text(field, first);
      if (!code.isEmpty()
          && maps.isUnmatched(
              system(segment.text(field, first + 2)), code, Set.of(Measure.OURS, Measure.LOINC))) {
        return true;
      }
    }
    return false;
  }

  /** What OBX-3 says, by its code or by its alternative one. */
  Optional<Measure> measure(Segment segment, int field) {
    for (int first : new int[] {1, 4}) {
      String code = segment.text(field, first);
      if (!code.isEmpty()) {
        String system = system(segment.text(field, first + 2));
        Optional<Measure> measure =
            known(system, code)
                .or(() ->
                    maps.translate(system, code, Set.of(Measure.OURS, Measure.LOINC))
                        .flatMap(each -> known(each.getSystem(), each.getCode())));
        if (measure.isPresent()) {
          return measure;
        }
      }
    }
    return Optional.empty();
  }

  private Optional<Measure> known(String system, String code) {
    return Measure.of(system, code)
        .filter(each -> !each.system().equals(Measure.OURS) || measures.contains(code));
  }

  /** The code of UCUM that OBX-6 means. */
  Optional<String> unit(Segment segment, int field) {
    String unit = segment.text(field, 1);
    String name = segment.text(field, 3);
    if (system(name).equals(UCUM)) {
      return Optional.of(unit);
    }
    return maps.translate(name.isEmpty() ? UNITS : system(name), unit, Set.of(UCUM))
        .map(Coding::getCode);
  }

  /** A code of the system, as it stands or as it is mapped. */
  Optional<String> code(Segment segment, int field, String target, Set<String> known) {
    for (int first : new int[] {1, 4}) {
      String code = segment.text(field, first);
      if (code.isEmpty()) {
        continue;
      }
      String name = segment.text(field, first + 2);
      if ((name.isEmpty() || system(name).equals(target)) && known.contains(code)) {
        return Optional.of(code);
      }
      Optional<String> mapped =
          maps.translate(system(name), code, Set.of(target)).map(Coding::getCode);
      if (mapped.isPresent()) {
        return mapped;
      }
    }
    return Optional.empty();
  }

  /** A text that names no system. */
  Optional<String> plain(String text, String target, Set<String> known) {
    return known.contains(text)
        ? Optional.of(text)
        : maps.translate(PLAIN, text, Set.of(target)).map(Coding::getCode);
  }
}
