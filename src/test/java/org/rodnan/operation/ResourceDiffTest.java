package org.rodnan.operation;

import static org.assertj.core.api.Assertions.assertThat;

import ca.uhn.fhir.parser.IParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.hl7.fhir.r4.model.Parameters;
import org.hl7.fhir.r4.model.Patient;
import org.hl7.fhir.r4.model.Resource;
import org.junit.jupiter.api.Test;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.Limits;
import org.rodnan.fhir.ParsedResource;
import org.rodnan.fhir.ResourceParser;
import org.rodnan.interaction.Patch;

/** The patch of a difference makes the one resource of the other. */
class ResourceDiffTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int PAIRS = 300;

  private final IParser encoder = FhirContexts.r4().newJsonParser();
  private final ResourceParser parser = new ResourceParser(Limits.DEFAULTS);

  private static Map<String, List<String>> examples() throws IOException {
    Map<String, List<String>> byType = new TreeMap<>();
    try (Stream<Path> files = Files.list(Path.of("profiles", "examples"))) {
      for (Path file :
          files.filter(each -> each.toString().contains("-valid-")).sorted().toList()) {
        String text = Files.readString(file);
        byType
            .computeIfAbsent(
                JSON.readTree(text).path("resourceType").asText(), type -> new ArrayList<>())
            .add(text);
      }
    }
    return byType;
  }

  @Test
  void makesTheOneOfTheOther() throws IOException {
    long seed = new Random().nextLong();
    System.out.println("ResourceDiffTest seed " + seed);
    Random random = new Random(seed);
    Map<String, List<String>> examples = examples();
    List<List<String>> types = List.copyOf(examples.values());
    for (int i = 0; i < PAIRS; i++) {
      List<String> same = types.get(random.nextInt(types.size()));
      String from = same.get(random.nextInt(same.size()));
      String to = same.get(random.nextInt(same.size()));
      String changed = random.nextBoolean() ? mutated(to, random) : mutated(from, random);
      assertRoundTrip(from, changed, random.nextBoolean(), "seed " + seed + ", pair " + i);
    }
  }

  private void assertRoundTrip(String from, String to, boolean includeMeta, String which) {
    Resource before = (Resource) encoder.parseResource(from);
    Resource after = (Resource) encoder.parseResource(to);
    after.setId(before.getIdElement().getIdPart());
    before.setId(before.getIdElement().getIdPart());
    if (!includeMeta) {
      after.setMeta(before.getMeta());
    }
    Parameters diff = ResourceDiff.of(before, after, includeMeta);
    String patch = encoder.encodeResourceToString(diff);
    ParsedResource parsed = parser.parseJson(patch.getBytes(StandardCharsets.UTF_8));
    byte[] json = encoder.encodeResourceToString(before).getBytes(StandardCharsets.UTF_8);
    byte[] patched = Patch.fhirPath(parsed).apply(json, parser).json();
    assertThat(encoder.encodeResourceToString(encoder.parseResource(text(patched))))
        .describedAs(which + "\n" + patch)
        .isEqualTo(encoder.encodeResourceToString(after));
    assertThat(diff.getParameter().isEmpty())
        .describedAs(which)
        .isEqualTo(encoder.encodeResourceToString(after).equals(text(json)));
  }

  private static String text(byte[] json) {
    return new String(json, StandardCharsets.UTF_8);
  }

  /** Some items of lists gone, twice there or turned round. */
  private static String mutated(String text, Random random) throws IOException {
    JsonNode tree = JSON.readTree(text);
    mutate(tree, random);
    return tree.toString();
  }

  private static void mutate(JsonNode node, Random random) {
    if (node instanceof ObjectNode object) {
      List<String> names = new ArrayList<>();
      object.fieldNames().forEachRemaining(names::add);
      for (String name : names) {
        JsonNode value = object.get(name);
        if (value instanceof ArrayNode items
            && !name.equals("contained")
            && items.get(0).isObject()
            && random.nextInt(3) == 0) {
          int at = random.nextInt(items.size());
          switch (random.nextInt(3)) {
            case 0 -> items.insert(random.nextInt(items.size() + 1), items.get(at).deepCopy());
            case 1 -> {
              if (items.size() > 1) {
                items.remove(at);
              }
            }
            default -> items.add(items.remove(at));
          }
        }
        mutate(value, random);
      }
    } else if (node instanceof ArrayNode items) {
      items.forEach(item -> mutate(item, random));
    }
  }

  @Test
  void saysWhatChanged() {
    Patient from = new Patient();
    from.addName().setFamily("Old").addGiven("A").addGiven("B");
    Patient to = from.copy();
    to.getNameFirstRep().setFamily("New").addGiven("C");
    to.setActive(true);
    String patch = encoder.encodeResourceToString(ResourceDiff.of(from, to, false));
    assertThat(patch)
        .contains("Patient.name[0].family", "previousValue", "\"valueString\":\"Old\"")
        .contains("Patient.name[0].given", "\"valueInteger\":2")
        .contains("\"valueBoolean\":true");
  }
}
