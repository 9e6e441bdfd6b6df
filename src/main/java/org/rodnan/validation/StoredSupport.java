package org.rodnan.validation;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.IValidationSupport;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.Optional;
import org.hl7.fhir.instance.model.api.IBaseResource;
import org.hl7.fhir.r4.model.CodeSystem;
import org.hl7.fhir.r4.model.MetadataResource;
import org.hl7.fhir.r4.model.StructureDefinition;
import org.hl7.fhir.r4.model.ValueSet;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.terminology.StoredDefinitions;

/**
 * One revision of what clients have stored, for HAPI's terminology. Each address is looked up once,
 * also if nothing is found. Thread safe.
 */
final class StoredSupport implements IValidationSupport {
  private static final int KEPT_MAX = 2_000;

  private final StoredDefinitions stored;
  private final Cache<Address, Optional<MetadataResource>> found =
      Caffeine.newBuilder().maximumSize(KEPT_MAX).executor(Runnable::run).build();

  private record Address(Class<? extends MetadataResource> type, String canonical) {}

  StoredSupport(StoredDefinitions stored) {
    this.stored = stored;
  }

  <T extends MetadataResource> Optional<T> find(Class<T> type, String canonical) {
    return found
        .get(
            new Address(type, canonical),
            address -> stored.find(type, canonical).map(MetadataResource.class::cast))
        .map(type::cast);
  }

  @Override
  public @Nullable StructureDefinition fetchStructureDefinition(String address) {
    return find(StructureDefinition.class, address).orElse(null);
  }

  @Override
  public @Nullable CodeSystem fetchCodeSystem(String address) {
    return find(CodeSystem.class, address).orElse(null);
  }

  @Override
  public @Nullable ValueSet fetchValueSet(String address) {
    return find(ValueSet.class, address).orElse(null);
  }

  @Override
  @SuppressWarnings("unchecked")
  public <T extends IBaseResource> @Nullable T fetchResource(
      @Nullable Class<T> type, String address) {
    if (type == StructureDefinition.class) {
      return (T) fetchStructureDefinition(address);
    }
    if (type == CodeSystem.class) {
      return (T) fetchCodeSystem(address);
    }
    return type == ValueSet.class ? (T) fetchValueSet(address) : null;
  }

  @Override
  public FhirContext getFhirContext() {
    return FhirContexts.r4();
  }
}
