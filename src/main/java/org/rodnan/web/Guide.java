package org.rodnan.web;

import ca.uhn.fhir.context.support.IValidationSupport;
import ca.uhn.fhir.context.support.ValidationSupportContext;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.hl7.fhir.common.hapi.validation.support.SnapshotGeneratingValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.ValidationSupportChain;
import org.hl7.fhir.r4.model.CodeSystem;
import org.hl7.fhir.r4.model.ConceptMap;
import org.hl7.fhir.r4.model.MetadataResource;
import org.hl7.fhir.r4.model.OperationDefinition;
import org.hl7.fhir.r4.model.SearchParameter;
import org.hl7.fhir.r4.model.StructureDefinition;
import org.hl7.fhir.r4.model.ValueSet;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.terminology.Artifacts;
import org.rodnan.terminology.Definitions;

/**
 * The implementation guide: everything in the folders {@code profiles} and {@code terminology}, the
 * profiles with their snapshots. Immutable, thread safe.
 */
final class Guide {
  static final String PACKAGE = "org.rodnan.ssc";
  static final String CANONICAL = "https://w3id.org/rodnan";

  private final List<MetadataResource> definitions;
  private final Map<String, MetadataResource> byUrl = new TreeMap<>();
  private final SortedMap<String, GuideExample> examples;

  private Guide(List<MetadataResource> definitions, SortedMap<String, GuideExample> examples) {
    this.definitions = List.copyOf(definitions);
    this.examples = examples;
    definitions.forEach(each -> byUrl.put(each.getUrl(), each));
  }

  /** Reads the files and makes the snapshots: some seconds of one thread. */
  static Guide load(Definitions known) {
    List<MetadataResource> definitions = new ArrayList<>();
    SnapshotGeneratingValidationSupport snapshots =
        new SnapshotGeneratingValidationSupport(FhirContexts.r4());
    IValidationSupport support = new ValidationSupportChain(known, snapshots);
    ValidationSupportContext context = new ValidationSupportContext(support);
    for (StructureDefinition profile :
        Artifacts.read(StructureDefinition.class, "profiles/StructureDefinition")) {
      definitions.add(
          (StructureDefinition)
              snapshots.generateSnapshot(
                  context, profile, profile.getUrl(), "", profile.getName()));
    }
    definitions.addAll(Artifacts.read(ValueSet.class, "terminology/ValueSet"));
    definitions.addAll(Artifacts.read(CodeSystem.class, "terminology/CodeSystem"));
    definitions.addAll(Artifacts.read(ConceptMap.class, "terminology/ConceptMap"));
    definitions.addAll(Artifacts.read(SearchParameter.class, "profiles/SearchParameter"));
    definitions.addAll(Artifacts.read(OperationDefinition.class, "profiles/OperationDefinition"));
    return new Guide(definitions, readExamples());
  }

  private static SortedMap<String, GuideExample> readExamples() {
    SortedMap<String, byte[]> files = Artifacts.files("profiles/examples");
    SortedMap<String, GuideExample> examples = new TreeMap<>();
    try {
      JsonNode expectations = new ObjectMapper().readTree(files.remove("expectations.json"));
      files.forEach((file, content) -> {
        GuideExample example = GuideExample.of(file, content, expectations.path(file));
        examples.put(example.name(), example);
      });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return examples;
  }

  /** By type and, within it, by file name. */
  List<MetadataResource> definitions() {
    return definitions;
  }

  <T extends MetadataResource> List<T> definitions(Class<T> type) {
    return definitions.stream().filter(type::isInstance).map(type::cast).toList();
  }

  Optional<MetadataResource> find(String type, String id) {
    return definitions.stream()
        .filter(each -> each.fhirType().equals(type) && each.getIdPart().equals(id))
        .findFirst();
  }

  /**
   * @param canonical with or without business version
   */
  Optional<MetadataResource> find(String canonical) {
    int bar = canonical.indexOf('|');
    return Optional.ofNullable(byUrl.get(bar < 0 ? canonical : canonical.substring(0, bar)));
  }

  /** By name, in its order. */
  SortedMap<String, GuideExample> examples() {
    return examples;
  }

  List<GuideExample> examplesOf(StructureDefinition profile) {
    return examples.values().stream()
        .filter(example -> example.profile().equals(Optional.of(profile.getIdPart())))
        .toList();
  }

  /** The business version of the guide is that of its definitions. */
  String version() {
    return definitions.getFirst().getVersion();
  }
}
