package org.rodnan.operation;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.hl7.fhir.r4.model.Meta;
import org.hl7.fhir.r4.model.Resource;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.interaction.Patch;
import org.rodnan.interaction.PatchInteraction;
import org.rodnan.interaction.ReadInteraction;
import org.rodnan.store.Origin;
import org.rodnan.store.ResourceVersion;

/**
 * {@code $meta}, {@code $meta-add} and {@code $meta-delete} of one resource (R4,
 * resource-operation-meta.html and its companions). A change makes a version like any other: the
 * log keeps who did it. Thread safe.
 */
public final class MetaOperation {
  private final ReadInteraction read;
  private final PatchInteraction patch;

  MetaOperation(ReadInteraction read, PatchInteraction patch) {
    this.read = read;
    this.patch = patch;
  }

  /**
   * @throws FhirFailure.NotFound if there never was such a resource
   * @throws FhirFailure.Gone if it was deleted
   */
  public Meta meta(ResourceKey key) {
    return of(read.read(key));
  }

  /**
   * Adds profiles, tags and security labels.
   *
   * @param ifMatch the header as sent
   * @return the meta of the resource afterwards
   * @throws FhirFailure as {@link PatchInteraction#patch}
   */
  public Meta add(ResourceKey key, Meta meta, Optional<String> ifMatch, Origin origin) {
    return changed(key, Patch.addingMeta(meta), ifMatch, origin);
  }

  /** Takes profiles, tags and security labels away; otherwise as {@link #add}. */
  public Meta delete(ResourceKey key, Meta meta, Optional<String> ifMatch, Origin origin) {
    return changed(key, Patch.removingMeta(meta), ifMatch, origin);
  }

  private Meta changed(ResourceKey key, Patch change, Optional<String> ifMatch, Origin origin) {
    return of(patch.patch(key, change, ifMatch, origin).version());
  }

  /**
   * The meta of a version.
   *
   * @throws FhirFailure.Gone for a tombstone
   */
  public static Meta of(ResourceVersion version) {
    if (!(version instanceof ResourceVersion.Content content)) {
      throw new FhirFailure.Gone(version.key(), version.version());
    }
    String json = new String(content.json(), StandardCharsets.UTF_8);
    return ((Resource) FhirContexts.r4().newJsonParser().parseResource(json)).getMeta();
  }
}
