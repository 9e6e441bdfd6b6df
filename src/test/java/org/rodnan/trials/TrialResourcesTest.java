package org.rodnan.trials;

import static org.assertj.core.api.Assertions.assertThat;

import ca.uhn.fhir.util.FhirTerser;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.hl7.fhir.r4.model.Bundle;
import org.hl7.fhir.r4.model.DomainResource;
import org.hl7.fhir.r4.model.Observation;
import org.hl7.fhir.r4.model.Reference;
import org.hl7.fhir.r4.model.Resource;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.rodnan.fhir.FhirContexts;

class TrialResourcesTest {

  private static final String RECONSTRUCTED = "spiera-2011/subject-";

  private static BundleFiles files;

  @BeforeAll
  static void load() {
    files = new BundleFiles(FhirContexts.r4());
  }

  @Test
  void idsAreUniqueAndPutUnderTheirName() {
    Set<String> seen = new HashSet<>();
    for (Bundle bundle : files.bundles().values()) {
      assertThat(bundle.getType()).isEqualTo(Bundle.BundleType.TRANSACTION);
      for (Bundle.BundleEntryComponent entry : bundle.getEntry()) {
        String key = key(entry.getResource());
        assertThat(seen.add(key)).as(key).isTrue();
        assertThat(entry.getRequest().getMethod()).isEqualTo(Bundle.HTTPVerb.PUT);
        assertThat(entry.getRequest().getUrl()).isEqualTo(key);
      }
    }
    assertThat(seen).hasSizeGreaterThan(1500);
  }

  @Test
  void referencesPointIntoTheSameBundleOrAnEarlierOne() {
    FhirTerser terser = FhirContexts.r4().newTerser();
    Set<String> known = new HashSet<>();
    for (Bundle bundle : files.bundles().values()) {
      bundle.getEntry().forEach(entry -> known.add(key(entry.getResource())));
      for (Bundle.BundleEntryComponent entry : bundle.getEntry()) {
        for (Reference reference :
            terser.getAllPopulatedChildElementsOfType(entry.getResource(), Reference.class)) {
          assertThat(known).as(key(entry.getResource())).contains(reference.getReference());
        }
      }
    }
  }

  @Test
  void reconstructedResourcesSayThatTheyAreSynthetic() {
    files.bundles().entrySet().stream()
        .filter(file -> isReconstructed(file.getKey()))
        .flatMap(file -> file.getValue().getEntry().stream())
        .map(entry -> (DomainResource) entry.getResource())
        .forEach(resource -> {
          assertThat(resource.getText().getDivAsString()).as(key(resource)).contains("Synthetic");
          assertThat(isTagged(resource)).as(key(resource)).isTrue();
        });
  }

  @Test
  void publishedResourcesAreNotTaggedAsTests() {
    files.bundles().entrySet().stream()
        .filter(file -> !isReconstructed(file.getKey()))
        .flatMap(file -> file.getValue().getEntry().stream())
        .forEach(entry -> assertThat(isTagged(entry.getResource())).isFalse());
  }

  @Test
  void everyObservationHasStudyVisitDateAndCategory() {
    List<Observation> observations =
        files.resources().stream()
            .filter(Observation.class::isInstance)
            .map(Observation.class::cast)
            .filter(observation -> observation.getSubject().getReference().startsWith("Patient/"))
            .toList();
    assertThat(observations).hasSizeGreaterThan(800);
    for (Observation observation : observations) {
      assertThat(observation.getExtensionByUrl(Vocabulary.STUDY_LINK)).isNotNull();
      assertThat(observation.getExtensionByUrl(Vocabulary.VISIT).getExtensionByUrl("code"))
          .isNotNull();
      assertThat(observation.hasEffectiveDateTimeType()).isTrue();
      assertThat(observation.hasCategory()).isTrue();
      assertThat(observation.getStatus()).isEqualTo(Observation.ObservationStatus.FINAL);
    }
  }

  @Test
  void correctedResultsNameThePrintedOnes() {
    List<Observation> corrected =
        files.resources().stream()
            .filter(resource -> resource.getIdElement().getIdPart().endsWith("-corrected"))
            .map(Observation.class::cast)
            .toList();
    assertThat(corrected).hasSizeGreaterThan(15);
    for (Observation observation : corrected) {
      String id = observation.getIdElement().getIdPart();
      assertThat(observation.getDerivedFromFirstRep().getReference())
          .isEqualTo("Observation/" + id.substring(0, id.length() - "-corrected".length()));
      assertThat(observation.getNote()).isNotEmpty();
    }
  }

  private static boolean isReconstructed(String path) {
    return path.startsWith(RECONSTRUCTED) || path.endsWith("/reconstruction.json");
  }

  private static boolean isTagged(Resource resource) {
    return resource.getMeta().getSecurity().stream()
        .anyMatch(coding -> coding.getCode().equals("HTEST"));
  }

  private static String key(Resource resource) {
    return resource.fhirType() + "/" + resource.getIdElement().getIdPart();
  }
}
