package org.rodnan.interaction;

import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.store.ResourceStore;
import org.rodnan.store.ResourceVersion;

/** R4, http.html#read. Thread safe. */
public final class ReadInteraction {
  private final ResourceStore store;

  public ReadInteraction(ResourceStore store) {
    this.store = store;
  }

  /**
   * The current version; sees every write acknowledged before.
   *
   * @throws FhirFailure.NotFound if there never was such a resource
   * @throws FhirFailure.Gone if it was deleted
   */
  public ResourceVersion.Content read(ResourceKey key) {
    ResourceVersion version =
        store
            .read(key)
            .orElseThrow(() -> new FhirFailure.NotFound("Resource " + key + " is not known"));
    return Contents.require(version);
  }
}
