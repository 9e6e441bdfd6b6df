package org.rodnan.validation;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.hl7.fhir.r4.model.CodeSystem;
import org.hl7.fhir.r4.model.CodeSystem.ConceptDefinitionComponent;
import org.hl7.fhir.r4.model.CodeSystem.ConceptPropertyComponent;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.Issue;
import org.rodnan.fhir.UnlimitedJson;
import org.rodnan.terminology.Definitions;

/**
 * What can be said of codes of LOINC and SNOMED CT without having these: whether they can be codes
 * at all, by their check digits, and for the LOINC codes of the trade whether the display is that
 * of the same quantity (CodeSystem {@code ssc-loinc-quantities}). Thread safe.
 */
final class CodingRules {
  private static final Pattern WHITE_SPACE = Pattern.compile("\\s+");
  private static final String LOINC = "http://loinc.org";
  private static final String SNOMED_CT = "http://snomed.info/sct";
  private static final String QUANTITIES =
      "https://w3id.org/rodnan/CodeSystem/ssc-loinc-quantities";

  /** Before the first point. */
  private static final byte[] LOINC_HOST = "loinc".getBytes(StandardCharsets.US_ASCII);

  private static final byte[] SNOMED_HOST = "snomed".getBytes(StandardCharsets.US_ASCII);

  /** The codes of a trial are few, and each comes thousands of times. */
  private static final int SILENT_KEPT_MAX = 5_000;

  private static final int KEPT_CHARS_MAX = 250;

  private final Map<String, Quantity> quantities = new HashMap<>();
  private final Set<Coded> silent = ConcurrentHashMap.newKeySet();

  /** A coding of which there is nothing to say. */
  private record Coded(String system, String code, @Nullable String display) {}

  /**
   * @param displays with the properties {@code mention} and {@code denial} for codes of LOINC
   */
  CodingRules(CodeSystem displays) {
    for (ConceptDefinitionComponent concept : displays.getConcept()) {
      quantities.put(
          concept.getCode(),
          new Quantity(patterns(concept, "mention"), patterns(concept, "denial")));
    }
  }

  static CodingRules of(Definitions definitions) {
    return new CodingRules(Objects.requireNonNull(definitions.fetchCodeSystem(QUANTITIES)));
  }

  private static List<Pattern> patterns(ConceptDefinitionComponent concept, String property) {
    return concept.getProperty().stream()
        .filter(each -> property.equals(each.getCode()))
        .map(ConceptPropertyComponent::getValueStringType)
        .map(text -> Pattern.compile(text.getValue()))
        .toList();
  }

  private record Quantity(List<Pattern> mentions, List<Pattern> denials) {}

  /**
   * @param type of the resource, to name elements by
   * @param json of the resource; what is not JSON is for others to refuse
   * @return errors for what can't be, warnings for displays that leave out what the code says
   */
  List<Issue> judge(String type, byte[] json) {
    if (!mayNameASystem(json)) {
      return List.of();
    }
    List<Issue> issues = new ArrayList<>();
    try (JsonParser parser = UnlimitedJson.FACTORY.createParser(json)) {
      if (parser.nextToken() == JsonToken.START_OBJECT) {
        judgeObject(parser, type, issues);
      }
    } catch (JsonProcessingException e) {
      return List.of();
    } catch (IOException e) {
      throw new UncheckedIOException("Reading from memory failed", e);
    }
    return issues;
  }

  private void judgeObject(JsonParser parser, String path, List<Issue> issues) throws IOException {
    String system = null;
    String code = null;
    String display = null;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      JsonToken value = parser.nextToken();
      if (value == JsonToken.VALUE_STRING) {
        switch (name) {
          case "system" -> system = parser.getText();
          case "code" -> code = parser.getText();
          case "display" -> display = parser.getText();
          default -> {}
        }
      } else {
        judgeNested(parser, value, path, name, issues);
      }
    }
    if (system != null && code != null && (system.equals(LOINC) || system.equals(SNOMED_CT))) {
      Coded coded = new Coded(system, code, display);
      if (!silent.contains(coded)) {
        int before = issues.size();
        judgeCoding(system, code, display, path, issues);
        if (issues.size() == before) {
          keep(coded);
        }
      }
    }
  }

  private void keep(Coded coded) {
    boolean isShort = coded.display() == null || coded.display().length() <= KEPT_CHARS_MAX;
    if (isShort && coded.code().length() <= KEPT_CHARS_MAX && silent.size() < SILENT_KEPT_MAX) {
      silent.add(coded);
    }
  }

  private void judgeNested(
      JsonParser parser, JsonToken value, String path, String name, List<Issue> issues)
      throws IOException {
    if (value == JsonToken.START_OBJECT) {
      judgeObject(parser, path + "." + name, issues);
    } else if (value == JsonToken.START_ARRAY) {
      int index = 0;
      for (JsonToken item = parser.nextToken();
          item != JsonToken.END_ARRAY;
          item = parser.nextToken()) {
        if (item == JsonToken.START_OBJECT) {
          judgeObject(parser, path + "." + name + "[" + index + "]", issues);
        }
        index++;
      }
    }
  }

  private void judgeCoding(
      String system, String code, @Nullable String display, String path, List<Issue> issues) {
    if (system.equals(SNOMED_CT)) {
      CheckDigits.findNoneOfSnomedCt(code)
          .ifPresent(wrong ->
              issues.add(
                  invalid(
                      path,
                      wrong,
                      "is no SNOMED CT identifier; expected 6 to 18 digits, the last of them the"
                          + " check digit")));
    } else if (system.equals(LOINC)) {
      if (!CheckDigits.canBeOfLoinc(code)) {
        issues.add(
            invalid(path, code, "is no LOINC code; expected digits, a hyphen and the check digit"));
      } else if (display != null) {
        judgeDisplay(code, display, path).ifPresent(issues::add);
      }
    }
  }

  private static Issue invalid(String path, String found, String why) {
    return Issue.error(
        IssueType.CODEINVALID, path + ".code: '" + found + "' " + why, path + ".code");
  }

  private Optional<Issue> judgeDisplay(String code, String display, String path) {
    Quantity quantity = quantities.get(code);
    if (quantity == null) {
      return Optional.empty();
    }
    String said = WHITE_SPACE.matcher(display.toLowerCase(Locale.ROOT)).replaceAll(" ");
    String element = path + ".display";
    if (quantity.denials().stream().anyMatch(denial -> denial.matcher(said).find())) {
      return Optional.of(
          Issue.error(
              IssueType.BUSINESSRULE,
              element
                  + ": '"
                  + display
                  + "' is not what LOINC "
                  + code
                  + " measures; expected the display of the same quantity, or the code of the other",
              element));
    }
    return quantity.mentions().stream().allMatch(mention -> mention.matcher(said).find())
        ? Optional.empty()
        : Optional.of(
            Issue.warning(
                IssueType.BUSINESSRULE,
                element
                    + ": '"
                    + display
                    + "' doesn't say all that LOINC "
                    + code
                    + " means; check that the code is the one that was meant",
                element));
  }

  /** A host's name stands there, or something escaped, behind which it may stand. */
  private static boolean mayNameASystem(byte[] json) {
    for (int i = 0; i < json.length; i++) {
      byte b = json[i];
      if (b == '\\'
          || b == '.' && (endsThere(json, i, LOINC_HOST) || endsThere(json, i, SNOMED_HOST))) {
        return true;
      }
    }
    return false;
  }

  private static boolean endsThere(byte[] text, int end, byte[] part) {
    int start = end - part.length;
    return start >= 0 && Arrays.equals(text, start, end, part, 0, part.length);
  }
}
