package org.rodnan.interaction;

import java.util.Optional;
import org.hl7.fhir.r4.model.Meta;
import org.rodnan.fhir.ParsedResource;
import org.rodnan.fhir.ResourceParser;

/**
 * The tag of resources that were stored although they are not valid. It is the server's to set and
 * to take away, whatever the client sends.
 */
final class VerdictTag {
  private static final String SYSTEM = "https://w3id.org/rodnan/CodeSystem/validation-verdict";
  private static final String CODE = "not-valid";
  private static final Meta TAG =
      new Meta().addTag(SYSTEM, CODE, "Stored although it is not valid");

  private VerdictTag() {}

  /** The resource with the tag or without it; nothing if it is so already. */
  static Optional<ParsedResource> set(
      ParsedResource resource, boolean isTagged, ResourceParser parser) {
    boolean wasTagged = resource.resource().getMeta().getTag(SYSTEM, CODE) != null;
    return isTagged == wasTagged
        ? Optional.empty()
        : Optional.of(MetaPatch.of(TAG, isTagged).apply(resource.json(), parser));
  }
}
