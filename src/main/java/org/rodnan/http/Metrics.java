package org.rodnan.http;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.rodnan.index.IndexStatus;
import org.rodnan.index.ResourceIndex;
import org.rodnan.store.ResourceStore;
import org.rodnan.validation.ResourceValidator;

/**
 * What is counted and measured, for Prometheus. Requests are told apart by interaction and class of
 * status alone, so that nobody can make up new series. Thread safe.
 */
final class Metrics implements AutoCloseable {
  /** Upper ends of the classes that latencies are counted in. */
  private static final Duration[] LATENCIES =
      List.of(1, 5, 10, 50, 100, 500, 1_000, 5_000, 30_000).stream()
          .map(Duration::ofMillis)
          .toArray(Duration[]::new);

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Map<Series, Timer> requests = new ConcurrentHashMap<>();
  private final JvmGcMetrics collections = new JvmGcMetrics();

  private record Series(String interaction, int statusClass) {}

  Metrics(ResourceStore store, ResourceIndex index, ResourceValidator validator) {
    new JvmMemoryMetrics().bindTo(registry);
    collections.bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    FunctionCounter.builder(
            "rodnan.validation.accepted", validator, ResourceValidator::acceptedCount)
        .description("Resources that compiled profiles accepted")
        .register(registry);
    FunctionCounter.builder("rodnan.validation.left", validator, ResourceValidator::leftCount)
        .description("Resources that were left to HL7's validator")
        .register(registry);
    gauge(
        "rodnan.validation.not.compiled",
        "Elements and constraints of the profiles used so far that are not compiled",
        () -> validator.notCompiled().size());
    gauge("rodnan.log.head", "Position of the last entry of the log", () -> store.head().value());
    gauge("rodnan.index.position", "Last entry of the log in the index", () -> position(index));
    gauge(
        "rodnan.index.lag",
        "Entries of the log that the index has yet to apply",
        () -> Math.max(0, store.head().value() - position(index)));
    gauge(
        "rodnan.index.up",
        "1 if the index follows the log, 0 while it is rebuilt or out of order",
        () ->
            switch (index.status()) {
              case IndexStatus.Current current -> 1;
              case IndexStatus.Reindexing reindexing -> 1;
              case IndexStatus.Rebuilding rebuilding -> 0;
              case IndexStatus.Failed failed -> 0;
            });
    gauge(
        "rodnan.index.reindexing",
        "Resources that are still to be indexed by new search parameters",
        () ->
            index.status() instanceof IndexStatus.Reindexing reindexing
                ? reindexing.of() - reindexing.done()
                : 0);
    gauge("rodnan.index.pinned", "Snapshots kept for next links", index::pinnedCount);
    gauge("rodnan.write.queue", "Write requests waiting for the writer section", store::waiting);
  }

  private void gauge(String name, String description, Supplier<Number> value) {
    Gauge.builder(name, value).description(description).register(registry);
  }

  private static long position(ResourceIndex index) {
    return switch (index.status()) {
      case IndexStatus.Current current -> current.position().value();
      case IndexStatus.Reindexing reindexing -> reindexing.position().value();
      case IndexStatus.Rebuilding rebuilding -> rebuilding.done();
      case IndexStatus.Failed failed -> 0;
    };
  }

  /**
   * One request that was answered.
   *
   * @param interaction one of a bounded number of names
   */
  void answered(String interaction, int status, long nanos) {
    requests
        .computeIfAbsent(new Series(interaction, status / 100), this::timer)
        .record(nanos, TimeUnit.NANOSECONDS);
  }

  private Timer timer(Series series) {
    return Timer.builder("rodnan.requests")
        .description("Requests below /fhir, from the first byte read to the last one written")
        .tag("interaction", series.interaction())
        .tag("status", series.statusClass() + "xx")
        .serviceLevelObjectives(LATENCIES)
        .register(registry);
  }

  /** In the text format of Prometheus. */
  String text() {
    return registry.scrape();
  }

  @Override
  public void close() {
    collections.close();
    registry.close();
  }
}
