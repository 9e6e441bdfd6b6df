package org.rodnan.search;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.rodnan.fhir.Limits;
import org.rodnan.fhir.LogPosition;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.index.DocumentExtractor;
import org.rodnan.index.IndexStatus;
import org.rodnan.index.ReferenceText;
import org.rodnan.index.ResourceIndex;
import org.rodnan.index.SearchParameters;
import org.rodnan.index.TestingLog;
import org.rodnan.terminology.Definitions;
import org.rodnan.terminology.TerminologyLimits;
import org.rodnan.terminology.TerminologyService;
import org.rodnan.terminology.UnitConversion;

/** An index over a log in memory, and searches written as URLs. */
final class SearchFixture implements AutoCloseable {
  static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  static final String BASE = "http://localhost:8080/fhir";
  static final SearchParameters PARAMETERS = SearchParameters.load();
  static final UnitConversion UNITS = new UnitConversion();
  private static final Definitions DEFINITIONS = new Definitions();
  static final ReferenceText REFERENCES = new ReferenceText(List.of(BASE));
  static final DocumentExtractor EXTRACTOR = new DocumentExtractor(PARAMETERS, UNITS, REFERENCES);

  final TestingLog log = new TestingLog(EXTRACTOR, Instant.parse("2025-01-01T00:00:00Z"));
  final ResourceIndex index;
  final SearchEngine engine;
  final EverythingEngine everything;
  private SearchRequest asked = request("Patient");

  SearchFixture(Path folder) {
    this(folder, Limits.DEFAULTS);
  }

  SearchFixture(Path folder, Limits limits) {
    Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
    this.index = ResourceIndex.open(folder, log, EXTRACTOR, limits, clock);
    this.engine = engine(index, log::head, limits, clock);
    this.everything =
        new EverythingEngine(
            new Snapshots(index, log::head, limits), planning(limits, clock), limits);
  }

  /** Of one store: definitions are kept by their key and version. */
  static Vocabulary vocabulary() {
    return new Vocabulary(
        DEFINITIONS,
        new TerminologyService(
            Path.of("target", "search-fixture"), UNITS, TerminologyLimits.DEFAULTS));
  }

  static SearchEngine engine(
      ResourceIndex index, Supplier<LogPosition> head, Limits limits, Clock clock) {
    return new SearchEngine(new Snapshots(index, head, limits), planning(limits, clock), limits);
  }

  private static Planning planning(Limits limits, Clock clock) {
    return new Planning(UNITS, vocabulary(), REFERENCES, limits, clock);
  }

  /** Puts a resource whose type and id are given, the rest of its JSON in single quotes. */
  void put(String key, String rest) {
    ResourceKey parsed = ResourceKey.parse(key).orElseThrow();
    String json =
        ("{'resourceType':'"
                + parsed.type()
                + "','id':'"
                + parsed.id()
                + "'"
                + (rest.isEmpty() ? "" : "," + rest)
                + "}")
            .replace('\'', '"');
    log.put(json);
  }

  /** Returns once all stored search parameters can be searched by. */
  void awaitIndexed() {
    index.await(log.head(), Duration.ofSeconds(20));
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!(index.status() instanceof IndexStatus.Current) && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
  }

  SearchPage page(String url) {
    asked = request(url);
    return engine.search(asked);
  }

  /** The page of a link of the search that was asked for last. */
  SearchPage next(String cursor) {
    return engine.next(asked, cursor);
  }

  /**
   * Ids of the matches of the first page, in order, those of contained resources behind their
   * containers'; of includes, type and id in brackets.
   */
  List<String> search(String url) {
    return ids(page(url));
  }

  static List<String> ids(SearchPage page) {
    return page.entries().stream()
        .map(entry ->
            entry.mode() == SearchPage.Mode.MATCH
                ? entry.key().id() + entry.contained().map(inner -> "#" + inner.id()).orElse("")
                : "[" + entry.key() + "]")
        .toList();
  }

  /** {@code Type?a=b}, {@code ?_type=…} or {@code Patient/1/Observation?…}, percent-encoded. */
  static SearchRequest request(String url) {
    int mark = url.indexOf('?');
    String path = mark < 0 ? url : url.substring(0, mark);
    List<SearchRequest.Parameter> parameters = new ArrayList<>();
    if (mark >= 0 && mark + 1 < url.length()) {
      for (String pair : url.substring(mark + 1).split("&", -1)) {
        int equals = pair.indexOf('=');
        parameters.add(
            new SearchRequest.Parameter(
                decoded(pair.substring(0, equals)), decoded(pair.substring(equals + 1))));
      }
    }
    String[] parts = path.split("/", -1);
    Optional<ResourceKey> compartment =
        parts.length == 3 ? Optional.of(new ResourceKey(parts[0], parts[1])) : Optional.empty();
    List<String> types =
        Arrays.stream(parts)
            .skip(parts.length - 1L)
            .filter(t -> !t.isEmpty() && !t.equals("*"))
            .toList();
    return new SearchRequest(types, compartment, parameters, false);
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    index.close();
  }
}
