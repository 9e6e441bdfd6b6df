package org.rodnan.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.assertj.core.api.SoftAssertions;
import org.hl7.fhir.r4.model.Enumerations.PublicationStatus;
import org.hl7.fhir.r4.model.Enumerations.SearchParamType;
import org.hl7.fhir.r4.model.Resource;
import org.hl7.fhir.r4.model.SearchParameter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rodnan.fhir.FhirContexts;

/** Random searches against {@link SearchModel}, which looks at every resource. */
final class RandomSearchTest {
  private static final long SEED = Long.getLong("rodnan.search.seed", 20260101);
  private static final int SEARCHES = Integer.getInteger("rodnan.search.count", 500);

  @TempDir Path folder;
  private final Random random = new Random(SEED);
  private final RandomTrial trial = new RandomTrial(random, SearchFixture.BASE);
  private final SearchModel model = new SearchModel(SearchFixture.BASE, SearchFixture.NOW);
  private final RandomCriteria criteria = new RandomCriteria(random, model, trial);

  private record Asked(String type, List<SearchCriterion> criteria, List<String> sort, int count) {
    String url() {
      List<String> parameters = new ArrayList<>();
      criteria.forEach(c -> parameters.add(encoded(c.name()) + "=" + encoded(c.value())));
      if (!sort.isEmpty()) {
        parameters.add("_sort=" + String.join(",", sort));
      }
      parameters.add("_count=" + count);
      return type + "?" + String.join("&", parameters);
    }
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  @Test
  void findsWhatTheModelFindsInItsOrder() {
    System.getLogger("search").log(System.Logger.Level.INFO, "rodnan.search.seed=" + SEED);
    try (SearchFixture fixture = new SearchFixture(folder)) {
      fill(fixture);
      SoftAssertions all = new SoftAssertions();
      int fruitful = 0;
      for (int i = 0; i < SEARCHES; i++) {
        Asked asked = asked();
        List<String> expected =
            model.sorted(matches(asked), asked.sort()).stream().map(SearchModel::key).toList();
        String what = "seed %d, search %d: %s".formatted(SEED, i, asked.url());
        try {
          check(fixture, asked, expected, what, all);
        } catch (RuntimeException e) {
          all.fail(what, e);
        }
        fruitful += expected.isEmpty() ? 0 : 1;
      }
      all.assertAll();
      assertThat(fruitful).as("searches that find something").isGreaterThan(SEARCHES / 3);
    }
  }

  private static void check(
      SearchFixture fixture, Asked asked, List<String> expected, String what, SoftAssertions all) {
    SearchPage page = fixture.page(asked.url());
    List<String> found = new ArrayList<>(keys(page));
    all.assertThat(page.total()).as(what).hasValue(expected.size());
    for (Optional<String> next = page.next(); next.isPresent(); next = page.next()) {
      page = fixture.next(next.get());
      found.addAll(keys(page));
      all.assertThat(page.total()).as(what).hasValue(expected.size());
    }
    all.assertThat(found).as(what).isEqualTo(expected);
  }

  private static List<String> keys(SearchPage page) {
    return page.entries().stream()
        .filter(entry -> entry.mode() == SearchPage.Mode.MATCH)
        .map(entry -> entry.key().toString())
        .toList();
  }

  private Asked asked() {
    String type = RandomTrial.TYPES.get(random.nextInt(RandomTrial.TYPES.size()));
    List<SearchCriterion> all = new ArrayList<>();
    for (int i = random.nextInt(5) == 0 ? 2 : 1; i > 0; i--) {
      SearchCriterion one = criteria.criterion(type, 3);
      if (model.isKnown(type, one)) {
        all.add(one);
      }
    }
    return new Asked(type, all, criteria.sort(type), 1 + random.nextInt(40));
  }

  private List<Resource> matches(Asked asked) {
    return model.ofType(asked.type()).stream()
        .filter(resource -> asked.criteria().stream().allMatch(c -> model.matches(resource, c)))
        .toList();
  }

