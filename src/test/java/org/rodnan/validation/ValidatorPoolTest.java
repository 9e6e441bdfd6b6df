package org.rodnan.validation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ca.uhn.fhir.context.support.IValidationSupport;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.terminology.Definitions;
import org.rodnan.terminology.StoredDefinitions;

class ValidatorPoolTest {
  private static final Definitions DEFINITIONS = new Definitions();

  private final ValidatorPool pool =
      new ValidatorPool(
          new ProfileContext(
              DEFINITIONS,
              new StoredSupport(StoredDefinitions.NONE),
              (IValidationSupport) DEFINITIONS),
          new ValidationLimits(1, 1000, Duration.ofSeconds(10), Duration.ofMillis(10)));

  @Test
  void isBusyWhileAllValidatorsAreLent() throws Exception {
    try (var thread = Executors.newSingleThreadExecutor()) {
      Future<PooledValidator> other =
          pool.use(lent -> {
            Future<PooledValidator> waiting = thread.submit(() -> pool.use(second -> second));
            assertThatThrownBy(waiting::get).hasCauseInstanceOf(FhirFailure.Busy.class);
            return waiting;
          });
      assertThat(other.isDone()).isTrue();
    }
    assertThat(pool.<Boolean>use(free -> true)).isTrue();
  }

  @Test
  void lendsTheSameValidatorAgain() {
    PooledValidator first = pool.use(validator -> validator);
    assertThat(pool.<PooledValidator>use(validator -> validator)).isSameAs(first);
  }

  @Test
  void lendsNoneAgainThatFailed() {
    PooledValidator[] failed = new PooledValidator[1];
    assertThatThrownBy(() ->
            pool.use(validator -> {
              failed[0] = validator;
              throw new IllegalStateException("broken");
            }))
        .hasMessage("broken");
    assertThat(pool.<PooledValidator>use(validator -> validator)).isNotSameAs(failed[0]);
  }
}
