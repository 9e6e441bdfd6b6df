package org.rodnan.ingest;

import org.rodnan.fhir.ResourceParser;
import org.rodnan.interaction.Interactions;
import org.rodnan.store.ResourceStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration
@EnableConfigurationProperties({IngestSettings.class, TrialSettings.class, PackageSettings.class})
class IngestConfiguration {
  private static final Logger LOG = LoggerFactory.getLogger(IngestConfiguration.class);

  @Bean
  SmartLifecycle seedTrials(
      ResourceStore store,
      Interactions interactions,
      ResourceParser parser,
      TrialSettings settings) {
    SeedTrials trials = new SeedTrials(store, interactions.bundle(), parser);
    return new BeforeTheServer(
        1,
        () -> {
          if (settings.load()) {
            int written = trials.load();
            if (written > 0) {
              LOG.info("Loaded the seed trials: {} resources", written);
            }
          }
        });
  }

  @Bean
  Ingest ingest(Interactions interactions, ResourceParser parser, IngestSettings settings) {
    return new Ingest(interactions.update(), interactions.bundle(), parser, settings);
  }

  @Bean
  PackageInstaller packageInstaller(
      ResourceStore store,
      Interactions interactions,
      ResourceParser parser,
      PackageSettings settings) {
    return new PackageInstaller(
        new PackageReader(settings), parser, store, interactions.search(), interactions.bundle());
  }

  @Bean
  SmartLifecycle packagesAtStart(PackageInstaller installer, PackageSettings settings) {
    return new BeforeTheServer(
        2, new PackagesAtStart(settings.load(), new PackageReader(settings), installer)::install);
  }

  /** Runs before the port is open: whoever gets an answer finds the trials. */
  private static final class BeforeTheServer implements SmartLifecycle {
    private final int phasesBefore;
    private final Runnable work;
    private volatile boolean running;

    BeforeTheServer(int phasesBefore, Runnable work) {
      this.phasesBefore = phasesBefore;
      this.work = work;
    }

    @Override
    public void start() {
      work.run();
      running = true;
    }

    @Override
    public void stop() {
      running = false;
    }

    @Override
    public boolean isRunning() {
      return running;
    }

    @Override
    public int getPhase() {
      return WebServerApplicationContext.START_STOP_LIFECYCLE_PHASE - phasesBefore;
    }
  }
}