  /** Parameters that clients store; half of the resources are there before. */
  private void store(SearchFixture fixture) {
    store(
        fixture, "kin", "Observation", "reference", "Observation.subject | Observation.performer");
    store(fixture, "part", "Observation", "quantity", "(Observation.component.value as Quantity)");
    store(fixture, "seen", "Observation", "date", "Observation.issued | Observation.effective");
    store(fixture, "call", "Patient", "string", "Patient.name.given | Patient.name.family");
    store(fixture, "sex", "Patient", "token", "Patient.gender");
  }

  private void store(
      SearchFixture fixture, String code, String base, String type, String expression) {
    SearchParameter parameter = new SearchParameter();
    parameter.setId(code);
    parameter.setUrl("urn:" + code).setCode(code).setStatus(PublicationStatus.ACTIVE);
    parameter.setType(SearchParamType.fromCode(type)).addBase(base).setExpression(expression);
    if (type.equals("reference")) {
      List.of("Patient", "Practitioner").forEach(parameter::addTarget);
    }
    fixture.log.put(FhirContexts.r4().newJsonParser().encodeResourceToString(parameter));
    model.parameters().add(parameter);
  }

  private void fill(SearchFixture fixture) {
    int half = trial.all().size() / 2;
    int done = 0;
    for (Resource resource : trial.all()) {
      fixture.log.put(FhirContexts.r4().newJsonParser().encodeResourceToString(resource));
      model.put(resource);
      if (++done == half) {
        store(fixture);
      }
      if (random.nextInt(25) == 0) {
        fixture.log.delete(SearchModel.key(resource));
        model.delete(SearchModel.key(resource));
      }
    }
    fixture.awaitIndexed();
    // As stored: with lastUpdated.
    fixture.log.current().values().stream()
        .filter(content -> !content.key().type().equals("SearchParameter"))
        .forEach(content ->
            model.put(
                (Resource)
                    FhirContexts.r4()
                        .newJsonParser()
                        .parseResource(new String(content.json(), StandardCharsets.UTF_8))));
  }

  @Test
  void includesWhatTheModelIncludes() {
    try (SearchFixture fixture = new SearchFixture(folder)) {
      fill(fixture);
      SoftAssertions all = new SoftAssertions();
      for (int i = 0; i < SEARCHES / 5; i++) {
        Asked asked = asked();
        List<Resource> matches = model.sorted(matches(asked), asked.sort());
        List<Resource> onPage = matches.subList(0, Math.min(asked.count(), matches.size()));
        String source = RandomTrial.TYPES.get(random.nextInt(RandomTrial.TYPES.size()));
        boolean isReverse = random.nextBoolean();
        String from = isReverse ? source : asked.type();
        List<String> references =
            model.parameters().ofType(from).values().stream()
                .filter(p -> !p.getTarget().isEmpty())
                .map(p -> p.getCode())
                .toList();
        if (references.isEmpty()) {
          continue;
        }
        String code = references.get(random.nextInt(references.size()));
        Set<Resource> included = new java.util.LinkedHashSet<>();
        for (Resource match : onPage) {
          if (isReverse) {
            model.ofType(source).stream()
                .filter(resource -> model.targets(resource, code).contains(match))
                .forEach(included::add);
          } else {
            included.addAll(model.targets(match, code));
          }
        }
        onPage.forEach(included::remove);
        Set<String> expected = new TreeSet<>();
        included.forEach(resource -> expected.add(SearchModel.key(resource)));
        String url =
            asked.url() + "&" + (isReverse ? "_revinclude=" : "_include=") + from + ":" + code;
        Set<String> found = new TreeSet<>();
        fixture.page(url).entries().stream()
            .filter(entry -> entry.mode() == SearchPage.Mode.INCLUDE)
            .forEach(entry -> found.add(entry.key().toString()));
        all.assertThat(found).as("seed %d: %s", SEED, url).isEqualTo(expected);
      }
      all.assertAll();
    }
  }
}
