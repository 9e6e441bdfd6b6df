package org.rodnan.fhir;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.NoArgGenerator;

/** Gives ids to resources that the server names, and to requests that have no id of their own. */
@FunctionalInterface
public interface IdGenerator {
  /** A new id, unique over all nodes. Thread safe. */
  String next();

  /**
   * Ids that rise with time (UUID version 7, RFC 9562 section 5.7), so that neighbours in time are
   * neighbours in the store's indices.
   */
  static IdGenerator timeOrdered() {
    NoArgGenerator generator = Generators.timeBasedEpochGenerator();
    return () -> generator.generate().toString();
  }
}
