package org.rodnan.search;

import java.time.Clock;
import org.rodnan.fhir.Limits;
import org.rodnan.index.ReferenceText;
import org.rodnan.index.ResourceIndex;
import org.rodnan.store.ResourceStore;
import org.rodnan.terminology.Definitions;
import org.rodnan.terminology.UnitConversion;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Builds the engines on the index. */
@Configuration(proxyBeanMethods = false)
class SearchConfiguration {
  @Bean
  Snapshots snapshots(ResourceIndex index, ResourceStore store, Limits limits) {
    return new Snapshots(index, store::head, limits);
  }

  @Bean
  Planning planning(
      UnitConversion units,
      Definitions definitions,
      ReferenceText references,
      Limits limits,
      Clock clock) {
    return new Planning(units, new Vocabulary(definitions), references, limits, clock);
  }

  @Bean
  SearchEngine searchEngine(Snapshots snapshots, Planning planning, Limits limits) {
    return new SearchEngine(snapshots, planning, limits);
  }

  @Bean
  EverythingEngine everythingEngine(Snapshots snapshots, Planning planning, Limits limits) {
    return new EverythingEngine(snapshots, planning, limits);
  }
}
