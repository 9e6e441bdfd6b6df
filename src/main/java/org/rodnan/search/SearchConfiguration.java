package org.rodnan.search;

import java.time.Clock;
import java.util.List;
import org.rodnan.fhir.Limits;
import org.rodnan.index.ResourceIndex;
import org.rodnan.index.SearchParameters;
import org.rodnan.store.ResourceStore;
import org.rodnan.terminology.UnitConversion;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration
class SearchConfiguration {
  @Bean
  SearchEngine searchEngine(
      ResourceIndex index,
      ResourceStore store,
      SearchParameters parameters,
      UnitConversion units,
      Limits limits,
      Clock clock) {
    return new SearchEngine(index, store::head, parameters, units, List.of(), limits, clock);
  }
}
