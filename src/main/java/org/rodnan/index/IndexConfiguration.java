package org.rodnan.index;

import java.time.Clock;
import org.rodnan.fhir.Limits;
import org.rodnan.store.ResourceStore;
import org.rodnan.store.StoreSettings;
import org.rodnan.terminology.UnitConversion;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Opens the index under the data directory. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(IndexSettings.class)
class IndexConfiguration {
  static final String FOLDER = "index";

  @Bean
  SearchParameters searchParameters() {
    return SearchParameters.load();
  }

  @Bean
  ReferenceText referenceText(IndexSettings settings) {
    return new ReferenceText(settings.serverBases());
  }

  @Bean
  DocumentExtractor documentExtractor(
      SearchParameters parameters, UnitConversion units, ReferenceText references) {
    return new DocumentExtractor(parameters, units, references);
  }

  @Bean(destroyMethod = "close")
  ResourceIndex resourceIndex(
      StoreSettings settings,
      ResourceStore store,
      DocumentExtractor extractor,
      Limits limits,
      Clock clock) {
    return ResourceIndex.open(settings.folder().resolve(FOLDER), store, extractor, limits, clock);
  }

  @Bean
  EarlierSnapshots earlierSnapshots(ResourceStore store, ResourceIndex index, Limits limits) {
    return new EarlierSnapshots(store, index, limits);
  }
}
