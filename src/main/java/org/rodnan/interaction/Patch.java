package org.rodnan.interaction;

import org.hl7.fhir.r4.model.Meta;
import org.hl7.fhir.r4.model.Parameters;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ParsedResource;
import org.rodnan.fhir.ResourceParser;

/**
 * A change to a resource, in one of R4's three forms (http.html#patch) or to its meta alone.
 * Immutable, thread safe.
 */
public sealed interface Patch permits FhirPathPatch, JsonPatch, MetaPatch, XmlPatch {
  /**
   * The resource after it.
   *
   * @param json the resource as it is stored
   * @throws FhirFailure.Unprocessable if the patch doesn't fit the resource, or what comes out is
   *     none
   */
  ParsedResource apply(byte[] json, ResourceParser parser);

  /**
   * A JSON Patch (RFC 6902).
   *
   * @throws FhirFailure.Malformed if it is none
   */
  static Patch json(byte[] document) {
    return JsonPatch.parse(document);
  }

  /** The profiles, tags and security labels added, as far as they aren't there. */
  static Patch addingMeta(Meta meta) {
    return MetaPatch.of(meta, true);
  }

  /** The profiles, tags and security labels taken away, as far as they are there. */
  static Patch removingMeta(Meta meta) {
    return MetaPatch.of(meta, false);
  }

  /**
   * An XML Patch (RFC 5261).
   *
   * @throws FhirFailure.Malformed if it is none
   */
  static Patch xml(byte[] document) {
    return XmlPatch.parse(document);
  }

  /**
   * A FHIRPath Patch (R4, fhirpatch.html).
   *
   * @throws FhirFailure.Malformed if it is none
   */
  static Patch fhirPath(ParsedResource document) {
    if (!(document.resource() instanceof Parameters parameters)) {
      throw new FhirFailure.Malformed(
          "The body is a " + document.type() + "; expected Parameters, a FHIRPath Patch",
          document.type());
    }
    return FhirPathPatch.of(parameters);
  }
}
