package org.rodnan.validation;

import java.time.Duration;

/**
 * Limits of validation, each a setting {@code rodnan.validation.*} and reported by name when it is
 * exceeded. HL7's validator takes time that grows with the square of some sizes, and memory of some
 * fifty times the JSON.
 *
 * @param threadsMax how many resources may be validated at once
 * @param valuesMax values in the JSON of a resource: members of objects and of arrays
 * @param cpuTimeMax processor time of one resource
 * @param waitMax how long a request waits for one of the threads
 */
record ValidationLimits(int threadsMax, int valuesMax, Duration cpuTimeMax, Duration waitMax) {

  /** The values that hold unless a setting says otherwise. */
  static ValidationLimits ofThreads(int threadsMax) {
    return new ValidationLimits(
        threadsMax, 250_000, Duration.ofSeconds(10), Duration.ofSeconds(20));
  }
}
