package org.rodnan.view;

import org.rodnan.index.FhirPaths;
import org.rodnan.index.ReferenceText;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class ViewConfiguration {
  @Bean
  ViewCompiler viewCompiler(ReferenceText references) {
    return new ViewCompiler(new FhirPaths(), references);
  }
}
