package org.rodnan.store;

import java.time.Clock;
import org.rodnan.fhir.Limits;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Opens the store of the program. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(StoreSettings.class)
class StoreConfiguration {
  @Bean(destroyMethod = "close")
  ResourceStore resourceStore(StoreSettings settings, Limits limits, Clock clock) {
    return ResourceStores.open(settings, limits, clock);
  }
}
