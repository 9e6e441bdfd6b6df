package org.rodnan.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.hl7.fhir.r4.model.Patient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rodnan.fhir.ParsedResource;
import org.rodnan.fhir.ResourceKey;

class WaitingRecordsTest {
  @TempDir private Path folder;

  private final List<RecordItem> items = new ArrayList<>();

  private void item(String key, String... references) {
    Set<ResourceKey> keys = new HashSet<>();
    for (String reference : references) {
      keys.add(ResourceKey.parse(reference).orElseThrow());
    }
    ResourceKey own = ResourceKey.parse(key).orElseThrow();
    byte[] json = (items.size() + ":" + key).getBytes(StandardCharsets.UTF_8);
    FhirRecord source = new FhirRecord(items.size(), "ä.ndjson", items.size() + 1, "", json);
    items.add(new RecordItem(source, own, new ParsedResource(new Patient(), json), keys));
  }

  private List<WaitingRecords.Part> parts(int recordsMax, int orderedMax) {
    List<WaitingRecords.Part> parts = new ArrayList<>();
    try (WaitingRecords waiting = new WaitingRecords(folder, orderedMax)) {
      items.forEach(waiting::add);
      assertThat(waiting.count()).isEqualTo(items.size());
      waiting.forEachPart(recordsMax, 1 << 20, parts::add);
    }
    assertThat(folder).isEmptyDirectory();
    return parts;
  }

  private static List<String> told(List<WaitingRecords.Part> parts) {
    return parts.stream()
        .map(part ->
            String.join(
                " ",
                part.records().stream()
                    .map(each -> new String(each.json(), StandardCharsets.UTF_8))
                    .toList()))
        .toList();
  }

  @Test
  void tellsCirclesTogetherHoweverFarApartTheyAre() {
    for (int i = 0; i < 3; i++) {
      item("Patient/a" + i, "Patient/b" + i);
    }
    for (int i = 0; i < 3; i++) {
      item("Patient/b" + i, "Patient/a" + i);
    }
    assertThat(told(parts(2, 100)))
        .containsExactly(
            "0:Patient/a0 3:Patient/b0", "1:Patient/a1 4:Patient/b1", "2:Patient/a2 5:Patient/b2");
  }

  @Test
  void tellsWhoIsEnrolledBeforeWhatIsKnownOfThem() {
    item("Observation/o", "Patient/p", "ResearchStudy/s");
    item("ResearchSubject/e", "Patient/p", "ResearchStudy/s");
    item("Patient/p");
    item("ResearchStudy/s");
    item("Patient/p");
    assertThat(told(parts(9, 100)))
        .containsExactly(
            "2:Patient/p 3:ResearchStudy/s 1:ResearchSubject/e 0:Observation/o 4:Patient/p");
  }

  @Test
  void saysHowLargeACircleIsThatIsTooLarge() {
    for (int i = 0; i < 5; i++) {
      item("Patient/" + i, "Patient/" + (i + 1) % 5);
    }
    item("Patient/alone");
    List<WaitingRecords.Part> parts = parts(4, 100);
    assertThat(parts).extracting(WaitingRecords.Part::circle).containsExactly(5, 5, 0);
    assertThat(parts.stream().mapToInt(part -> part.records().size()).sum()).isEqualTo(6);
  }

  @Test
  void tellsMoreThanItCanOrderAsTheyCame() {
    for (int i = 0; i < 5; i++) {
      item("Patient/" + i, "Patient/" + (i + 1));
    }
    assertThat(told(parts(3, 4)))
        .containsExactly("0:Patient/0 1:Patient/1 2:Patient/2", "3:Patient/3 4:Patient/4");
  }

  /** Seeded; each record once, after all that it refers to unless they are a circle. */
  @Test
  void ordersAnyRecords() {
    for (long seed = 1; seed <= 200; seed++) {
      Random random = new Random(seed);
      items.clear();
      int size = 1 + random.nextInt(40);
      for (int i = 0; i < size; i++) {
        String[] references = new String[random.nextInt(3)];
        for (int each = 0; each < references.length; each++) {
          references[each] = "Observation/" + random.nextInt(size);
        }
        item("Observation/" + i, references);
      }
      Map<String, Integer> places = new HashMap<>();
      List<WaitingRecords.Part> parts = parts(size, 1_000);
      List<String> order = new ArrayList<>();
      for (WaitingRecords.Part part : parts) {
        for (FhirRecord each : part.records()) {
          places.put(items.get((int) each.number()).key().toString(), places.size());
          order.add(items.get((int) each.number()).key().toString());
        }
      }
      assertThat(order).as("seed %d", seed).doesNotHaveDuplicates().hasSize(size);
      for (RecordItem each : items) {
        for (ResourceKey reference : each.references()) {
          boolean isBefore = place(places, reference) <= place(places, each.key());
          assertThat(isBefore || reaches(reference.toString(), each.key().toString()))
              .as("seed %d: %s needs %s", seed, each.key(), reference)
              .isTrue();
        }
      }
    }
  }

  private static int place(Map<String, Integer> places, ResourceKey key) {
    return Objects.requireNonNull(places.get(key.toString()));
  }

  private boolean reaches(String from, String to) {
    Set<String> seen = new HashSet<>();
    List<String> open = new ArrayList<>(List.of(from));
    while (!open.isEmpty()) {
      String next = open.removeLast();
      if (next.equals(to)) {
        return true;
      }
      if (seen.add(next)) {
        items.stream()
            .filter(each -> each.key().toString().equals(next))
            .flatMap(each -> each.references().stream())
            .forEach(each -> open.add(each.toString()));
      }
    }
    return false;
  }
}
