package org.rodnan.index;

import java.util.Map;
import java.util.Set;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.store.BusinessIdentifier;

/**
 * What the index keeps of one resource but for its version and place in the log. Made in parallel
 * before a write ({@link DocumentExtractor}), handed to the log as the entry's derived value.
 * Immutable, thread safe.
 */
public final class IndexDocument {
  /** Every resource of this server that a Reference of the resource names, wherever it stands. */
  public Set<ResourceKey> targets() {
    throw new UnsupportedOperationException();
  }

  /** The values of the search parameter {@code identifier}, if the type has one. */
  public Set<BusinessIdentifier> identifiers() {
    throw new UnsupportedOperationException();
  }

  /**
   * The document of the same resource once open references are known, to be used with {@link
   * org.rodnan.fhir.BodyTemplate#fill}. {@link #targets()} of the result includes those that were
   * open.
   *
   * @param references the text for each open reference, such as {@code urn:uuid:…}
   */
  public IndexDocument withReferences(Map<String, String> references) {
    throw new UnsupportedOperationException();
  }
}
