package org.rodnan.validation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ca.uhn.fhir.context.support.IValidationSupport;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.Issue;
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

  /**
   * Of the many types of an extension's value, some are the base of others; and of a profile that
   * is judged the validator changes the base for a moment.
   */
  @Test
  void judgesAConstraintAlikeOnManyThreadsFromTheFirstUseOn() throws Exception {
    byte[] profile =
        """
        {"resourceType": "StructureDefinition", "url": "http://example.org/one", "name": "One",
         "status": "draft", "fhirVersion": "4.0.1", "kind": "resource", "abstract": false,
         "type": "Basic", "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Basic",
         "derivation": "constraint",
         "snapshot": {"element": [{"id": "Basic", "path": "Basic", "min": 0, "max": "*",
           "definition": "A note", "base": {"path": "Basic", "min": 0, "max": "*"},
           "constraint": [{"key": "one-1", "severity": "error", "human": "Has no coding",
             "expression": "extension.where(url='http://example.org/e').value.coding.empty()",
             "source": "http://example.org/one"}]}]}}
        """
            .getBytes(StandardCharsets.UTF_8);
    int threads = 4;
    ValidationLimits limits =
        new ValidationLimits(threads, 1000, Duration.ofSeconds(60), Duration.ofSeconds(60));
    CyclicBarrier together = new CyclicBarrier(threads);
    try (var executor = Executors.newFixedThreadPool(threads)) {
      for (int round = 0; round < 3; round++) {
        Edition edition = Edition.first(DEFINITIONS, limits);
        Callable<List<Issue>> judge =
            () -> {
              together.await();
              List<Issue> issues = new ArrayList<>();
              for (int i = 0; i < 20; i++) {
                issues.addAll(edition.judge(profile, address -> true));
              }
              return issues;
            };
        for (Future<List<Issue>> one : executor.invokeAll(Collections.nCopies(threads, judge))) {
          assertThat(one.get()).isEmpty();
        }
      }
    }
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
