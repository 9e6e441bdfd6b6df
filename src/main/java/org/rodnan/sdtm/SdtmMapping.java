package org.rodnan.sdtm;

import java.io.StringReader;
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
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

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
 * @param ignored domains, or tests such as {@code LB.GLUC}, that are left out on purpose
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

  private static final int CHARS_MAX = 1_000_000;

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
    if (yaml.length() > CHARS_MAX) {
      throw new FhirFailure.Malformed("The mapping is longer than " + CHARS_MAX + " characters");
    }
    LoaderOptions options = new LoaderOptions();
    options.setMaxAliasesForCollections(0);
    options.setAllowDuplicateKeys(false);
    options.setNestingDepthLimit(10);
    Node root;
    try {
      root = new Yaml(new SafeConstructor(options)).compose(new StringReader(yaml));
    } catch (YAMLException e) {
      throw new FhirFailure.Malformed("The mapping is not YAML: " + e.getMessage());
    }
    return root == null ? DEFAULT : read(root);
  }

  private static SdtmMapping read(Node root) {
    Map<String, Node> members =
        members(
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
      members(members.get("terms"), Set.of())
          .forEach((name, node) -> terms.put(name.toUpperCase(Locale.ROOT), texts(node)));
    }
    return new SdtmMapping(
        text(members.get("study"), "[A-Za-z0-9\\-.]{1,64}", "an id of a ResearchStudy"),
        text(members.get("subjects"), "\\S+", "a system, a URI"),
        text(members.get("ids"), "row|sponsor", "row or sponsor").equals("sponsor"),
        encoding(members.get("encoding")),
        texts(members.get("arms")),
        texts(members.get("visits")),
        texts(members.get("units")),
        terms,
        text(members.get("reference-equation"), "[a-z0-9-]+", "a code of ssc-reference-equation"),
        tests(members.get("tests")),
        ignored(members.get("ignore")));
  }

  private static Charset encoding(@Nullable Node node) {
    String name = text(node, "[A-Za-z0-9._-]+", "a character set such as windows-1252");
    try {
      return name.isEmpty() ? StandardCharsets.UTF_8 : Charset.forName(name);
    } catch (IllegalArgumentException e) {
      throw at(node, "'" + name + "'", "a character set such as windows-1252");
    }
  }

  private static List<Test> tests(@Nullable Node node) {
    List<Test> tests = new ArrayList<>();
    for (Node each : items(node)) {
      Map<String, Node> members =
          members(each, Set.of("domain", "test", "location", "laterality", "measure", "unit"));
      for (String required : List.of("domain", "test", "measure")) {
        if (!members.containsKey(required)) {
          throw at(each, "a test without '" + required + "'", "domain, test and measure");
        }
      }
      String measure = text(members.get("measure"), ".+", "a measure");
      if (Measure.of(measure).isEmpty()) {
        throw at(
            members.get("measure"),
            "'" + measure + "'",
            "a code of ssc-measure or the LOINC code of a lung function");
      }
      tests.add(
          new Test(
              text(members.get("domain"), "[A-Za-z]{2}", "a domain such as QS"),
              text(members.get("test"), ".{1,40}", "a --TESTCD"),
              text(members.get("location"), ".+", "a --LOC"),
              text(members.get("laterality"), ".+", "a --LAT"),
              measure,
              text(members.get("unit"), ".+", "a unit of UCUM")));
    }
    return List.copyOf(tests);
  }

  private static Set<String> ignored(@Nullable Node node) {
    Set<String> ignored = new LinkedHashSet<>();
    for (Node each : items(node)) {
      ignored.add(
          text(
                  each,
                  "[A-Za-z0-9]{2,8}(\\.[A-Za-z0-9_]{1,8})?",
                  "a domain, or one and a test: LB.GLUC")
              .toUpperCase(Locale.ROOT));
    }
    return Set.copyOf(ignored);
  }

  private static List<Node> items(@Nullable Node node) {
    if (node == null) {
      return List.of();
    }
    if (!(node instanceof SequenceNode sequence)) {
      throw at(node, word(node), "a list");
    }
    return sequence.getValue();
  }

  /** Keys in upper case. */
  private static Map<String, String> texts(@Nullable Node node) {
    Map<String, String> texts = new LinkedHashMap<>();
    if (node != null) {
      members(node, Set.of())
          .forEach((name, value) ->
              texts.put(name.toUpperCase(Locale.ROOT), text(value, ".+", "a text")));
    }
    return Map.copyOf(texts);
  }

  /**
   * @param known empty for any
   */
  private static Map<String, Node> members(Node node, Set<String> known) {
    if (!(node instanceof MappingNode mapping)) {
      throw at(node, word(node), "keys and values");
    }
    Map<String, Node> members = new LinkedHashMap<>();
    for (NodeTuple tuple : mapping.getValue()) {
      String key = text(tuple.getKeyNode(), ".+", "a key");
      if (!known.isEmpty() && !known.contains(key)) {
        throw at(
            tuple.getKeyNode(),
            "the unknown key '" + key + "'",
            String.join(", ", known.stream().sorted().toList()));
      }
      if (members.put(key, tuple.getValueNode()) != null) {
        throw at(tuple.getKeyNode(), "the key '" + key + "' again", "each key once");
      }
    }
    return members;
  }

  /** Empty if there is no node. */
  private static String text(@Nullable Node node, String form, String expected) {
    if (node == null) {
      return "";
    }
    if (!(node instanceof ScalarNode scalar)) {
      throw at(node, word(node), expected);
    }
    if (!scalar.getValue().matches(form)) {
      throw at(node, "'" + scalar.getValue() + "'", expected);
    }
    return scalar.getValue();
  }

  private static String word(Node node) {
    return switch (node) {
      case MappingNode mapping -> "keys and values";
      case SequenceNode sequence -> "a list";
      default -> "a single value";
    };
  }

  private static FhirFailure at(@Nullable Node node, String found, String expected) {
    String line =
        node == null || node.getStartMark() == null
            ? ""
            : " in line " + (node.getStartMark().getLine() + 1);
    return new FhirFailure.Malformed("The mapping has " + found + line + "; expected " + expected);
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
