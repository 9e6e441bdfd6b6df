package org.rodnan.search;

import java.time.Clock;
import java.util.Optional;
import org.hl7.fhir.r4.model.MetadataResource;
import org.rodnan.fhir.Limits;
import org.rodnan.index.EarlierSnapshots;
import org.rodnan.index.ReferenceText;
import org.rodnan.index.ResourceIndex;
import org.rodnan.store.ResourceStore;
import org.rodnan.terminology.DefinitionSource;
import org.rodnan.terminology.Definitions;
import org.rodnan.terminology.StoredDefinitions;
import org.rodnan.terminology.TerminologyService;
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
  Vocabulary vocabulary(Definitions definitions, TerminologyService terminology) {
    return new Vocabulary(definitions, terminology);
  }

  /** Definitions as they are known now: each look-up sees all writes acknowledged before it. */
  @Bean
  DefinitionSource currentDefinitions(Vocabulary vocabulary, Snapshots snapshots) {
    return vocabulary.now(snapshots::current);
  }

  @Bean
  StoredDefinitions storedDefinitions(DefinitionSource current, ResourceIndex index) {
    return new StoredDefinitions() {
      @Override
      public long revision() {
        return index.lastOf(TYPES).value();
      }

      @Override
      public <T extends MetadataResource> Optional<T> find(Class<T> type, String canonical) {
        return current.find(type, canonical);
      }
    };
  }

  @Bean
  Planning planning(
      UnitConversion units,
      Vocabulary vocabulary,
      ReferenceText references,
      Limits limits,
      Clock clock) {
    return new Planning(units, vocabulary, references, limits, clock);
  }

  @Bean
  SearchEngine searchEngine(Snapshots snapshots, Planning planning, Limits limits) {
    return new SearchEngine(snapshots, planning, limits);
  }

  @Bean
  EverythingEngine everythingEngine(Snapshots snapshots, Planning planning, Limits limits) {
    return new EverythingEngine(snapshots, planning, limits);
  }

  @Bean
  SubjectSearch subjectSearch(Snapshots snapshots, EarlierSnapshots earlier, Planning planning) {
    return new SubjectSearch(snapshots, earlier, planning);
  }

  @Bean
  ResourceScan resourceScan(Snapshots snapshots, EarlierSnapshots earlier, Planning planning) {
    return new ResourceScan(snapshots, earlier, planning);
  }

  @Bean
  MetaInUse metaInUse(Snapshots snapshots, Limits limits) {
    return new MetaInUse(snapshots, limits);
  }
}
