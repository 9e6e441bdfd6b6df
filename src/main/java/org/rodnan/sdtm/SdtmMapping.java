package org.rodnan.sdtm;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.mapping.MappingYaml;
import org.rodnan.mapping.Measure;
import org.yaml.snakeyaml.nodes.Node;

/**
 * What a sponsor does otherwise than the SDTMIG, or the SDTMIG leaves open; see {@code
 * src/docs/sdtm.md}. Keys of maps are compared without regard to case.
 *
 * @param study id of the ResearchStudy; empty for the STUDYID in lower case
 * @param subjects the system of subjects' identifiers; empty for one made of the study
 * @param keepsIds whether resources have the ids that --SPID names, as files that this server wrote
 *     have them
 * @param encoding of transport files
 * @param arms from ARM or ARMCD to the name of an arm of the study
 * @param visits from VISIT or VISITNUM to a code of ssc-visit
 * @param units from a unit of the files to one of UCUM
 * @param terms by variable, from a value to CDISC's submission value
 * @param referenceEquation of % predicted values that name none; empty if they must
 * @param tests what the sponsor's tests measure
 * @param ignored domains, tests such as {@code LB.GLUC}, or qualifiers such as {@code
 *     SUPPAE.AESITE}, that are left out on purpose
 */
public record SdtmMapping(
    String study,
    String subjects,
    boolean keepsIds,
    Charset encoding,
    Map<String, String> arms,
    Map<String, String> visits,
    Map<String, String> units,
    Map<String, Map<String, String>> terms,
    String referenceEquation,
    List<Test> tests,
    Set<String> ignored) {
  /** Of a study that follows the SDTMIG and our own names for what it leaves open. */
  public static final SdtmMapping DEFAULT =
      new SdtmMapping(
          "",
          "",
          false,
          StandardCharsets.UTF_8,
          Map.of(),
          Map.of(),
          Map.of(),
          Map.of(),
          "",
          List.of(),
          Set.of());

  /**
   * A test of the sponsor's.
   *
   * @param location --LOC; empty if it doesn't matter
   * @param laterality --LAT; empty if it doesn't matter
   * @param measure a code of ssc-measure, or of LOINC
   * @param unit of UCUM, of rows that name none; empty for the measure's own
   */
  public record Test(
      String domain, String test, String location, String laterality, String measure, String unit) {
    boolean fits(Row row) {
      return domain.equalsIgnoreCase(row.domain())
          && test.equalsIgnoreCase(row.own("TESTCD"))
          && (location.isEmpty() || location.equalsIgnoreCase(row.own("LOC")))
          && (laterality.isEmpty() || laterality.equalsIgnoreCase(row.own("LAT")));
    }
  }

  /**
   * @throws FhirFailure.Malformed naming the line, what was found and what was expected
   */
  public static SdtmMapping parse(String yaml) {
    return MappingYaml.root(yaml).map(SdtmMapping::read).orElse(DEFAULT);
  }

  private static SdtmMapping read(Node root) {
    Map<String, Node> members =
        MappingYaml.members(
            root,
            Set.of(
                "study",
                "subjects",
                "ids",
                "encoding",
                "arms",
                "visits",
                "units",
                "terms",
                "reference-equation",
                "tests",
                "ignore"));
    Map<String, Map<String, String>> terms = new LinkedHashMap<>();
    if (members.containsKey("terms")) {
      MappingYaml.members(members.get("terms"), Set.of())
          .forEach(
              (name, node) -> terms.put(name.toUpperCase(Locale.ROOT), MappingYaml.texts(node)));
    }
    return new SdtmMapping(
        MappingYaml.text(members.get("study"), "[A-Za-z0-9\\-.]{1,64}", "an id of a ResearchStudy"),
        MappingYaml.text(members.get("subjects"), "\\S+", "a system, a URI"),
        MappingYaml.text(members.get("ids"), "row|sponsor", "row or sponsor").equals("sponsor"),
        MappingYaml.encoding(members.get("encoding")),
        MappingYaml.texts(members.get("arms")),
        MappingYaml.texts(members.get("visits")),
        MappingYaml.texts(members.get("units")),
        terms,
        MappingYaml.text(
            members.get("reference-equation"), "[a-z0-9-]+", "a code of ssc-reference-equation"),
        tests(members.get("tests")),
        ignored(members.get("ignore")));
  }

  private static List<Test> tests(@Nullable Node node) {
    List<Test> tests = new ArrayList<>();
    for (Node each : MappingYaml.items(node)) {
      Map<String, Node> members =
          MappingYaml.members(
              each, Set.of("domain", "test", "location", "laterality", "measure", "unit"));
      for (String required : List.of("domain", "test", "measure")) {
        if (!members.containsKey(required)) {
          throw MappingYaml.wrong(
              each, "a test without '" + required + "'", "domain, test and measure");
        }
      }
      String measure = MappingYaml.text(members.get("measure"), ".+", "a measure");
      if (Measure.of(measure).isEmpty()) {
        throw MappingYaml.wrong(
            members.get("measure"),
            "'" + measure + "'",
            "a code of ssc-measure or the LOINC code of a lung function");
      }
      tests.add(
          new Test(
              MappingYaml.text(members.get("domain"), "[A-Za-z]{2}", "a domain such as QS"),
              MappingYaml.text(members.get("test"), ".{1,40}", "a --TESTCD"),
              MappingYaml.text(members.get("location"), ".+", "a --LOC"),
              MappingYaml.text(members.get("laterality"), ".+", "a --LAT"),
              measure,
              MappingYaml.text(members.get("unit"), ".+", "a unit of UCUM")));
    }
    return List.copyOf(tests);
  }

  private static Set<String> ignored(@Nullable Node node) {
    Set<String> ignored = new LinkedHashSet<>();
    for (Node each : MappingYaml.items(node)) {
      ignored.add(
          MappingYaml.text(
                  each,
                  "[A-Za-z0-9]{2,8}(\\.[A-Za-z0-9_]{1,8})?",
                  "a domain, or one and a test: LB.GLUC")
              .toUpperCase(Locale.ROOT));
    }
    return Set.copyOf(ignored);
  }

  /** The value in CDISC's terms. */
  String term(String variable, String value) {
    return terms
        .getOrDefault(variable, Map.of())
        .getOrDefault(value.toUpperCase(Locale.ROOT), value);
  }

  /** The name of the arm of the study. */
  String arm(String name, String code) {
    return lookUp(arms, name).or(() -> lookUp(arms, code)).orElse(name);
  }

  static Optional<String> lookUp(Map<String, String> map, String key) {
    return Optional.ofNullable(map.get(key.toUpperCase(Locale.ROOT)));
  }
}
