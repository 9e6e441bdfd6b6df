package org.rodnan.ingest;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.rodnan.fhir.ParsedResource;
import org.rodnan.fhir.ResourceKey;

final class WritingOrderTest {
  private static RecordItem item(int id, Integer... references) {
    Set<ResourceKey> keys = new HashSet<>();
    for (int reference : references) {
      keys.add(key(reference));
    }
    return item(id, key(id), keys);
  }

  private static RecordItem item(int number, ResourceKey key, Set<ResourceKey> references) {
    return new RecordItem(
        new FhirRecord(number, "f", number, "", new byte[0]),
        key,
        new ParsedResource(new Patient(), new byte[0]),
        references);
  }

  private static ResourceKey key(int id) {
    return new ResourceKey("Patient", "p" + id);
  }

  private static List<List<List<Long>>> numbers(List<RecordItem> items) {
    return WritingOrder.of(items).stream()
        .map(layer ->
            layer.stream()
                .map(group -> group.stream().map(each -> each.source().number()).toList())
                .toList())
        .toList();
  }

  @Test
  void followsAChainThatStandsTheWrongWayRound() {
    List<RecordItem> items = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      items.add(item(i, i + 1));
    }
    List<List<List<Long>>> layers = numbers(items);
    assertThat(layers).hasSize(20_000);
    assertThat(layers.getFirst()).containsExactly(List.of(19_999L));
    assertThat(layers.getLast()).containsExactly(List.of(0L));
  }

  @Test
  void keepsCirclesTogetherAndAfterWhatTheyNeed() {
    assertThat(numbers(List.of(item(0, 1), item(1, 2), item(2, 0, 3), item(3), item(4, 0, 9))))
        .containsExactly(List.of(List.of(3L)), List.of(List.of(0L, 1L, 2L)), List.of(List.of(4L)));
  }

  @Test
  void enrolsSubjectsBeforeWhatIsKnownOfThem() {
    ResourceKey patient = new ResourceKey("Patient", "p");
    RecordItem observation = item(0, new ResourceKey("Observation", "o"), Set.of(patient));
    RecordItem subject = item(1, new ResourceKey("ResearchSubject", "s"), Set.of(patient));
    RecordItem person = item(2, patient, Set.of());
    assertThat(numbers(List.of(observation, subject, person)))
        .containsExactly(List.of(List.of(2L)), List.of(List.of(1L)), List.of(List.of(0L)));
  }

  @Test
  void keepsTheOrderOfRecordsOfOneKey() {
    RecordItem again = item(7, key(0), Set.of());
    assertThat(numbers(List.of(item(0), again)))
        .containsExactly(List.of(List.of(0L)), List.of(List.of(7L)));
  }

  @Test
  void putsEachAfterWhatItRefersTo() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < 300; round++) {
      int size = 1 + random.nextInt(40);
      List<RecordItem> items = new ArrayList<>();
      for (int i = 0; i < size; i++) {
        Integer[] references = new Integer[random.nextInt(3)];
        for (int j = 0; j < references.length; j++) {
          references[j] = random.nextInt(size + 5);
        }
        items.add(item(i, references));
      }
      Map<ResourceKey, List<Integer>> places = new HashMap<>();
      List<List<List<RecordItem>>> layers = WritingOrder.of(items);
      int count = 0;
      for (int layer = 0; layer < layers.size(); layer++) {
        for (int group = 0; group < layers.get(layer).size(); group++) {
          for (RecordItem each : layers.get(layer).get(group)) {
            places.put(each.key(), List.of(layer, group));
            count++;
          }
        }
      }
      assertThat(count).as("seed %d", seed).isEqualTo(size);
      for (RecordItem each : items) {
        List<Integer> own = Objects.requireNonNull(places.get(each.key()));
        for (ResourceKey reference : each.references()) {
          List<Integer> target = places.get(reference);
          if (target != null && !target.equals(own)) {
            assertThat(target.getFirst())
                .as("seed %d: %s needs %s", seed, each.key(), reference)
                .isLessThan(own.getFirst());
          }
        }
      }
    }
  }
}
