package org.rodnan.interaction;

import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.fhir.VersionId;
import org.rodnan.store.ResourceStore;
import org.rodnan.store.ResourceVersion;

/** R4, http.html#vread. Thread safe. */
public final class VreadInteraction {
  private final ResourceStore store;

  public VreadInteraction(ResourceStore store) {
    this.store = store;
  }

  /**
   * One version, current or not.
   *
   * @throws FhirFailure.NotFound if there is no such version
   * @throws FhirFailure.Gone if that version is a deletion
   */
  public ResourceVersion.Content vread(ResourceKey key, String versionId) {
    ResourceVersion version =
        VersionId.parse(versionId)
            .flatMap(parsed -> store.vread(key, parsed))
            .orElseThrow(() ->
                new FhirFailure.NotFound(
                    "Resource " + key + " has no version '" + versionId + "'"));
    return Contents.require(version);
  }
}
