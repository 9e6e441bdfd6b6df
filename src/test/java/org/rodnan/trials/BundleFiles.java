package org.rodnan.trials;

import ca.uhn.fhir.context.FhirContext;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.hl7.fhir.r4.model.AdverseEvent;
import org.hl7.fhir.r4.model.Bundle;
import org.hl7.fhir.r4.model.DomainResource;
import org.hl7.fhir.r4.model.Identifier;
import org.hl7.fhir.r4.model.Observation;
import org.hl7.fhir.r4.model.Patient;
import org.hl7.fhir.r4.model.Reference;
import org.hl7.fhir.r4.model.ResearchSubject;
import org.hl7.fhir.r4.model.Resource;

/** The committed bundles, searchable by the few parameters that the check of the numbers needs. */
final class BundleFiles implements ResourceSearch {

  private final Map<String, Bundle> bundles = new LinkedHashMap<>();

  BundleFiles(FhirContext fhir) {
    for (String path : paths()) {
      bundles.put(path, fhir.newJsonParser().parseResource(Bundle.class, text(path)));
    }
  }

  /** The paths that the index names, in its order. */
  static List<String> paths() {
    try {
      List<String> paths = new ArrayList<>();
      for (JsonNode trial : new ObjectMapper().readTree(text("index.json")).get("trials")) {
        trial.get("bundles").forEach(path -> paths.add(path.asText()));
      }
      return paths;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The text of a file below the trials' folder. */
  static String text(String path) {
    try (InputStream in = BundleFiles.class.getResourceAsStream("/trials/" + path)) {
      if (in == null) {
        throw new IllegalStateException("no file " + path);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Map<String, Bundle> bundles() {
    return bundles;
  }

  List<Resource> resources() {
    return bundles.values().stream()
        .flatMap(bundle -> bundle.getEntry().stream())
        .map(Bundle.BundleEntryComponent::getResource)
        .toList();
  }

  @Override
  public List<Resource> search(String query) {
    String[] parts = query.split("\\?", 2);
    return resources().stream()
        .filter(resource -> resource.fhirType().equals(parts[0]))
        .filter(resource ->
            Arrays.stream(parts[1].split("&")).allMatch(criterion -> matches(resource, criterion)))
        .toList();
  }

  private static boolean matches(Resource resource, String criterion) {
    String[] parts = criterion.split("=", 2);
    return switch (parts[0]) {
      case "study" ->
          studies(resource).stream().anyMatch(ref -> ref.getReference().equals(parts[1]));
      case "researchStudy" ->
          ((DomainResource) resource)
              .getExtensionsByUrl(Vocabulary.STUDY_LINK).stream()
                  .map(extension -> (Reference) extension.getValue())
                  .anyMatch(ref -> ref.getReference().equals(parts[1]));
      case "code" ->
          ((Observation) resource)
              .getCode().getCoding().stream()
                  .anyMatch(c -> (c.getSystem() + "|" + c.getCode()).equals(parts[1]));
      case "identifier" ->
          ((Patient) resource)
              .getIdentifier().stream()
                  .map(Identifier::getSystem)
                  .anyMatch((parts[1].replace("|", ""))::equals);
      default -> throw new IllegalArgumentException("unknown parameter: " + criterion);
    };
  }

  private static List<Reference> studies(Resource resource) {
    return switch (resource) {
      case ResearchSubject subject -> List.of(subject.getStudy());
      case AdverseEvent event -> event.getStudy();
      default -> throw new IllegalArgumentException("no study of " + resource.fhirType());
    };
  }
}
