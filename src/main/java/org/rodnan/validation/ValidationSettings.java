package org.rodnan.validation;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.rodnan.validation.ValidationModes.Mode;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Settings {@code rodnan.validation.*}.
 *
 * @param mode whether what is not valid is refused (default: enforce)
 * @param profiles the mode of single profiles, by address, or by id for those of the program
 * @param threadsMax how many resources may be validated at once (default: the number of cores, at
 *     least 2)
 * @param valuesMax values in the JSON of a resource (default 250000)
 * @param cpuTimeMax processor time of one resource (default 10s)
 * @param waitMax how long a request waits for its turn (default 20s)
 */
@ConfigurationProperties("rodnan.validation")
record ValidationSettings(
    @Nullable Mode mode,
    @Nullable Map<String, Mode> profiles,
    @Nullable Integer threadsMax,
    @Nullable Integer valuesMax,
    @Nullable Duration cpuTimeMax,
    @Nullable Duration waitMax) {

  ValidationModes modes() {
    return new ValidationModes(
        mode == null ? Mode.ENFORCE : mode, profiles == null ? Map.of() : profiles);
  }

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
