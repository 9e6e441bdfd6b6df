package org.rodnan.operation;

import org.rodnan.interaction.Interactions;
import org.rodnan.search.EverythingEngine;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration
class OperationConfiguration {
  @Bean
  Operations operations(Interactions interactions, EverythingEngine everything) {
    return new Operations(new EverythingOperation(interactions.read(), everything));
  }
}
