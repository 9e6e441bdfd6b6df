package org.rodnan.terminology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.hl7.fhir.r4.model.CodeSystem;
import org.hl7.fhir.r4.model.MetadataResource;
import org.hl7.fhir.r4.model.ValueSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.FhirFailure;

final class ValueSetCodesTest {
  private final Map<String, ValueSet> valueSets = new LinkedHashMap<>();
  private final Map<String, CodeSystem> codeSystems = new LinkedHashMap<>();
  private final DefinitionSource source =
      new DefinitionSource() {
        @Override
        public <T extends MetadataResource> Optional<T> find(Class<T> type, String canonical) {
          return Optional.ofNullable(
              type.cast((type == ValueSet.class ? valueSets : codeSystems).get(canonical)));
        }

        @Override
        public <T extends MetadataResource> List<T> naming(
            Class<T> type, String parameter, String canonical) {
          return List.of();
        }
      };

  @TempDir Path folder;
  private Terminology terminology;

  @BeforeEach
  void open() {
    terminology =
        new TerminologyService(folder, new UnitConversion(), TerminologyLimits.DEFAULTS).at(source);
  }

  ValueSetCodesTest() {
    CodeSystem tree =
        parsed(
            CodeSystem.class,
            "'resourceType':'CodeSystem','content':'complete','url':'t','concept':[{'code':'a',"
                + "'display':'Alpha','concept':[{'code':'b','display':'Beta','concept':[{'code':'c'}]}]},"
                + "{'code':'d','property':[{'code':'kind','valueString':'odd'}]},"
                + "{'code':'e','property':[{'code':'kind','valueString':'even'},{'code':'parent',"
                + "'valueCode':'c'}]}]");
    codeSystems.put("t", tree);
  }

  private static <T extends org.hl7.fhir.r4.model.Resource> T parsed(Class<T> type, String json) {
    return FhirContexts.r4()
        .newJsonParser()
        .parseResource(type, ("{" + json + "}").replace('\'', '"'));
  }

  private ValueSet valueSet(String url, String compose) {
    ValueSet valueSet =
        parsed(
            ValueSet.class,
            "'resourceType':'ValueSet','url':'" + url + "','compose':{" + compose + "}");
    valueSets.put(url, valueSet);
    return valueSet;
  }

  private String codes(ValueSet valueSet) {
    Set<String> all = new TreeSet<>();
    ValueSetCodes members = terminology.codes(valueSet);
    for (SystemCodes part : members.parts()) {
      if (part.isOpen()) {
        all.add(part.system() + "*-" + part.others().keySet());
      } else {
        Expander.expand(ValueSetCodes.of(part), ExpansionRequest.ALL, 1_000)
            .getContains()
            .forEach(item -> all.add(item.getSystem() + item.getCode()));
      }
    }
    return String.join(" ", all);
  }

  @ParameterizedTest
  @CsvSource({
    "concept, is-a, b, tb tc te",
    "concept, descendent-of, b, tc te",
    "concept, is-not-a, b, ta td",
    "concept, generalizes, b, ta tb",
    "concept, in, 'a, d', ta td",
    "concept, not-in, 'a, d', tb tc te",
    "kind, =, odd, td",
    "kind, exists, true, td te",
    "kind, exists, false, ta tb tc",
    "display, regex, [AB].*a, ta tb",
    "code, regex, [a-c], ta tb tc"
  })
  void filtersTheConceptsOfACodeSystem(String property, String op, String value, String expected) {
    String filter =
        "'include':[{'system':'t','filter':[{'property':'%s','op':'%s','value':'%s'}]}]";
    assertThat(codes(valueSet("v", filter.formatted(property, op, value)))).isEqualTo(expected);
  }

  @Test
  void includesImportsAndExcludes() {
    String ab = "{'system':'t','concept':[{'code':'a'},{'code':'b'}]}";
    valueSet("ab", "'include':[" + ab + "]");
    valueSet("bc", "'include':[{'system':'t','concept':[{'code':'b'},{'code':'c'}]}]");
    valueSet("all", "'include':[{'system':'t'}]");
    assertThat(codes(valueSet("v", "'include':[{'valueSet':['ab']},{'valueSet':['bc']}]")))
        .isEqualTo("ta tb tc");
    assertThat(codes(valueSet("v", "'include':[{'valueSet':['ab','bc']}]"))).isEqualTo("tb");
    assertThat(codes(valueSet("v", "'include':[{'valueSet':['ab','all']}]"))).isEqualTo("ta tb");
    assertThat(codes(valueSet("v", "'include':[{'system':'t','valueSet':['bc']}]")))
        .isEqualTo("tb tc");
    assertThat(
            codes(valueSet("v", "'include':[{'valueSet':['ab']}],'exclude':[{'valueSet':['bc']}]")))
        .isEqualTo("ta");
    assertThat(codes(valueSet("v", "'include':[{'system':'t'}],'exclude':[" + ab + "]")))
        .isEqualTo("tc td te");
    assertThat(codes(valueSet("v", "'include':[" + ab + "],'exclude':[{'system':'t'}]"))).isEmpty();
    assertThat(codes(valueSet("v", "'include':[{'system':'t'}," + ab + "]")))
        .isEqualTo("ta tb tc td te");
  }

  @Test
  void refusesWhatItDoesNotKnow() {
    for (String compose :
        List.of(
            "'include':[{'valueSet':['nowhere']}]",
            "'include':[{'system':'unknown','filter':[{'property':'concept','op':'is-a','value':'x'}]}]",
            "'include':[{'system':'t','filter':[{'property':'code','op':'regex','value':'('}]}]")) {
      assertThatThrownBy(() -> codes(valueSet("v", compose)))
          .isInstanceOf(FhirFailure.Malformed.class)
          .hasMessageContaining("The value set v can't be worked out here");
    }
    valueSet("one", "'include':[{'valueSet':['two']}]");
    assertThatThrownBy(() -> codes(valueSet("two", "'include':[{'valueSet':['one']}]")))
        .isInstanceOf(FhirFailure.Malformed.class);
  }

  @Test
  void boundsTheWork() {
    valueSet("0", "'include':[{'system':'t'}]");
    for (int i = 1; i < 12; i++) {
      String ten = ("{'valueSet':['" + (i - 1) + "']},").repeat(10);
      valueSet("" + i, "'include':[" + ten.substring(0, ten.length() - 1) + "]");
    }
    ValueSet wide = valueSet("v", "'include':[{'valueSet':['11']}]");
    // What is imported again is known already.
    assertThat(codes(wide)).isEqualTo("ta tb tc td te");
    codeSystems.put(
        "long",
        parsed(
            CodeSystem.class,
            "'resourceType':'CodeSystem','content':'complete','url':'long','concept':[{'code':'"
                + "a".repeat(60)
                + "!'}]"));
    ValueSet deep =
        valueSet(
            "v",
            "'include':[{'system':'long','filter':[{'property':'code','op':'regex','value':'(.*)*\\\\1b'}]}]");
    assertThatThrownBy(() -> codes(deep))
        .isInstanceOf(FhirFailure.Malformed.class)
        .hasMessageContaining("too many steps");
  }
}
