package org.rodnan;

import java.time.Duration;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.Progress;
import org.rodnan.index.IndexStatus;
import org.rodnan.index.ResourceIndex;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.ComponentScan;

/** Store and index with the server's settings, and nothing else of it. */
@ComponentScan({
  "org.rodnan.fhir",
  "org.rodnan.terminology",
  "org.rodnan.store",
  "org.rodnan.index"
})
public final class IndexRebuild {
  private static final Duration LOOK = Duration.ofMillis(100);

  private IndexRebuild() {}

  /**
   * Opens the index and waits until it holds the log.
   *
   * @return the log position that it holds
   */
  public static long run(String[] settings, Progress progress) {
    try (ConfigurableApplicationContext parts =
        new SpringApplicationBuilder(IndexRebuild.class)
            .web(WebApplicationType.NONE)
            .logStartupInfo(false)
            .run(settings)) {
      ResourceIndex index = parts.getBean(ResourceIndex.class);
      while (true) {
        switch (index.status()) {
          case IndexStatus.Current current -> {
            return current.position().value();
          }
          case IndexStatus.Rebuilding at ->
              progress.at("Index", Math.min(at.done(), at.of()), Math.max(1, at.of()));
          case IndexStatus.Reindexing at ->
              progress.at("Parameters", Math.min(at.done(), at.of()), Math.max(1, at.of()));
          case IndexStatus.Failed failed -> throw new FhirFailure.Fault(failed.reason());
        }
        Thread.sleep(LOOK);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FhirFailure.Fault("Interrupted", e);
    }
  }
}
