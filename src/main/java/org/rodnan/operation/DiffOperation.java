package org.rodnan.operation;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.hl7.fhir.r4.model.Parameters;
import org.hl7.fhir.r4.model.Resource;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.fhir.VersionId;
import org.rodnan.index.ReferenceText;
import org.rodnan.interaction.ReadInteraction;
import org.rodnan.interaction.VreadInteraction;
import org.rodnan.store.ResourceVersion;

/**
 * {@code $diff}, as HAPI's server has it: what makes one resource of another, as a FHIRPath Patch
 * (R4, fhirpatch.html). Thread safe.
 */
public final class DiffOperation {
  private static final String HISTORY = "/_history/";

  private final ReadInteraction read;
  private final VreadInteraction vread;
  private final ReferenceText references;

  DiffOperation(ReadInteraction read, VreadInteraction vread, ReferenceText references) {
    this.read = read;
    this.vread = vread;
    this.references = references;
  }

  /**
   * From a version of a resource to the current one.
   *
   * @param fromVersion the one before if it is absent
   * @return Parameters, a FHIRPath Patch
   * @throws FhirFailure.NotFound if there is no such resource or version
   * @throws FhirFailure.Gone if one of the two is a deletion
   */
  public byte[] since(ResourceKey key, Optional<String> fromVersion, boolean includeMeta) {
    ResourceVersion.Content to = read.read(key);
    if (fromVersion.isEmpty() && to.version().equals(VersionId.FIRST)) {
      throw new FhirFailure.Malformed(
          key + " has one version only; expected fromVersion, or another version", "fromVersion");
    }
    String from = fromVersion.orElseGet(() -> Long.toString(to.version().value() - 1));
    return diff(vread.vread(key, from), to, includeMeta);
  }

  /**
   * From one resource to another of its type.
   *
   * @param from {@code Type/id} or {@code Type/id/_history/version}
   * @return as {@link #since}
   * @throws FhirFailure as {@link #since}
   * @throws FhirFailure.Malformed if one is no such reference, or they are of two types
   */
  public byte[] between(String from, String to, boolean includeMeta) {
    ResourceVersion.Content first = find("from", from);
    ResourceVersion.Content second = find("to", to);
    if (!first.key().type().equals(second.key().type())) {
      throw new FhirFailure.Malformed(
          "from is a "
              + first.key().type()
              + ", to is a "
              + second.key().type()
              + "; expected two of one type",
          "from",
          "to");
    }
    return diff(first, second, includeMeta);
  }

  private ResourceVersion.Content find(String name, String reference) {
    ResourceKey key =
        references
            .local(reference)
            .orElseThrow(() ->
                new FhirFailure.Malformed(
                    name
                        + " is '"
                        + reference
                        + "'; expected Type/id or Type/id/_history/version of this server",
                    name));
    String relative = references.relative(reference);
    int history = relative.indexOf(HISTORY);
    return history < 0
        ? read.read(key)
        : vread.vread(key, relative.substring(history + HISTORY.length()));
  }

  private static byte[] diff(
      ResourceVersion.Content from, ResourceVersion.Content to, boolean includeMeta) {
    Parameters patch = ResourceDiff.of(parsed(from), parsed(to), includeMeta);
    return FhirContexts.r4()
        .newJsonParser()
        .encodeResourceToString(patch)
        .getBytes(StandardCharsets.UTF_8);
  }

  private static Resource parsed(ResourceVersion.Content content) {
    return (Resource)
        FhirContexts.r4()
            .newJsonParser()
            .parseResource(new String(content.json(), StandardCharsets.UTF_8));
  }
}
