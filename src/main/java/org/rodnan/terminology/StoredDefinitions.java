package org.rodnan.terminology;

import java.util.Optional;
import java.util.Set;
import org.hl7.fhir.r4.model.MetadataResource;

/**
 * Definitions that clients have stored, as of now. Thread safe; what is returned is shared and must
 * not be changed.
 */
public interface StoredDefinitions {
  /** The types that resources are judged by. */
  Set<String> TYPES = Set.of("StructureDefinition", "ValueSet", "CodeSystem");

  /** There are none, ever. */
  StoredDefinitions NONE =
      new StoredDefinitions() {
        @Override
        public long revision() {
          return 0;
        }

        @Override
        public <T extends MetadataResource> Optional<T> find(Class<T> type, String canonical) {
          return Optional.empty();
        }
      };

  /** Another number than before if one of {@link #TYPES} was written or deleted since. */
  long revision();

  /**
   * By canonical address, with or without {@code |version}; of several the one created last.
   *
   * @throws org.rodnan.fhir.FhirFailure.Busy if they can't be looked up now
   */
  <T extends MetadataResource> Optional<T> find(Class<T> type, String canonical);
}
