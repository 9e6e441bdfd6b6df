package org.rodnan.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.Limits;
import org.rodnan.fhir.LogPosition;
import org.rodnan.fhir.TestLimits;

final class PageWalkTest {
  private static final Duration WAIT = Duration.ofSeconds(20);

  @TempDir Path folder;

  private static List<String> rest(SearchFixture fixture, SearchPage first) {
    List<String> ids = new ArrayList<>();
    SearchPage page = first;
    for (Optional<String> next = page.next(); next.isPresent(); next = page.next()) {
      page = fixture.next(next.get());
      assertThat(page.total()).isEqualTo(first.total());
      ids.addAll(SearchFixture.ids(page));
    }
    return ids;
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "&_sort=-birthdate", "&_sort=family,-_lastUpdated"})
  void servesEachMatchOfTheFirstPagesMomentOnce(String sort) throws Exception {
    try (SearchFixture fixture = new SearchFixture(folder)) {
      Set<String> expected = new TreeSet<>();
      for (int i = 0; i < 2000; i++) {
        fixture.put("Patient/p" + i, "'active':true,'birthDate':'" + (1900 + i % 90) + "'");
        expected.add("p" + i);
      }
      SearchPage first = fixture.page("Patient?active=true&_count=50" + sort);
      AtomicBoolean isDone = new AtomicBoolean();
      Thread writer = Thread.ofPlatform().start(() -> change(fixture, isDone));
      List<String> all = new ArrayList<>(SearchFixture.ids(first));
      all.addAll(rest(fixture, first));
      isDone.set(true);
      writer.join();
      assertThat(first.total()).hasValue(2000);
      assertThat(all).doesNotHaveDuplicates();
      assertThat(new TreeSet<>(all)).isEqualTo(expected);
    }
  }

  private static void change(SearchFixture fixture, AtomicBoolean isDone) {
    Random random = new Random(7);
    for (int i = 0; !isDone.get() && i < 20_000; i++) {
      String key = "Patient/p" + random.nextInt(3000);
      switch (random.nextInt(3)) {
        case 0 -> fixture.put(key, "'active':false");
        case 1 -> fixture.put(key, "'active':true,'birthDate':'2000'");
        default -> fixture.put("Patient/new" + i, "'active':true,'birthDate':'1899'");
      }
      if (i % 20 == 0) {
        fixture.index.await(fixture.log.head(), WAIT);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "&_sort=birthdate", "&_sort=-family"})
  void goesOnWhenTheSnapshotIsGone(String sort) {
    SearchPage first;
    List<String> whole;
    String url = "Patient?active=true&_count=7" + sort;
    SearchFixture before = new SearchFixture(folder.resolve("one"));
    try (before) {
      fill(before);
      whole = before.search(url.replace("_count=7", "_count=100"));
      first = before.page(url);
    }
    try (SearchFixture after = new SearchFixture(folder.resolve("two"))) {
      fill(after);
      after.put("Patient/later", "'active':true");
      List<String> all = new ArrayList<>(SearchFixture.ids(first));
      all.addAll(rest(after, first));
      all.remove("later");
      assertThat(all).isEqualTo(whole);
    }
  }

  private static void fill(SearchFixture fixture) {
    for (int i = 0; i < 30; i++) {
      fixture.put(
          "Patient/p" + i,
          "'active':true"
              + (i % 3 == 0 ? "" : ",'birthDate':'19" + (50 + i % 5) + "'")
              + (i % 4 == 0 ? "" : ",'name':[{'family':'F" + i % 6 + "'}]"));
    }
  }

  @Test
  void followsChainsAtTheFirstPagesMoment() {
    try (SearchFixture fixture = new SearchFixture(folder)) {
      for (int i = 0; i < 10; i++) {
        fixture.put("Patient/p" + i, "'active':" + (i % 2 == 0));
        fixture.put(
            "Observation/o" + i, "'status':'final','subject':{'reference':'Patient/p" + i + "'}");
      }
      SearchPage first = fixture.page("Observation?patient.active=true&_count=2");
      for (int i = 0; i < 10; i++) {
        fixture.put("Patient/p" + i, "'active':" + (i % 2 == 1));
      }
      assertThat(SearchFixture.ids(first)).containsExactly("o0", "o2");
      assertThat(rest(fixture, first)).containsExactly("o4", "o6", "o8");
      assertThat(fixture.search("Observation?patient.active=true"))
          .containsExactly("o1", "o3", "o5", "o7", "o9");
    }
  }

  @Test
  void dropsTheOldestSnapshotFirst() {
    Limits limits = withPins(2);
    SearchFixture fixture = new SearchFixture(folder, limits);
    try (fixture) {
      fill(fixture);
      List<SearchPage> pages = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        fixture.put("Patient/p29", "'active':true,'birthDate':'" + (2000 + i) + "'");
        pages.add(fixture.page("Patient?active=true&_count=20"));
      }
      fixture.put("Patient/p29", "'active':false");
      assertThat(rest(fixture, pages.get(0))).hasSize(9);
      assertThat(rest(fixture, pages.get(3))).hasSize(10);
    }
  }

  private static Limits withPins(int pins) {
    return TestLimits.with(Map.of("pinnedSnapshotsMax", pins));
  }

  @Test
  void namesThePlanOfASearchThatTookTooLong() {
    try (SearchFixture fixture = new SearchFixture(folder)) {
      fill(fixture);
      fixture.index.await(fixture.log.head(), WAIT);
      Limits none = TestLimits.with(Map.of("queryTimeMax", Duration.ofNanos(1)));
      SearchEngine engine =
          SearchFixture.engine(fixture.index, () -> LogPosition.START, none, Clock.systemUTC());
      for (String url : List.of("Patient?family=f&_sort=birthdate", "Patient?family=f")) {
        assertThatThrownBy(() -> engine.search(SearchFixture.request(url)))
            .isInstanceOf(FhirFailure.Busy.class)
            .hasMessageContaining("rodnan.limits.query-time-max")
            .hasMessageContaining("family=f: clause Patient.family:f*");
      }
    }
  }

  @Test
  void refusesALinkOfAnotherSearch() {
    try (SearchFixture fixture = new SearchFixture(folder)) {
      fill(fixture);
      String next = fixture.page("Patient?_count=5").next().orElseThrow();
      for (String place : List.of("Observation", "", "Patient/1/Patient")) {
        assertThatThrownBy(() -> fixture.engine.next(SearchFixture.request(place), next))
            .as(place)
            .isInstanceOf(FhirFailure.Malformed.class)
            .hasMessageContaining("another search");
      }
    }
  }

  @Test
  void saysThatSomethingIsNoCursor() {
    try (SearchFixture fixture = new SearchFixture(folder)) {
      assertThatThrownBy(() -> fixture.next("junk"))
          .isInstanceOf(FhirFailure.Malformed.class)
          .hasMessageContaining("found 'junk', which is not a cursor of this server");
    }
  }

  @Test
  void refusesDamagedLinks() {
    long seed = 11;
    Random random = new Random(seed);
    try (SearchFixture fixture = new SearchFixture(folder)) {
      fill(fixture);
      String next = fixture.page("Patient?_count=5&_sort=family").next().orElseThrow();
      assertThat(next).matches("[A-Za-z0-9_-]+");
      for (int i = 0; i < 300; i++) {
        StringBuilder damaged = new StringBuilder(next);
        damaged.setCharAt(random.nextInt(next.length()), (char) (32 + random.nextInt(90)));
        if (damaged.toString().equals(next)) {
          continue;
        }
        try {
          fixture.next(damaged.toString());
        } catch (FhirFailure.Malformed e) {
          assertThat(e).as("seed %d", seed).hasMessageContaining("page link");
        }
      }
      for (String damaged : List.of("", "x", "AAAA", next.substring(0, 20), next + next)) {
        assertThatThrownBy(() -> fixture.next(damaged)).isInstanceOf(FhirFailure.Malformed.class);
      }
    }
  }
}
