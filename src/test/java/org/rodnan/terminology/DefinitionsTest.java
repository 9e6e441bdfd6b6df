package org.rodnan.terminology;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.hl7.fhir.r4.model.CodeSystem;
import org.hl7.fhir.r4.model.CodeSystem.ConceptDefinitionComponent;
import org.hl7.fhir.r4.model.StructureDefinition;
import org.hl7.fhir.r4.model.ValueSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rodnan.fhir.FhirContexts;

class DefinitionsTest {
  private static final Definitions DEFINITIONS = new Definitions();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://hl7.org/fhir/StructureDefinition/Observation",
        "http://hl7.org/fhir/StructureDefinition/Quantity",
        "http://hl7.org/fhir/StructureDefinition/string",
        "http://hl7.org/fhir/StructureDefinition/vitalsigns",
        "http://hl7.org/fhir/StructureDefinition/workflow-researchStudy",
        "http://hl7.org/fhir/StructureDefinition/Observation|4.0.1",
        "https://w3id.org/rodnan/StructureDefinition/ssc-mrss",
        "https://w3id.org/rodnan/StructureDefinition/ssc-mrss|0.1.0",
      })
  void findsStructures(String address) {
    StructureDefinition found =
        Objects.requireNonNull(DEFINITIONS.fetchStructureDefinition(address));
    assertThat(address).startsWith(found.getUrl());
    assertThat(found.hasDifferential()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://hl7.org/fhir/StructureDefinition/Unheard",
        "http://hl7.org/fhir/StructureDefinition/Observation|3.0.2",
        "https://w3id.org/rodnan/StructureDefinition/ssc-mrss|9",
        "",
        "|",
      })
  void findsNothingUnderOtherAddresses(String address) {
    assertThat(DEFINITIONS.fetchStructureDefinition(address)).isNull();
    assertThat(DEFINITIONS.fetchCodeSystem(address)).isNull();
    assertThat(DEFINITIONS.fetchValueSet(address)).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://hl7.org/fhir/observation-status",
        "http://terminology.hl7.org/CodeSystem/v2-0136",
        "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation",
        "https://w3id.org/rodnan/CodeSystem/ssc-visit",
      })
  void findsCodeSystems(String address) {
    CodeSystem found = Objects.requireNonNull(DEFINITIONS.fetchCodeSystem(address));
    assertThat(found.getConcept()).isNotEmpty();
    assertThat(DEFINITIONS.fetchResource(CodeSystem.class, address)).isSameAs(found);
  }

  @Test
  void takesOurEditionOfACodeSystemBeforeThatOfTheStandard() {
    CodeSystem seriousness =
        Objects.requireNonNull(
            DEFINITIONS.fetchCodeSystem(
                "http://terminology.hl7.org/CodeSystem/adverse-event-seriousness"));
    assertThat(seriousness.getConcept())
        .extracting(ConceptDefinitionComponent::getCode)
        .containsExactlyInAnyOrder("serious", "non-serious");
  }

  @Test
  void outlinesEveryTypeOfTheStandard() {
    assertThat(DEFINITIONS.typeOutlines())
        .extracting(StructureDefinition::getName)
        .containsAll(FhirContexts.r4().getResourceTypes())
        .contains("Element", "Quantity", "string", "Extension")
        .doesNotContain("ssc-mrss", "vitalsigns");
  }

  @Test
  void everyCodeOfOurValueSetsIsInItsCodeSystemIfThatIsHere() {
    for (ValueSet valueSet : Artifacts.read(ValueSet.class, "terminology/ValueSet")) {
      for (ValueSet.ConceptSetComponent include : valueSet.getCompose().getInclude()) {
        CodeSystem system = DEFINITIONS.fetchCodeSystem(include.getSystem());
        if (system != null && system.getUrl().startsWith("https://w3id.org/rodnan/")) {
          assertThat(system.getConcept())
              .as(valueSet.getIdPart())
              .extracting(ConceptDefinitionComponent::getCode)
              .containsAll(include.getConcept().stream().map(c -> c.getCode()).toList());
        }
      }
    }
  }

  @Test
  void seventeenSitesOfTheSkinScoreNameTheirStructureAndSide() {
    ValueSet sites =
        Objects.requireNonNull(
            DEFINITIONS.fetchValueSet("https://w3id.org/rodnan/ValueSet/ssc-mrss-site"));
    CodeSystem measures =
        Objects.requireNonNull(
            DEFINITIONS.fetchCodeSystem("https://w3id.org/rodnan/CodeSystem/ssc-measure"));
    assertThat(sites.getCompose().getIncludeFirstRep().getConcept())
        .hasSize(17)
        .allSatisfy(site -> {
          ConceptDefinitionComponent concept =
              measures.getConcept().stream()
                  .filter(c -> c.getCode().equals(site.getCode()))
                  .findFirst()
                  .orElseThrow();
          assertThat(concept.getProperty()).extracting(p -> p.getCode()).contains("bodyStructure");
          boolean hasSide = site.getCode().matches(".*-(right|left)");
          assertThat(concept.getProperty().stream().anyMatch(p -> p.getCode().equals("laterality")))
              .isEqualTo(hasSide);
        });
  }
}
