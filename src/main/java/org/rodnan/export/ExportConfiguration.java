package org.rodnan.export;

import java.time.Clock;
import org.rodnan.interaction.Interactions;
import org.rodnan.search.EverythingEngine;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration
class ExportConfiguration {
  @Bean
  SdtmExport sdtmExport(Interactions interactions, EverythingEngine everything, Clock clock) {
    return new SdtmExport(interactions.read(), everything, clock);
  }
}
