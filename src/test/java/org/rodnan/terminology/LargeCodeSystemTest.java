package org.rodnan.terminology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.hl7.fhir.r4.model.CodeSystem;
import org.hl7.fhir.r4.model.CodeSystem.CodeSystemContentMode;
import org.hl7.fhir.r4.model.CodeType;
import org.hl7.fhir.r4.model.ValueSet.ValueSetExpansionComponent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rodnan.fhir.FhirFailure;

final class LargeCodeSystemTest {
  @TempDir Path folder;

  private Terminology terminology(DefinitionSource source) {
    return new TerminologyService(folder, new UnitConversion(), TerminologyLimits.DEFAULTS)
        .at(source);
  }

  @Test
  void pagesThroughAHundredThousandConcepts() throws Exception {
    LargeCodeSystem large = new LargeCodeSystem(100_000);
    Terminology terminology = terminology(large);
    ValueSetCodes codes = terminology.codes(large.all());
    ValueSetExpansionComponent page =
        Expander.expand(codes, request(Optional.of("gam the 8"), 0, 10), 10_000);
    // "gamma theta" or "theta gamma", and a word that begins with 8.
    long expected = 0;
    for (int i = 0; i < 100_000; i++) {
      boolean isBoth = i % 100 == 27 || i % 100 == 72;
      expected += isBoth && Integer.toString(i).startsWith("8") ? 1 : 0;
    }
    assertThat(page.getTotal()).isEqualTo((int) expected);
    assertThat(page.getContains()).hasSize(10);
    assertThat(page.getContains().getFirst().getCode()).isEqualTo("c827");
    ValueSetExpansionComponent last =
        Expander.expand(codes, request(Optional.empty(), 99_995, 10), 10_000);
    assertThat(last.getTotal()).isEqualTo(100_000);
    assertThat(last.getContains())
        .extracting(each -> each.getCode())
        .containsExactly("c99995", "c99996", "c99997", "c99998", "c99999");
    KnownSystem system =
        terminology.codeSystem(LargeCodeSystem.URL, Optional.empty()).orElseThrow();
    assertThat(system.isBelow("c99999", "c0")).isTrue();
    assertThat(system.isBelow("c1", "c2")).isFalse();
    assertThatThrownBy(() -> Expander.expand(codes, ExpansionRequest.ALL, 10_000))
        .isInstanceOf(FhirFailure.Unprocessable.class)
        .hasMessageContaining("100000 codes", "expansion-max");
    try (var files = Files.list(folder.resolve("terminology/stored"))) {
      assertThat(files).hasSize(1);
    }
  }

  private static ExpansionRequest request(Optional<String> filter, int offset, int count) {
    return new ExpansionRequest(
        filter,
        offset,
        OptionalInt.of(count),
        false,
        false,
        false,
        false,
        List.of(),
        Optional.empty(),
        List.of());
  }

  @Test
  void refusesAHierarchyThatIsTooDeepForItsSize() {
    CodeSystem chain = new CodeSystem();
    chain.setUrl("urn:chain").setContent(CodeSystemContentMode.COMPLETE);
    for (int i = 0; i < 5_000; i++) {
      chain
          .addConcept()
          .setCode("c" + i)
          .addProperty()
          .setCode("parent")
          .setValue(new CodeType("c" + (i + 1)));
    }
    Terminology terminology = terminology(new LargeCodeSystem(1));
    assertThatThrownBy(() -> terminology.of(chain))
        .isInstanceOf(FhirFailure.Malformed.class)
        .hasMessageContaining("ancestors-max");
  }

  @Test
  void takesHierarchiesThatGoInCircles() {
    CodeSystem circle = new CodeSystem();
    circle.setUrl("urn:circle").setContent(CodeSystemContentMode.COMPLETE);
    circle.addConcept().setCode("a").addProperty().setCode("parent").setValue(new CodeType("b"));
    circle.addConcept().setCode("b").addProperty().setCode("parent").setValue(new CodeType("a"));
    KnownSystem system = terminology(new LargeCodeSystem(1)).of(circle);
    assertThat(system.isBelow("a", "b")).isTrue();
    assertThat(system.isBelow("b", "a")).isTrue();
    assertThat(system.isBelow("a", "a")).isFalse();
  }
}
