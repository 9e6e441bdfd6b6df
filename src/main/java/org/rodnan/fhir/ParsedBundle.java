package org.rodnan.fhir;

import java.util.List;

/**
 * A Bundle whose entries are read one by one, so that what is wrong with a resource is that entry's
 * alone.
 *
 * @param envelope the body itself; if it is a Bundle, a placeholder stands for the resource of each
 *     entry
 * @param resources for each entry in order
 */
public record ParsedBundle(ParsedResource envelope, List<EntryResource> resources) {
  /** What stands in the envelope for a resource. */
  static final String PLACEHOLDER = "{\"resourceType\":\"Binary\"}";

  public ParsedBundle {
    resources = List.copyOf(resources);
  }

  /** The resource of an entry. */
  public sealed interface EntryResource {
    /** The entry has none. */
    record Absent() implements EntryResource {}

    /** With the very bytes that stand in the Bundle. */
    record Readable(ParsedResource resource) implements EntryResource {}

    /** The failure speaks of the resource as if it stood alone. */
    record Unreadable(FhirFailure failure) implements EntryResource {}
  }
}
