package org.rodnan.interaction;

import java.time.Clock;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.rodnan.fhir.IdGenerator;
import org.rodnan.fhir.Limits;
import org.rodnan.fhir.ResourceParser;
import org.rodnan.index.ReferenceText;
import org.rodnan.index.ResourceIndex;
import org.rodnan.search.SearchEngine;
import org.rodnan.store.ResourceStore;
import org.rodnan.validation.ResourceValidator;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration
@EnableConfigurationProperties(InteractionSettings.class)
class InteractionConfiguration {
  /** As many threads as cores: preparing is work for the processor alone. */
  @Bean(destroyMethod = "shutdown")
  ExecutorService preparing() {
    return Executors.newFixedThreadPool(
        Runtime.getRuntime().availableProcessors(),
        Thread.ofPlatform().name("prepare-", 0).daemon().factory());
  }

  @Bean
  Interactions interactions(
      ResourceStore store,
      ResourceIndex index,
      SearchEngine engine,
      ResourceParser parser,
      ResourceValidator validator,
      IdGenerator ids,
      InteractionSettings settings,
      ReferenceText references,
      Limits limits,
      Clock clock,
      ExecutorService preparing,
      List<ContentRule> rules) {
    return new Interactions(
        store,
        index,
        engine,
        parser,
        validator,
        ids,
        settings.references(),
        settings.expunge(),
        references,
        limits,
        clock,
        preparing,
        rules);
  }
}
