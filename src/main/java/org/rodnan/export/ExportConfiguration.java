package org.rodnan.export;

import java.time.Clock;
import org.rodnan.fhir.IdGenerator;
import org.rodnan.index.ReferenceText;
import org.rodnan.interaction.Interactions;
import org.rodnan.search.EverythingEngine;
import org.rodnan.search.ResourceScan;
import org.rodnan.store.ResourceStore;
import org.rodnan.store.StoreSettings;
import org.rodnan.view.ViewCompiler;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration
@EnableConfigurationProperties(ExportSettings.class)
class ExportConfiguration {
  @Bean
  SdtmExport sdtmExport(Interactions interactions, EverythingEngine everything, Clock clock) {
    return new SdtmExport(interactions.read(), everything, clock);
  }

  @Bean
  ViewLibrary viewLibrary(Interactions interactions) {
    return new ViewLibrary(interactions.read());
  }

  @Bean
  RecordOwners recordOwners(Interactions interactions, ReferenceText references) {
    return new RecordOwners(interactions.read(), references);
  }

  @Bean(destroyMethod = "close")
  ExportJobs exportJobs(
      ResourceScan scans,
      ResourceStore store,
      RecordOwners owners,
      ViewCompiler compiler,
      ViewRun runs,
      ElementChoice elements,
      ExportSettings settings,
      StoreSettings places,
      IdGenerator ids,
      Clock clock) {
    ExportWork work =
        new ExportWork(
            scans, store, owners, compiler, runs, elements, settings.fileBytesMax(), clock);
    return ExportJobs.open(places.folder().resolve("exports"), work, settings, ids, clock);
  }

  @Bean
  ViewRun viewRun(ResourceScan scans) {
    return new ViewRun(scans);
  }
}
