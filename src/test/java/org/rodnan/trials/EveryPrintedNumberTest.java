package org.rodnan.trials;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.apache.commons.csv.CSVRecord;
import org.hl7.fhir.r4.model.Observation;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.http.TestServer;

/**
 * Goes through every number that {@code papers.json} takes from the three papers, and asks a server
 * for it. {@code papers.psv} says of each place in that file what it is beside: no number may be
 * without a line there, and no line without a number.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EveryPrintedNumberTest {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .nodeFactory(JsonNodeFactory.withExactBigDecimals(true))
          .build();

  /** Trials by their place in the file. */
  private static final List<String> STUDIES = List.of("spiera-2011", "pope-2011", "khanna-2011");

  /**
   * Names and remarks, not results: what a number in them says is said by the list of misprints.
   */
  private static final Pattern NAMES =
      Pattern.compile(
          ".*/(note|citation|id|registry|phase|flags|inconsistencies|visit|when|outcome|group|compare"
              + "|subgroup|scale|model|direction|dictionary|definition|software)(/\\d+)?");

  private final Map<String, CSVRecord> published = new HashMap<>();
  private final Map<String, CSVRecord> flow = new HashMap<>();
  private final Map<String, PrintedNumberCheck.Recomputed> recomputed = new HashMap<>();
  private TestServer server;
  private JsonNode papers;

  @BeforeAll
  void start() throws IOException {
    server = TestServer.start("rodnan.trials.load=true");
    try (InputStream in = EveryPrintedNumberTest.class.getResourceAsStream("/trials/papers.json")) {
      papers = JSON.readTree(in);
    }
    for (String study : STUDIES) {
      for (CSVRecord row : csv(study, "published")) {
        published.put(row.get("result") + " " + row.get("statistic"), row);
      }
      for (CSVRecord row : csv(study, "participant-flow")) {
        String reason = row.get("reason_code");
        flow.put(study + " " + row.get("stage") + (reason.isEmpty() ? "" : "/" + reason), row);
      }
    }
    PublishedResults results = new PublishedResults("spiera-2011");
    for (PrintedNumberCheck.Recomputed each :
        new PrintedNumberCheck(new RestSearch(server.base(), FhirContexts.r4())).recompute()) {
      Observation result = results.of(List.of(each.number())).getFirst();
      recomputed.put(
          result.getIdElement().getIdPart()
              + " "
              + result.getComponentFirstRep().getCode().getCodingFirstRep().getCode(),
          each);
    }
  }

  @AfterAll
  void stop() {
    server.close();
  }

  private List<CSVRecord> csv(String study, String operation) {
    return server
        .client()
        .get("/ResearchStudy/" + study + "/$" + operation + "?_format=csv")
        .rows();
  }

  /** Every leaf with a number, or with a p that is told in words, by its JSON Pointer. */
  private static void leaves(JsonNode node, String pointer, Map<String, String> found) {
    if (node.isObject()) {
      node.properties()
          .forEach(each -> leaves(each.getValue(), pointer + "/" + each.getKey(), found));
    } else if (node.isArray()) {
      for (int i = 0; i < node.size(); i++) {
        leaves(node.get(i), pointer + "/" + i, found);
      }
    } else if (node.isNumber()) {
      found.put(pointer, node.decimalValue().toPlainString());
    } else if (node.isTextual()
        && !NAMES.matcher(pointer).matches()
        && (node.asText().matches(".*\\d.*") || node.asText().matches("not .*|.*not given"))) {
      found.put(pointer, node.asText());
    }
  }

  /** What is wrong with one number; empty if nothing is. */
  private String fault(String pointer, String leaf, List<String> line) {
    String key = line.size() > 3 ? line.get(2) + " " + line.get(3) : "";
    CSVRecord row = published.get(key);
    return switch (line.get(1)) {
      case "equal", "misprint" ->
          row == null
              ? "the server has no such number"
              : printedAs(leaf, row) + expect(line.get(1), row.get("verdict")) + misprint(row);
      case "resources" ->
          row == null || recomputed.get(key) == null
              ? "no such number"
              : printedAs(leaf, row)
                  + expect("not-computed", row.get("verdict"))
                  + (recomputed.get(key).agrees() ? "" : "subjects give " + recomputed.get(key));
      case "no-data" ->
          row == null
              ? "the server has no such number"
              : printedAs(leaf, row)
                  + expect("not-computed", row.get("verdict"))
                  + (row.get("reason").isBlank() || line.get(4).isBlank() ? "no reason" : "");
      case "corrected" ->
          row == null
              ? "no such number"
              : expect(leaf, row.get("reads").isEmpty() ? row.get("printed") : row.get("reads"));
      case "derived" -> expect(leaf, derived(line.get(2), line.get(3)));
      case "flow" -> flow(pointer, leaf, line);
      case "population" ->
          expect(
              leaf, server.client().get("/Group/" + line.get(2)).json().path("quantity").asText());
      case "means" -> expect(leaf, differenceOfMeans(pointer));
      case "no-result" -> line.get(2).isBlank() ? "no reason" : "";
      default -> "unknown kind";
    };
  }

  private static String expect(String expected, String found) {
    return expected.equals(found) ? "" : "expected " + expected + ", found " + found + ". ";
  }

  /** The number is printed so, or stands as such among the words of the leaf. */
  private static String printedAs(String leaf, CSVRecord row) {
    String printed = row.get("printed");
    return Pattern.compile("(?<![\\d.])" + Pattern.quote(printed) + "(?![\\d.])")
            .matcher(leaf)
            .find()
        ? ""
        : "printed " + printed + ". ";
  }

  private static String misprint(CSVRecord row) {
    return row.get("verdict").equals("misprint")
            && !(row.get("reason").startsWith("Misprint: ") && !row.get("reads").isEmpty())
        ? "no reason"
        : "";
  }

  private String derived(String id, String statistic) {
    for (JsonNode component : server.client().get("/Observation/" + id).json().path("component")) {
      if (component.at("/code/coding/0/code").asText().equals(statistic)) {
        return component.at("/valueQuantity/value").asText();
      }
    }
    return "none";
  }

  private String flow(String pointer, String leaf, List<String> line) {
    String study = STUDIES.get(Integer.parseInt(pointer.split("/", -1)[2]));
    CSVRecord row = flow.get(study + " " + line.get(2));
    if (row == null) {
      return "no such stage";
    }
    boolean hasRecords = row.get("source").equals("records");
    boolean isArm = line.size() > 3;
    return expect(leaf, row.get(isArm ? line.get(3) : "published"))
        + (isArm ? "" : expect(leaf, row.get("subjects")))
        + expect(hasRecords ? "equal" : "not-computed", row.get("verdict"))
        + (hasRecords || !row.get("why").isBlank() ? "" : "no reason");
  }

  private String differenceOfMeans(String pointer) {
    String outcome = pointer.replaceAll("/change/.*", "");
    BigDecimal baseline = papers.at(outcome + "/baseline/mean").decimalValue();
    return papers.at(outcome + "/month12/mean").decimalValue().subtract(baseline).toPlainString();
  }

  @Test
  void isEqualOrAMisprintOrSaysWhyThereIsNothingBesideIt() {
    Map<String, String> leaves = new LinkedHashMap<>();
    leaves(papers, "", leaves);
    assertThat(leaves).hasSizeGreaterThan(500);
    Map<String, List<String>> lines = new LinkedHashMap<>();
    for (String line : PublishedNumbers.lines("papers.psv")) {
      List<String> cells = List.of(line.split(" \\| ", -1));
      assertThat(lines.put(cells.getFirst(), cells)).as("twice: " + line).isNull();
    }
    assertThat(lines.keySet()).containsExactlyInAnyOrderElementsOf(leaves.keySet());
    List<String> faults = new ArrayList<>();
    leaves.forEach((pointer, leaf) -> {
      List<String> line = lines.getOrDefault(pointer, List.of());
      String fault = fault(pointer, leaf, line);
      if (!fault.isEmpty()) {
        faults.add(line + " " + leaf + ": " + fault);
      }
    });
    assertThat(faults).isEmpty();
  }

  /** As src/docs/seed-trials.md counts them. */
  @Test
  void theDocumentTellsHowManyThereAreOfEachKind() throws IOException {
    Map<String, Integer> kinds = new TreeMap<>();
    PublishedNumbers.lines("papers.psv")
        .forEach(line -> kinds.merge(line.split(" \\| ", -1)[1], 1, Integer::sum));
    String document =
        java.nio.file.Files.readString(java.nio.file.Path.of("src/docs/seed-trials.md"));
    kinds.forEach(
        (kind, count) -> assertThat(document).contains("| `" + kind + "` | " + count + " |"));
    assertThat(kinds.keySet())
        .isEqualTo(
            Set.of(
                "corrected",
                "derived",
                "equal",
                "flow",
                "means",
                "misprint",
                "no-data",
                "no-result",
                "population",
                "resources"));
  }
}
