package org.rodnan.store;

import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.ResourceKey;

/**
 * A key that has its permanent integer.
 *
 * @param current null for a key that was only mentioned
 */
record KeyRow(ResourceKey key, long number, @Nullable CurrentVersion current) {
  boolean exists() {
    return current != null && !current.isDeleted();
  }
}
