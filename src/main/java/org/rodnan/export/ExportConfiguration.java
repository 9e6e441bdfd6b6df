package org.rodnan.export;

import java.time.Clock;
import org.rodnan.index.ReferenceText;
import org.rodnan.interaction.Interactions;
import org.rodnan.search.EverythingEngine;
import org.rodnan.search.ResourceScan;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration
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

  @Bean
  ViewRun viewRun(ResourceScan scans) {
    return new ViewRun(scans);
  }
}
