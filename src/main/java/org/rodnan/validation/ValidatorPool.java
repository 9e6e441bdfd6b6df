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
  private final Duration waitMax;
  private final ConcurrentLinkedDeque<PooledValidator> idle = new ConcurrentLinkedDeque<>();

  ValidatorPool(ProfileContext profiles, int size, Duration waitMax) {
    this.profiles = profiles;
    this.places = new Semaphore(size, true);
    this.waitMax = waitMax;
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
        validator = new PooledValidator(profiles);
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
      if (!places.tryAcquire(waitMax.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new FhirFailure.Busy(
            "All validators are busy; none was free within " + waitMax.toSeconds() + " s",
            Duration.ofSeconds(1));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FhirFailure.Busy("Validation was interrupted", Duration.ofSeconds(1));
    }
  }
}
