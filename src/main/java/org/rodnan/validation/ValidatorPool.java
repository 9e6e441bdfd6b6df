package org.rodnan.validation;

import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.rodnan.fhir.FhirFailure;

/** As many validators as threads may validate at once; the others wait. Thread safe. */
final class ValidatorPool {
  private final ProfileContext profiles;
  private final Semaphore places;
  private final ValidationLimits limits;
  private final ConcurrentLinkedDeque<PooledValidator> idle = new ConcurrentLinkedDeque<>();

  ValidatorPool(ProfileContext profiles, ValidationLimits limits) {
    this(profiles, limits, new Semaphore(limits.threadsMax(), true));
  }

  private ValidatorPool(ProfileContext profiles, ValidationLimits limits, Semaphore places) {
    this.profiles = profiles;
    this.limits = limits;
    this.places = places;
  }

  /** Of other definitions; both lend to the same number of threads together. */
  ValidatorPool of(ProfileContext other) {
    return new ValidatorPool(other, limits, places);
  }

  /**
   * Lends a validator for one use. One that failed in use is not used again.
   *
   * @throws FhirFailure.Busy if none is free in time
   */
  <T> T use(Function<PooledValidator, T> use) {
    awaitPlace();
    try {
      PooledValidator validator = idle.pollFirst();
      if (validator == null) {
        validator = new PooledValidator(profiles, limits.cpuTimeMax());
      }
      T result = use.apply(validator);
      validator.clear();
      idle.addFirst(validator);
      return result;
    } finally {
      places.release();
    }
  }

  private void awaitPlace() {
    try {
      if (!places.tryAcquire(limits.waitMax().toMillis(), TimeUnit.MILLISECONDS)) {
        throw new FhirFailure.Busy(
            "All validators are busy; none was free within rodnan.validation.wait-max, "
                + limits.waitMax().toSeconds()
                + " s",
            Duration.ofSeconds(1));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FhirFailure.Busy("Validation was interrupted", Duration.ofSeconds(1));
    }
  }
}
