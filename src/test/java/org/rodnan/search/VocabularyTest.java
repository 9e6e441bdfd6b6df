package org.rodnan.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.hl7.fhir.r4.model.CodeSystem;
import org.hl7.fhir.r4.model.StructureDefinition;
import org.hl7.fhir.r4.model.ValueSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rodnan.terminology.DefinitionSource;

final class VocabularyTest {
  @TempDir Path folder;

  @Test
  void findsWhatClientsStoredAsSoonAsItIsStored() {
    try (SearchFixture fixture = new SearchFixture(folder)) {
      DefinitionSource now =
          SearchFixture.vocabulary()
              .now(() -> fixture.index.acquire(fixture.log.head(), Duration.ofSeconds(20)));
      String url = "http://example.org/cs";
      assertThat(now.codeSystem(url)).isEmpty();
      fixture.put("CodeSystem/v1", "'url':'" + url + "','version':'1','content':'complete'");
      fixture.put("CodeSystem/v2", "'url':'" + url + "','version':'2','content':'complete'");
      assertThat(now.codeSystem(url).orElseThrow().getVersion()).isEqualTo("2");
      assertThat(now.codeSystem(url + "|1").orElseThrow().getVersion()).isEqualTo("1");
      assertThat(now.codeSystem("CodeSystem/v1").orElseThrow().getVersion()).isEqualTo("1");
      assertThat(now.codeSystem(url + "|3")).isEmpty();
      assertThat(now.valueSet(url)).isEmpty();
      fixture.put("StructureDefinition/p", "'url':'http://example.org/p','type':'Patient'");
      assertThat(now.find(StructureDefinition.class, "http://example.org/p")).isPresent();
      assertThat(now.find(ValueSet.class, "http://hl7.org/fhir/ValueSet/observation-status"))
          .isPresent();
      fixture.put(
          "CodeSystem/s", "'url':'urn:s','content':'supplement','supplements':'" + url + "|2'");
      assertThat(now.naming(CodeSystem.class, "supplements", url))
          .extracting(CodeSystem::getUrl)
          .containsExactly("urn:s");
      assertThat(now.naming(CodeSystem.class, "supplements", "http://example.org/c")).isEmpty();
    }
  }
}
