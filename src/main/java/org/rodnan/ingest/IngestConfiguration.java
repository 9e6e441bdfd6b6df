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
@EnableConfigurationProperties(IngestSettings.class)
class IngestConfiguration {
  private static final Logger LOG = LoggerFactory.getLogger(IngestConfiguration.class);

  @Bean
  SmartLifecycle seedTrials(
      ResourceStore store,
      Interactions interactions,
      ResourceParser parser,
      IngestSettings settings) {
    SeedTrials trials = new SeedTrials(store, interactions.bundle(), parser);
    return new BeforeTheServer(() -> {
      if (settings.load()) {
        int written = trials.load();
        if (written > 0) {
          LOG.info("Loaded the seed trials: {} resources", written);
        }
      }
    });
  }

  /** Runs before the port is open: whoever gets an answer finds the trials. */
  private static final class BeforeTheServer implements SmartLifecycle {
    private final Runnable work;
    private volatile boolean running;

    BeforeTheServer(Runnable work) {
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
      return WebServerApplicationContext.START_STOP_LIFECYCLE_PHASE - 1;
    }
  }
}
