package org.rodnan.ingest;

import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.rodnan.fhir.IdGenerator;
import org.rodnan.fhir.Limits;
import org.rodnan.fhir.ResourceParser;
import org.rodnan.hl7v2.Hl7v2Receiver;
import org.rodnan.interaction.Interactions;
import org.rodnan.store.ResourceStore;
import org.rodnan.store.StoreSettings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.FileSystemUtils;

@Configuration
@EnableConfigurationProperties({
  IngestSettings.class,
  ImportSettings.class,
  WatchSettings.class,
  TrialSettings.class,
  PackageSettings.class
})
class IngestConfiguration {
  private static final int WRITERS = 32;
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

  /** More than cores: most of them wait until what they wrote is durable, in one commit. */
  @Bean(destroyMethod = "shutdownNow")
  ExecutorService ingesting() {
    return Executors.newFixedThreadPool(
        WRITERS, Thread.ofPlatform().name("ingest-", 0).daemon().factory());
  }

  @Bean
  Ingest ingest(
      Interactions interactions,
      ResourceStore store,
      ResourceParser parser,
      Limits limits,
      Clock clock,
      IngestSettings settings,
      StoreSettings storing,
      ExecutorService ingesting,
      Hl7v2Receiver messages) {
    return new Ingest(
        interactions,
        parser,
        limits,
        settings,
        new ProvenanceRecords(interactions.update(), store, parser, clock),
        emptied(storing, "ingest"),
        ingesting,
        messages);
  }

  @Bean
  BulkImport bulkImport(
      Ingest ingest,
      ImportSettings settings,
      IngestSettings limits,
      Clock clock,
      StoreSettings storing) {
    return new BulkImport(ingest, settings, limits, clock, emptied(storing, "imports"));
  }

  /** A folder that a process before this one may have left full. */
  private static Path emptied(StoreSettings storing, String name) {
    Path folder = storing.folder().resolve(name);
    FileSystemUtils.deleteRecursively(folder.toFile());
    return folder;
  }

  /** Of the server alone: a command doesn't take what lies in the folder. */
  @Bean
  @ConditionalOnWebApplication
  SmartLifecycle folderWatch(WatchSettings settings, Ingest ingest, Clock clock, IdGenerator ids) {
    FolderWatch watch = new FolderWatch(settings, ingest, clock, ids.next());
    return new SmartLifecycle() {
      @Override
      public void start() {
        watch.start();
      }

      @Override
      public void stop() {
        watch.stop();
      }

      @Override
      public boolean isRunning() {
        return watch.isRunning();
      }
    };
  }

  @Bean
  FileCheck fileCheck(
      Interactions interactions, ResourceParser parser, Limits limits, IngestSettings settings) {
    return new FileCheck(interactions.validate(), parser, limits, settings);
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
