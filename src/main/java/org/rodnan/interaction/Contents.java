package org.rodnan.interaction;

import org.rodnan.fhir.FhirFailure;
import org.rodnan.store.ResourceVersion;

/** Tells content from tombstone. */
final class Contents {
  private Contents() {}

  /**
   * @throws FhirFailure.Gone for a tombstone
   * @throws FhirFailure.NotFound for a version that was expunged
   */
  static ResourceVersion.Content require(ResourceVersion version) {
    return switch (version) {
      case ResourceVersion.Content content -> content;
      case ResourceVersion.Expunged expunged ->
          throw new FhirFailure.NotFound(
              "Version " + expunged.version() + " of " + expunged.key() + " was expunged");
      case ResourceVersion.Tombstone tombstone ->
          throw new FhirFailure.Gone(tombstone.key(), tombstone.version());
    };
  }
}
