package org.rodnan.operation;

import java.time.Clock;
import org.hl7.fhir.r4.model.StructureDefinition;
import org.rodnan.fhir.IdGenerator;
import org.rodnan.fhir.Limits;
import org.rodnan.fhir.ResourceParser;
import org.rodnan.interaction.Interactions;
import org.rodnan.search.EverythingEngine;
import org.rodnan.search.SearchEngine;
import org.rodnan.store.ResourceStore;
import org.rodnan.terminology.DefinitionSource;
import org.rodnan.terminology.Definitions;
import org.rodnan.terminology.TerminologyService;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration
class OperationConfiguration {
  @Bean
  Operations operations(
      Interactions interactions,
      EverythingEngine everything,
      SearchEngine search,
      ResourceStore store,
      ResourceParser parser,
      Definitions definitions,
      DefinitionSource current,
      TerminologyService terminology,
      IdGenerator ids,
      Clock clock,
      Limits limits) {
    return new Operations(
        new EverythingOperation(interactions.read(), everything),
        new MetaOperation(interactions.read(), interactions.patch()),
        new LastnOperation(interactions.search(), limits),
        new ValidateOperation(
            interactions.read(),
            interactions.validate(),
            parser,
            key -> search.referencing(key, ValidateOperation.NAMED_MAX, store.head()),
            url -> current.find(StructureDefinition.class, url).isPresent()),
        new TerminologyOperations(
            () -> terminology.at(current),
            definitions.conceptMaps(),
            interactions,
            parser,
            ids,
            clock));
  }
}
