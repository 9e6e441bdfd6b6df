package org.rodnan.terminology;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.hl7.fhir.r4.model.CodeSystem;
import org.hl7.fhir.r4.model.MetadataResource;
import org.hl7.fhir.r4.model.ValueSet;

/**
 * Definitions as they are known at one moment: structure definitions, code systems, value sets and
 * concept maps of the program, of R4, and stored by clients. Thread safe; what is returned is
 * shared and must not be changed.
 */
public interface DefinitionSource {
  /**
   * By canonical address, with or without {@code |version}, or by {@code Type/id}. The program's
   * own and R4's stand before stored ones; of several stored ones the one created last is meant.
   */
  <T extends MetadataResource> Optional<T> find(Class<T> type, String canonical);

  /**
   * As {@link #find}, without reading a stored resource yet: it may be large, and what was made of
   * it may be kept.
   */
  default <T extends MetadataResource> Optional<Located<T>> locate(
      Class<T> type, String canonical) {
    return find(type, canonical).map(Located::of);
  }

  /**
   * A definition that was found.
   *
   * @param identity no other definition and no other version of it has the same
   * @param content reads it
   */
  record Located<T extends MetadataResource>(String identity, Supplier<T> content) {
    /** One that is read already. */
    public static <T extends MetadataResource> Located<T> of(T definition) {
      String identity =
          definition.fhirType()
              + " "
              + definition.getUrl()
              + "|"
              + definition.getVersion()
              + " "
              + definition.getIdElement().getIdPart()
              + " "
              + definition.getMeta().getVersionId();
      return new Located<>(identity, () -> definition);
    }
  }

  /**
   * Those stored by clients one of whose search parameters has the value, such as code systems
   * whose {@code supplements} is another; the one created last first, at most 100.
   *
   * @param parameter of kind uri or reference
   * @param canonical without version; what is referred to in any version is found
   */
  <T extends MetadataResource> List<T> naming(Class<T> type, String parameter, String canonical);

  default Optional<ValueSet> valueSet(String canonical) {
    return find(ValueSet.class, canonical);
  }

  default Optional<CodeSystem> codeSystem(String canonical) {
    return find(CodeSystem.class, canonical);
  }
}
