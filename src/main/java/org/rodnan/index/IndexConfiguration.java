package org.rodnan.index;

import java.time.Clock;
import java.util.List;
import org.rodnan.fhir.Limits;
import org.rodnan.store.ResourceStore;
import org.rodnan.store.StoreSettings;
import org.rodnan.terminology.UnitConversion;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration
class IndexConfiguration {
  private static final String FOLDER = "index";

  @Bean
  SearchParameters searchParameters() {
    return SearchParameters.load();
  }

  @Bean
  DocumentExtractor documentExtractor(SearchParameters parameters, UnitConversion units) {
    return new DocumentExtractor(parameters, units, List.of());
  }

  @Bean
  ResourceIndex resourceIndex(
      StoreSettings settings,
      ResourceStore store,
      DocumentExtractor extractor,
      Limits limits,
      Clock clock) {
    return ResourceIndex.open(settings.folder().resolve(FOLDER), store, extractor, limits, clock);
  }
}
