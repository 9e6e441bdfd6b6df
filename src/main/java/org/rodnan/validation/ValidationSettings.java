package org.rodnan.validation;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

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
    @Nullable Integer valuesMax,
    @Nullable Duration cpuTimeMax,
    @Nullable Duration waitMax) {

  ValidationLimits limits() {
    int cores = Math.max(2, Runtime.getRuntime().availableProcessors());
    ValidationLimits otherwise = ValidationLimits.ofThreads(cores);
    return new ValidationLimits(
        threadsMax == null ? otherwise.threadsMax() : threadsMax,
        valuesMax == null ? otherwise.valuesMax() : valuesMax,
        cpuTimeMax == null ? otherwise.cpuTimeMax() : cpuTimeMax,
        waitMax == null ? otherwise.waitMax() : waitMax);
  }
}
