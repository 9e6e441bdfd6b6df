package org.rodnan.fhir;

import org.hl7.fhir.r4.model.Resource;

/**
 * A resource in both of its forms: the model, to look into, and the JSON, to keep. The JSON is what
 * the client sent; only if it sent XML it was encoded here. Neither is changed by anyone.
 *
 * @param resource never a subtype without a name of its own
 * @param json UTF-8, one JSON object, well-formed, no duplicate keys
 */
public record ParsedResource(Resource resource, byte[] json) {
  /** The resource type's name. */
  public String type() {
    return resource.fhirType();
  }
}
