package org.rodnan.validation;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.hl7.fhir.r5.elementmodel.Element;
import org.hl7.fhir.r5.elementmodel.Property;
import org.hl7.fhir.r5.model.CanonicalResource;
import org.hl7.fhir.r5.model.CanonicalType;
import org.hl7.fhir.r5.model.StructureDefinition;
import org.hl7.fhir.r5.utils.validation.IResourceValidator;
import org.hl7.fhir.r5.utils.validation.IValidatorResourceFetcher;
import org.jspecify.annotations.Nullable;
import org.rodnan.validation.compiled.ReferenceTarget;

/**
 * Tells the validator of what type a reference's target is, by the reference alone, so that an
 * Observation whose subject is a ResearchStudy is refused. Nothing is fetched from anywhere.
 */
final class ReferenceTypes implements IValidatorResourceFetcher {
  private final ProfileContext profiles;

  ReferenceTypes(ProfileContext profiles) {
    this.profiles = profiles;
  }

  /** An empty resource of that type. */
  @Override
  public @Nullable Element fetch(IResourceValidator validator, Object caller, String reference) {
    String type = ReferenceTarget.typeOf(reference);
    StructureDefinition definition =
        type != null && profiles.getResourceNamesAsSet().contains(type)
            ? profiles.fetchTypeDefinition(type)
            : null;
    if (definition == null) {
      return null;
    }
    Element resource =
        new Element(
            type,
            new Property(
                profiles, definition.getSnapshot().getElementFirstRep(), definition, null, null));
    resource.setType(type);
    return resource;
  }

  @Override
  public boolean resolveURL(
      IResourceValidator validator,
      Object caller,
      String path,
      String url,
      String type,
      boolean isCanonical,
      List<CanonicalType> targets) {
    return true;
  }

  @Override
  public byte[] fetchRaw(IResourceValidator validator, String url) throws IOException {
    throw new IOException("Attachments are not fetched");
  }

  @Override
  public IValidatorResourceFetcher setLocale(Locale locale) {
    return this;
  }

  @Override
  public @Nullable CanonicalResource fetchCanonicalResource(
      IResourceValidator validator, Object caller, String url) {
    return null;
  }

  @Override
  public boolean fetchesCanonicalResource(IResourceValidator validator, String url) {
    return false;
  }

  @Override
  public Set<ResourceVersionInformation> fetchCanonicalResourceVersions(
      IResourceValidator validator, Object caller, String url) {
    return Set.of();
  }
}
