package org.rodnan.validation;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings {@code rodnan.validation.*}.
 *
 * @param threadsMax how many resources may be validated at once (default: the number of cores, at
 *     least 2)
 * @param valuesMax values in the JSON of a resource (default 250000)
 * @param cpuTimeMax processor time of one resource (default 10s)
 * @param waitMax how long a request waits for its turn (default 20s)
 */
@ConfigurationProperties("rodnan.validation")
record ValidationSettings(
    @Nullable Integer threadsMax,
    @DefaultValue("250000") int valuesMax,
    @DefaultValue("10s") Duration cpuTimeMax,
    @DefaultValue("20s") Duration waitMax) {

  ValidationLimits limits() {
    int threads =
        threadsMax == null ? Math.max(2, Runtime.getRuntime().availableProcessors()) : threadsMax;
    return new ValidationLimits(threads, valuesMax, cpuTimeMax, waitMax);
  }
}
