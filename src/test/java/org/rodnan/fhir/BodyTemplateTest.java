package org.rodnan.fhir;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.hl7.fhir.r4.model.Basic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BodyTemplateTest {
  private static final Instant NOON = Instant.parse("2026-03-01T12:00:00.120Z");
  private static final ResourceKey KEY = new ResourceKey("Patient", "p1");
  private static final String META =
      "\"versionId\":\"3\",\"lastUpdated\":\"2026-03-01T12:00:00.120Z\"";
  private static final String HEAD =
      "{\"resourceType\":\"Patient\",\"id\":\"p1\",\"meta\":{" + META;
  private static final String URN = "urn:uuid:9f3c0c22-6f4c-4b5a-8d0e-0d6a1b0c7a11";
  private static final String OTHER_URN = "urn:uuid:00000000-6f4c-4b5a-8d0e-0d6a1b0c7a11";

  private static BodyTemplate template(String json, String... open) {
    return BodyTemplate.of(
        new ParsedResource(new Basic(), json.getBytes(UTF_8)), KEY, Set.of(open)::contains);
  }

  private static String fill(String json) {
    return new String(template(json).fill(new VersionId(3), NOON), UTF_8);
  }

  private static String fill(String json, Map<String, String> resolved) {
    String[] open = resolved.keySet().toArray(String[]::new);
    return new String(template(json, open).fill(new VersionId(3), NOON, resolved), UTF_8);
  }

  @Test
  void putsTypeIdAndMetaFirst() {
    assertThat(fill("{\"active\":true,\"id\":\"other\",\"resourceType\":\"Patient\"}"))
        .isEqualTo(HEAD + "},\"active\":true}");
    assertThat(fill("{}")).isEqualTo(HEAD + "}}");
  }

  @Test
  void keepsMetaButForVersionAndTime() {
    assertThat(
            fill(
                """
                { "active" : true ,
                  "meta" : { "versionId" : "9", "profile" : [ "http://example.org/p" ],
                    "_lastUpdated" : { "id" : "x" }, "lastUpdated" : "2020-01-01T00:00:00Z",
                    "tag" : [ { "code" : "HTEST" } ] } }
                """))
        .isEqualTo(
            HEAD
                + ",\"profile\":[\"http://example.org/p\"],\"tag\":[{\"code\":\"HTEST\"}]},"
                + "\"active\":true}");
    assertThat(fill("{\"meta\":{\"versionId\":\"9\"},\"active\":true}"))
        .isEqualTo(HEAD + "},\"active\":true}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"a\":1.00",
        "\"a\":1e3",
        "\"a\":1E-7",
        "\"a\":-0.0",
        "\"a\":1.10E+02",
        "\"a\":123456789012345678901234567890.123456789012345678901234567890",
        "\"a\":0.10000000000000000000000000000000001",
        "\"a\":null",
        "\"a\":[true,false,null]",
        "\"_birthDate\":{\"extension\":[{\"url\":\"u\",\"valueCode\":\"unknown\"}]}",
        "\"given\":[\"A\",null],\"_given\":[null,{\"id\":\"x\"}]",
        "\"contained\":[{\"resourceType\":\"Organization\",\"id\":\"o\",\"meta\":{\"versionId\":\"1\"}}]",
        "\"managingOrganization\":{\"reference\":\"#o\"}",
        "\"subject\":{\"reference\":\"Patient/1/_history/2\"}",
        "\"text\":\"ä 😀 ܐ \u2028 \u007f\"",
        "\"text\":\"\\\" \\\\ / \\n \\t\"",
        "\"a\":{},\"b\":[]"
      })
  void losesNothing(String members) {
    assertThat(fill("{" + members + "}")).isEqualTo(HEAD + "}," + members + "}");
  }

  @Test
  void unescapesWhatNeedsNoEscape() throws Exception {
    String filled = fill("{\"a\":\"\\u00e4\\/\\ud83d\\ude00\\u0007\"}");
    assertThat(new ObjectMapper().readTree(filled).get("a").asText()).isEqualTo("ä/😀\u0007");
  }

  @Test
  void keepsTextsOverTheLimitsOfTheJsonLibrary() {
    String large = "x".repeat(21_000_000);
    assertThat(fill("{\"a\":\"" + large + "\"}")).hasSize(HEAD.length() + 9 + large.length());
    String digits = "1".repeat(2_000);
    assertThat(fill("{\"a\":" + digits + "}")).endsWith(digits + "}");
    int depth = 1_500;
    assertThat(fill("{\"a\":" + "[".repeat(depth) + "]".repeat(depth) + "}")).contains("[[[");
  }

  @Test
  void replacesOpenReferencesInReferencesAndUris() {
    String json =
        "{\"a\":{\"reference\":\"URN\"},\"b\":[{\"reference\":\"URN\"},{\"reference\":\"OTHER\"}],"
            + "\"valueUri\":\"URN\",\"c\":[\"URN\",\"x\"],\"url\":\"OTHER\"}";
    String filled = fill(named(json), Map.of(URN, "Patient/1", OTHER_URN, "Observation/\"2\""));

    assertThat(filled)
        .isEqualTo(
            HEAD
                + "},\"a\":{\"reference\":\"Patient/1\"},\"b\":[{\"reference\":\"Patient/1\"},"
                + "{\"reference\":\"Observation/\\\"2\\\"\"}],\"valueUri\":\"Patient/1\","
                + "\"c\":[\"Patient/1\",\"x\"],\"url\":\"Observation/\\\"2\\\"\"}");
  }

  private static String named(String json) {
    return json.replace("URN", URN).replace("OTHER", OTHER_URN);
  }

  @Test
  void replacesOpenReferencesInMeta() {
    assertThat(fill(named("{\"meta\":{\"source\":\"URN\"}}"), Map.of(URN, "Patient/1")))
        .isEqualTo(HEAD + ",\"source\":\"Patient/1\"}}");
  }

  @Test
  void leavesTextsThatOnlyLookLikeReferences() {
    String json =
        named(
            "{\"identifier\":[{\"system\":\"urn:ietf:rfc:3986\",\"value\":\"URN\"}],"
                + "\"display\":\"URN\",\"valueString\":\"URN\",\"comment\":\"see URN\","
                + "\"reference\":\"URN/x\"}");
    BodyTemplate template = template(json, URN);

    assertThat(template.openReferences()).isEmpty();
    assertThat(new String(template.fill(new VersionId(3), NOON), UTF_8))
        .isEqualTo(HEAD + "}," + json.substring(1));
  }

  @Test
  void replacesConditionalReferences() {
    String conditional = "Patient?identifier=http://s|1&x=\\u00e4";
    assertThat(
            fill(
                "{\"subject\":{\"reference\":\"" + conditional + "\"}}",
                Map.of("Patient?identifier=http://s|1&x=ä", "Patient/7")))
        .endsWith("\"subject\":{\"reference\":\"Patient/7\"}}");
  }

  @Test
  void replacesLinksOfTheNarrative() {
    String json =
        named(
            "{\"text\":{\"div\":\"<div><a href=\\\"URN\\\">URN</a><img src='OTHER'/>"
                + "<a href=\\\"OTHER\\\">\\\"x\\\" ä</a></div>\"}}");
    assertThat(fill(json, Map.of(URN, "Patient/1", OTHER_URN, "Binary/2")))
        .isEqualTo(
            HEAD
                + "},\"text\":{\"div\":\"<div><a href=\\\"Patient/1\\\">"
                + URN
                + "</a><img src='Binary/2'/><a href=\\\"Binary/2\\\">\\\"x\\\" ä</a></div>\"}}");
  }

  @Test
  void namesItsOpenReferences() {
    BodyTemplate template =
        template(
            named("{\"a\":{\"reference\":\"URN\"},\"b\":{\"reference\":\"x\"}}"), URN, OTHER_URN);

    assertThat(template.openReferences()).containsExactly(URN);
    assertThatThrownBy(() -> template.fill(new VersionId(1), NOON))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(URN);
  }

  @Test
  void fillsAgainAndAgain() {
    BodyTemplate template = template("{\"active\":true}");
    assertThat(new String(template.fill(VersionId.FIRST, NOON), UTF_8)).contains("\"1\"");
    assertThat(new String(template.fill(new VersionId(12), Instant.EPOCH), UTF_8))
        .contains("\"versionId\":\"12\",\"lastUpdated\":\"1970-01-01T00:00:00.000Z\"");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void keepsTheTreeOfRandomJson(long seed, TestReporter reporter) throws Exception {
    reporter.publishEntry("seed", Long.toString(seed));
    Random random = new Random(seed);
    ObjectMapper mapper = new ObjectMapper();
    for (int i = 0; i < 300; i++) {
      String json = "{\"a\":" + randomValue(random, 0) + "}";
      assertThat(mapper.readTree(fill(json)).get("a"))
          .as("seed %d, json %s", seed, json)
          .isEqualTo(mapper.readTree(json).get("a"));
    }
  }

  private static String randomValue(Random random, int depth) {
    return switch (random.nextInt(depth > 4 ? 4 : 6)) {
      case 0 -> Integer.toString(random.nextInt());
      case 1 -> random.nextInt(1_000) + "." + random.nextInt(1_000) + "e" + random.nextInt(9);
      case 2 -> random.nextBoolean() ? "null" : "true";
      case 3 -> randomText(random);
      case 4 -> "[" + randomValue(random, depth + 1) + "," + randomValue(random, depth + 1) + "]";
      default ->
          "{\"meta\":"
              + randomValue(random, depth + 1)
              + ","
              + randomText(random)
              + ":"
              + randomValue(random, depth + 1)
              + "}";
    };
  }

  private static String randomText(Random random) {
    StringBuilder text = new StringBuilder("\"t");
    for (int i = random.nextInt(6); i > 0; i--) {
      int c = random.nextInt(4) == 0 ? 0x1F600 + random.nextInt(50) : random.nextInt(0xD800);
      if (c < ' ' || c == '"' || c == '\\') {
        text.append("\\u%04x".formatted(c));
      } else {
        text.appendCodePoint(c);
      }
    }
    return text.append('"').toString();
  }
}
