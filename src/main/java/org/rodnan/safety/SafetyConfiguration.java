package org.rodnan.safety;

import org.rodnan.index.ReferenceText;
import org.rodnan.search.SubjectSearch;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration
class SafetyConfiguration {
  @Bean
  AdverseEventCount adverseEventCount(SubjectSearch subjects, ReferenceText references) {
    return new AdverseEventCount(subjects, references);
  }
}
