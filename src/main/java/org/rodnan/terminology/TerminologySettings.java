package org.rodnan.terminology;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/** Settings of terminology, see {@link TerminologyLimits}. */
@ConfigurationProperties("rodnan.terminology")
record TerminologySettings(
    @DefaultValue("10000") int expansionMax,
    @DefaultValue("5000000") int stepsMax,
    @DefaultValue("2000000") int ancestorsMax,
    @DefaultValue("5000") int closureMax,
    @DefaultValue("67108864") int memoryMax) {
  TerminologyLimits limits() {
    return new TerminologyLimits(expansionMax, stepsMax, ancestorsMax, closureMax, memoryMax);
  }
}
