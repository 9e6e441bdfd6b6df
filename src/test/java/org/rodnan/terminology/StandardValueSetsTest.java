package org.rodnan.terminology;

import static org.assertj.core.api.Assertions.assertThat;

import ca.uhn.fhir.context.support.IValidationSupport;
import ca.uhn.fhir.context.support.ValidationSupportContext;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hl7.fhir.common.hapi.validation.support.InMemoryTerminologyServerValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.ValidationSupportChain;
import org.hl7.fhir.r4.model.MetadataResource;
import org.hl7.fhir.r4.model.ValueSet;
import org.hl7.fhir.r4.model.ValueSet.ValueSetExpansionContainsComponent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.FhirFailure;

/**
 * What HAPI's terminology in memory makes of R4's own value sets, and what is made of them here.
 */
final class StandardValueSetsTest {
  private static final Pattern URL =
      Pattern.compile("<url value=\"(http://hl7.org/fhir/ValueSet/[^\"]+)\"");

  /**
   * HAPI gives the rest of those whose other part is not known, and none of those below a concept
   * by {@code subsumedBy}.
   */
  private static final Set<String> EXPECTED =
      Set.of(
          "condition-cause",
          "condition-predecessor",
          "detectedissue-category",
          "media-modality",
          "parent-relationship-codes",
          "questionnaire-answers",
          "sequence-species");

  @TempDir Path folder;

  private final Definitions definitions = new Definitions();
  private final DefinitionSource source =
      new DefinitionSource() {
        @Override
        public <T extends MetadataResource> Optional<T> find(Class<T> type, String canonical) {
          return Optional.ofNullable(definitions.fetchResource(type, canonical));
        }

        @Override
        public <T extends MetadataResource> List<T> naming(
            Class<T> type, String parameter, String canonical) {
          return List.of();
        }
      };

  @Test
  void haveTheMembersThatHapiFinds() throws IOException {
    InMemoryTerminologyServerValidationSupport hapi =
        new InMemoryTerminologyServerValidationSupport(FhirContexts.r4());
    ValidationSupportContext context =
        new ValidationSupportContext(new ValidationSupportChain(definitions, hapi));
    Terminology terminology =
        new TerminologyService(folder, new UnitConversion(), TerminologyLimits.DEFAULTS).at(source);
    int compared = 0;
    List<String> different = new ArrayList<>();
    for (String url : urls()) {
      ValueSet valueSet = terminology.valueSet(url).orElseThrow();
      Optional<Set<String>> theirs = byHapi(hapi, context, valueSet);
      if (theirs.isPresent()) {
        compared++;
        Set<String> ours = here(terminology, valueSet);
        if (!ours.equals(theirs.get()) && !EXPECTED.contains(url.replaceAll(".*/", ""))) {
          Set<String> more = new TreeSet<>(ours);
          more.removeAll(theirs.get());
          Set<String> fewer = new TreeSet<>(theirs.get());
          fewer.removeAll(ours);
          different.add(url + " here alone: " + some(more) + ", there alone: " + some(fewer));
        }
      }
    }
    assertThat(different).isEmpty();
    assertThat(compared).isGreaterThan(300);
  }

  private static String some(Set<String> codes) {
    return codes.size() + " " + codes.stream().limit(3).toList();
  }

  private static Set<String> urls() throws IOException {
    Set<String> urls = new TreeSet<>();
    try (InputStream file =
        FhirContexts.class.getResourceAsStream("/org/hl7/fhir/r4/model/valueset/valuesets.xml")) {
      Matcher url = URL.matcher(new String(file.readAllBytes(), StandardCharsets.UTF_8));
      while (url.find()) {
        urls.add(url.group(1));
      }
    }
    return urls;
  }

  private static Optional<Set<String>> byHapi(
      InMemoryTerminologyServerValidationSupport hapi,
      ValidationSupportContext context,
      ValueSet valueSet) {
    IValidationSupport.ValueSetExpansionOutcome outcome =
        hapi.expandValueSet(context, null, valueSet);
    if (outcome == null || outcome.getValueSet() == null || outcome.getError() != null) {
      return Optional.empty();
    }
    Set<String> codes = new TreeSet<>();
    collect(((ValueSet) outcome.getValueSet()).getExpansion().getContains(), codes);
    return Optional.of(codes);
  }

  private static Set<String> here(Terminology terminology, ValueSet valueSet) {
    Set<String> codes = new TreeSet<>();
    try {
      collect(
          Expander.expand(terminology.codes(valueSet), ExpansionRequest.ALL, 100_000).getContains(),
          codes);
    } catch (FhirFailure e) {
      codes.add(e.getMessage());
    }
    return codes;
  }

  private static void collect(List<ValueSetExpansionContainsComponent> from, Set<String> codes) {
    for (ValueSetExpansionContainsComponent each : from) {
      if (each.hasCode()) {
        codes.add(each.getSystem() + "|" + each.getCode());
      }
      collect(each.getContains(), codes);
    }
  }
}
