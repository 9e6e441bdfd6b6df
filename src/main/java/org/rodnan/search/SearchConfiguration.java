package org.rodnan.search;

import java.time.Clock;
import org.rodnan.fhir.Limits;
import org.rodnan.index.ReferenceText;
import org.rodnan.index.ResourceIndex;
import org.rodnan.index.SearchParameters;
import org.rodnan.store.ResourceStore;
import org.rodnan.terminology.Definitions;
import org.rodnan.terminology.UnitConversion;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Builds the search engine on the index. */
@Configuration(proxyBeanMethods = false)
class SearchConfiguration {
  @Bean
  SearchEngine searchEngine(
      ResourceIndex index,
      ResourceStore store,
      UnitConversion units,
      Definitions definitions,
      ReferenceText references,
      Limits limits,
      Clock clock) {
    return new SearchEngine(index, store::head, units, definitions, references, limits, clock);
  }

  @Bean
  EverythingEngine everythingEngine(
      ResourceIndex index,
      ResourceStore store,
      SearchParameters parameters,
      UnitConversion units,
      Definitions definitions,
      ReferenceText references,
      Limits limits,
      Clock clock) {
    return new EverythingEngine(
        index, store::head, parameters, units, definitions, references, limits, clock);
  }
}
