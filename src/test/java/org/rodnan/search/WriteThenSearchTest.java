package org.rodnan.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.hl7.fhir.r4.model.Resource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rodnan.fhir.BodyTemplate;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.Limits;
import org.rodnan.fhir.ParsedResource;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.fhir.TestLimits;
import org.rodnan.index.IndexDocument;
import org.rodnan.index.ResourceIndex;
import org.rodnan.store.Change;
import org.rodnan.store.Origin;
import org.rodnan.store.ResourceStore;
import org.rodnan.store.ResourceStores;
import org.rodnan.store.ResourceVersion;
import org.rodnan.store.StoreSettings;
import org.rodnan.store.WriteUnit;
import org.rodnan.store.WriterSection;

/** The index and search on the real log. */
final class WriteThenSearchTest {
  private static final int THREADS = 8;
  private static final int PAIRS = 60;

  @TempDir Path folder;

  /** Puts one resource. */
  private record Put(ResourceKey key, ParsedResource body, IndexDocument document)
      implements WriteUnit<ResourceVersion.Content> {
    static Put of(String key, String json) {
      Resource resource = (Resource) FhirContexts.r4().newJsonParser().parseResource(json);
      return new Put(
          ResourceKey.parse(key).orElseThrow(),
          new ParsedResource(resource, json.getBytes(StandardCharsets.UTF_8)),
          SearchFixture.EXTRACTOR.extract(resource));
    }

    @Override
    public Origin origin() {
      return new Origin(Origin.ANONYMOUS, null, "test", null);
    }

    @Override
    public Collection<ResourceKey> keys() {
      return List.of(key);
    }

    @Override
    public ResourceVersion.Content apply(WriterSection section) {
      return section.put(
          key,
          Change.UPDATED,
          BodyTemplate.of(body, key),
          Map.of(),
          document.identifiers(),
          document.targets(),
          document);
    }
  }

  private ResourceIndex open(ResourceStore store, Limits limits) {
    return ResourceIndex.open(
        folder.resolve("index"), store, SearchFixture.EXTRACTOR, limits, Clock.systemUTC());
  }

  private static SearchEngine engine(ResourceStore store, ResourceIndex index, Limits limits) {
    return SearchFixture.engine(index, store::head, limits, Clock.systemUTC());
  }

  @Test
  void findsEveryAcknowledgedWriteAtOnce() throws Exception {
    Limits limits = Limits.DEFAULTS;
    try (ResourceStore store =
            ResourceStores.open(StoreSettings.sqliteIn(folder), limits, Clock.systemUTC());
        ResourceIndex index = open(store, limits);
        ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      SearchEngine engine = engine(store, index, limits);
      List<Callable<Integer>> tasks = new ArrayList<>();
      for (int thread = 0; thread < THREADS; thread++) {
        int number = thread;
        tasks.add(() -> writeAndSearch(store, engine, number));
      }
      int found = 0;
      for (Future<Integer> task : threads.invokeAll(tasks)) {
        found += task.get();
      }
      assertThat(found).isEqualTo(THREADS * PAIRS);
    }
    try (ResourceStore store =
            ResourceStores.open(StoreSettings.sqliteIn(folder), limits, Clock.systemUTC());
        ResourceIndex index = open(store, limits)) {
      SearchPage page =
          engine(store, index, limits)
              .search(SearchFixture.request("Observation?_summary=count&patient.active=true"));
      assertThat(page.total()).hasValue(THREADS * PAIRS / 2);
    }
  }

  private static int writeAndSearch(ResourceStore store, SearchEngine engine, int thread)
      throws Exception {
    int found = 0;
    for (int i = 0; i < PAIRS / 2; i++) {
      String id = thread + "-" + i;
      store
          .submit(
              Put.of(
                  "Patient/" + id,
                  "{\"resourceType\":\"Patient\",\"active\":true,\"identifier\":[{\"value\":\""
                      + id
                      + "\"}]}"))
          .get();
      found += engine.search(SearchFixture.request("Patient?identifier=" + id)).entries().size();
      store
          .submit(
              Put.of(
                  "Observation/" + id,
                  "{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"text\":\"x\"},"
                      + "\"subject\":{\"reference\":\"Patient/"
                      + id
                      + "\"}}"))
          .get();
      found +=
          engine
              .search(SearchFixture.request("Observation?patient.identifier=" + id))
              .entries()
              .size();
    }
    return found;
  }

  @Test
  void saysSoWhenTheTimeBudgetIsUsedUp() throws Exception {
    Limits limits = TestLimits.with(Map.of("queryTimeMax", Duration.ofNanos(1)));
    try (ResourceStore store =
            ResourceStores.open(
                StoreSettings.sqliteIn(folder), Limits.DEFAULTS, Clock.systemUTC());
        ResourceIndex index = open(store, limits)) {
      store.submit(Put.of("Patient/1", "{\"resourceType\":\"Patient\",\"active\":true}")).get();
      index.await(store.head(), Duration.ofSeconds(20));
      SearchEngine engine = engine(store, index, limits);
      assertThatThrownBy(() -> engine.search(SearchFixture.request("Patient?active=true")))
          .isInstanceOf(FhirFailure.Busy.class)
          .hasMessageContaining("rodnan.limits.query-time-max");
    }
  }

  @Test
  void goesOnFromACursorAfterARestart() throws Exception {
    Limits limits = Limits.DEFAULTS;
    Optional<String> next;
    try (ResourceStore store =
            ResourceStores.open(StoreSettings.sqliteIn(folder), limits, Clock.systemUTC());
        ResourceIndex index = open(store, limits)) {
      for (int i = 0; i < 5; i++) {
        store.submit(Put.of("Patient/" + i, "{\"resourceType\":\"Patient\"}")).get();
      }
      next = engine(store, index, limits).search(SearchFixture.request("Patient?_count=3")).next();
    }
    try (ResourceStore store =
            ResourceStores.open(StoreSettings.sqliteIn(folder), limits, Clock.systemUTC());
        ResourceIndex index = open(store, limits)) {
      SearchPage rest =
          engine(store, index, limits).next(SearchFixture.request("Patient"), next.orElseThrow());
      assertThat(SearchFixture.ids(rest)).containsExactly("3", "4");
      assertThat(rest.total()).hasValue(5);
    }
  }
}
