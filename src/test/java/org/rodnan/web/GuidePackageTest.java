package org.rodnan.web;

import static org.assertj.core.api.Assertions.assertThat;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.DefaultProfileValidationSupport;
import ca.uhn.fhir.context.support.IValidationSupport.IssueSeverity;
import ca.uhn.fhir.validation.FhirValidator;
import ca.uhn.fhir.validation.ResultSeverityEnum;
import ca.uhn.fhir.validation.SingleValidationMessage;
import ca.uhn.fhir.validation.ValidationOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.hl7.fhir.common.hapi.validation.support.CommonCodeSystemsTerminologyService;
import org.hl7.fhir.common.hapi.validation.support.InMemoryTerminologyServerValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.PrePopulatedValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.UnknownCodeSystemWarningValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.ValidationSupportChain;
import org.hl7.fhir.common.hapi.validation.validator.FhirInstanceValidator;
import org.hl7.fhir.r4.model.ImplementationGuide;
import org.hl7.fhir.r4.model.MetadataResource;
import org.hl7.fhir.r4.model.StructureDefinition;
import org.hl7.fhir.utilities.npm.NpmPackage;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.terminology.Definitions;

/** The guide as others read it: with HL7's reader of packages, into HAPI's validator. */
class GuidePackageTest {
  /**
   * Of these all examples are tried; it takes a second or so for each profile. Those whose examples
   * have codings of the NCI Thesaurus are not among them: HAPI's adapter wants every coding of a
   * concept in a required value set, R4 one of them.
   */
  private static final Set<String> PROFILES = Set.of("ssc-mrss", "ssc-fvc", "ssc-research-subject");

  /** HAPI's validator follows no references unless it is given somebody who fetches them. */
  private static final String BY_REFERENCE = "ssc-research-subject-invalid-individual-is-group";

  private static Guide guide;
  private static byte[] tgz;
  private static NpmPackage npm;

  @BeforeAll
  static void read() throws IOException {
    guide = Guide.load(new Definitions());
    tgz = GuidePackage.of(guide);
    npm = NpmPackage.fromPackage(new ByteArrayInputStream(tgz));
  }

  private static String text(String folder, String file) throws IOException {
    return new String(npm.load(folder, file).readAllBytes(), StandardCharsets.UTF_8);
  }

  @Test
  void hasAManifestAndAnIndex() throws IOException {
    assertThat(npm.name()).isEqualTo("org.rodnan.ssc");
    assertThat(npm.version()).isEqualTo("0.1.0");
    assertThat(npm.fhirVersion()).isEqualTo("4.0.1");
    assertThat(npm.canonical()).isEqualTo("https://w3id.org/rodnan");
    assertThat(npm.dependencies()).containsExactly("hl7.fhir.r4.core#4.0.1");
    assertThat(npm.listResources("StructureDefinition"))
        .hasSameSizeAs(guide.definitions(StructureDefinition.class));
    assertThat(npm.list("example"))
        .contains("ssc-mrss-valid-all-sites.json")
        .noneMatch(file -> file.contains("-invalid-"));
  }

  @Test
  void isAlwaysTheSame() {
    assertThat(GuidePackage.of(guide)).isEqualTo(tgz);
  }

  @Test
  void saysWhatItConsistsOf() throws IOException {
    ImplementationGuide resource =
        FhirContexts.r4()
            .newJsonParser()
            .parseResource(
                ImplementationGuide.class,
                text("package", "ImplementationGuide-org.rodnan.ssc.json"));
    List<String> parts =
        resource.getDefinition().getResource().stream()
            .map(part -> part.getReference().getReference())
            .toList();
    assertThat(parts)
        .doesNotHaveDuplicates()
        .containsAll(
            guide.definitions().stream()
                .map(each -> each.fhirType() + "/" + each.getIdPart())
                .toList());
  }

  @Test
  void letsHapisValidatorSayTheSame() throws IOException {
    FhirValidator validator = validator();
    List<String> differing = new ArrayList<>();
    int tried = 0;
    for (GuideExample example : guide.examples().values()) {
      if (example.profile().filter(PROFILES::contains).isEmpty()
          || example.name().equals(BY_REFERENCE)) {
        continue;
      }
      List<SingleValidationMessage> errors =
          validator
              .validateWithResult(
                  new String(example.json(), StandardCharsets.UTF_8),
                  new ValidationOptions()
                      .addProfile(
                          "https://w3id.org/rodnan/StructureDefinition/"
                              + example.profile().orElseThrow()))
              .getMessages()
              .stream()
              .filter(
                  message -> message.getSeverity().ordinal() >= ResultSeverityEnum.ERROR.ordinal())
              .toList();
      tried++;
      if (example.isValid() != errors.isEmpty()) {
        differing.add(example.name() + ": " + errors);
      }
    }
    assertThat(differing).isEmpty();
    assertThat(tried).isGreaterThan(30);
  }

  private static FhirValidator validator() throws IOException {
    FhirContext context = FhirContexts.r4();
    PrePopulatedValidationSupport contents = new PrePopulatedValidationSupport(context);
    for (String type : List.of("StructureDefinition", "ValueSet", "CodeSystem")) {
      for (String file : npm.listResources(type)) {
        MetadataResource definition =
            (MetadataResource) context.newJsonParser().parseResource(text("package", file));
        if (definition instanceof StructureDefinition profile) {
          assertThat(profile.getSnapshot().getElement()).as(file).isNotEmpty();
        }
        contents.addResource(definition);
      }
    }
    UnknownCodeSystemWarningValidationSupport unknown =
        new UnknownCodeSystemWarningValidationSupport(context);
    unknown.setNonExistentCodeSystemSeverity(IssueSeverity.WARNING);
    FhirValidator validator = context.newValidator();
    validator.registerValidatorModule(
        new FhirInstanceValidator(
            new ValidationSupportChain(
                contents,
                new DefaultProfileValidationSupport(context),
                new InMemoryTerminologyServerValidationSupport(context),
                new CommonCodeSystemsTerminologyService(context),
                unknown)));
    return validator;
  }
}
