package org.rodnan.terminology;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.IValidationSupport;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.hl7.fhir.instance.model.api.IBaseResource;
import org.hl7.fhir.r4.model.CodeSystem;
import org.hl7.fhir.r4.model.ConceptMap;
import org.hl7.fhir.r4.model.MetadataResource;
import org.hl7.fhir.r4.model.Resource;
import org.hl7.fhir.r4.model.StructureDefinition;
import org.hl7.fhir.r4.model.ValueSet;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.FhirContexts;

/**
 * Definitions by canonical address (R4, references.html#canonical): those of the folders {@code
 * profiles} and {@code terminology} first, then those of R4 itself. So a newer edition of an HL7
 * code system among ours stands before the one of 2019 that R4 carries. Nothing is looked up on a
 * network. Thread safe; what is returned is shared and must not be changed.
 *
 * <p>An address may end in {@code |version}; then that version is found or nothing.
 */
public final class Definitions implements IValidationSupport {
  private final Map<String, StructureDefinition> ourStructures;
  private final Map<String, CodeSystem> ourCodeSystems;
  private final Map<String, ValueSet> ourValueSets;
  private final Map<String, ConceptMap> ourConceptMaps;
  private final StandardDefinitions standard = new StandardDefinitions();
  private final Map<String, Optional<CodeSystem>> codeSystems = new ConcurrentHashMap<>();
  private final Map<String, Optional<ValueSet>> valueSets = new ConcurrentHashMap<>();

  /** Reads our artifacts and indexes R4's, less than a second together. */
  public Definitions() {
    this.ourStructures = byUrl(StructureDefinition.class, "profiles/StructureDefinition");
    this.ourCodeSystems = byUrl(CodeSystem.class, "terminology/CodeSystem");
    this.ourValueSets = byUrl(ValueSet.class, "terminology/ValueSet");
    this.ourConceptMaps = byUrl(ConceptMap.class, "terminology/ConceptMap");
  }

  private static <T extends MetadataResource> Map<String, T> byUrl(Class<T> type, String folder) {
    Map<String, T> byUrl = new HashMap<>();
    Artifacts.read(type, folder).forEach(artifact -> byUrl.put(artifact.getUrl(), artifact));
    return Map.copyOf(byUrl);
  }

  /** The profiles and extensions of the folder {@code profiles}, without snapshots. */
  public List<StructureDefinition> ourStructures() {
    return List.copyOf(ourStructures.values());
  }

  public List<ConceptMap> conceptMaps() {
    return List.copyOf(ourConceptMaps.values());
  }

  /** Address, name, kind and parent of every data type and resource type of R4; no elements. */
  public List<StructureDefinition> typeOutlines() {
    return standard.typeOutlines();
  }

  /** Parsed at each call if it is one of R4's: the caller keeps what it needs again. */
  @Override
  public @Nullable StructureDefinition fetchStructureDefinition(String address) {
    return find(StructureDefinition.class, ourStructures, address).orElse(null);
  }

  @Override
  public @Nullable CodeSystem fetchCodeSystem(String address) {
    return kept(codeSystems, CodeSystem.class, ourCodeSystems, address);
  }

  @Override
  public @Nullable ValueSet fetchValueSet(String address) {
    return kept(valueSets, ValueSet.class, ourValueSets, address);
  }

  /** Only what is found is kept, so that unknown addresses from outside take no memory. */
  private <T extends MetadataResource> @Nullable T kept(
      Map<String, Optional<T>> kept, Class<T> type, Map<String, T> ours, String address) {
    Optional<T> found =
        kept.computeIfAbsent(
            address,
            absent -> {
              Optional<T> read = find(type, ours, absent);
              return read.isEmpty() ? null : read;
            });
    return found == null ? null : found.orElse(null);
  }

  private <T extends MetadataResource> Optional<T> find(
      Class<T> type, Map<String, T> ours, String address) {
    int bar = address.indexOf('|');
    String url = bar < 0 ? address : address.substring(0, bar);
    String version = bar < 0 ? null : address.substring(bar + 1);
    return Optional.ofNullable(ours.get(url))
        .filter(found -> isVersion(found, version))
        .or(() -> standard.read(type, url).filter(found -> isVersion(found, version)));
  }

  private static boolean isVersion(MetadataResource found, @Nullable String version) {
    return version == null || version.equals(found.getVersion());
  }

  @Override
  @SuppressWarnings("unchecked")
  public <T extends IBaseResource> @Nullable T fetchResource(
      @Nullable Class<T> type, String address) {
    Resource found;
    if (type == null) {
      found = fetchStructureDefinition(address);
      found = found == null ? fetchCodeSystem(address) : found;
      found = found == null ? fetchValueSet(address) : found;
    } else if (type == StructureDefinition.class) {
      found = fetchStructureDefinition(address);
    } else if (type == CodeSystem.class) {
      found = fetchCodeSystem(address);
    } else if (type == ValueSet.class) {
      found = fetchValueSet(address);
    } else if (type == ConceptMap.class) {
      found = find(ConceptMap.class, ourConceptMaps, address).orElse(null);
    } else {
      found = null;
    }
    return (T) found;
  }

  @Override
  public FhirContext getFhirContext() {
    return FhirContexts.r4();
  }

  @Override
  public String getName() {
    return "definitions of Rodnan and R4";
  }
}
