package org.rodnan.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.search.SearchRequest.Parameter;

/** $everything on the type: https://hl7.org/fhir/R4/patient-operation-everything.html */
final class EverythingEngineTest {
  @TempDir Path folder;
  private SearchFixture fixture;

  @BeforeEach
  void open() {
    fixture = new SearchFixture(folder);
    fixture.put("Organization/org", "'name':'A clinic'");
    fixture.put("Organization/idle", "'name':'Nobody is there'");
    fixture.put("ResearchStudy/study", "'status':'active'");
    for (String id : List.of("a", "b", "c")) {
      fixture.put("Patient/" + id, "'managingOrganization':{'reference':'Organization/org'}");
      for (String year : List.of("2009", "2011")) {
        fixture.put(
            "Observation/" + id + year,
            "'status':'final','code':{'text':'x'},'subject':{'reference':'Patient/"
                + id
                + "'},'effectiveDateTime':'"
                + year
                + "'");
      }
    }
    fixture.put(
        "ResearchSubject/s",
        "'status':'on-study','study':{'reference':'ResearchStudy/study'},'individual':{'reference':'Patient/a'}");
    fixture.put("Observation/nobody", "'status':'final','code':{'text':'x'}");
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private List<String> walk(String type, Parameter... parameters) {
    List<String> keys = new ArrayList<>();
    List<Long> totals = new ArrayList<>();
    SearchPage page = fixture.everything.search(type, List.of(parameters));
    while (true) {
      page.entries().forEach(entry -> keys.add(entry.key().toString()));
      totals.add(page.total().orElseThrow());
      Optional<String> next = page.next();
      if (next.isEmpty()) {
        break;
      }
      page = fixture.everything.next(type, next.get());
    }
    assertThat(totals).allMatch(total -> total == keys.size());
    return keys;
  }

  @Test
  void givesTheRecordsOfAllOfTheTypeOnce() {
    assertThat(walk("Patient", new Parameter("_count", "4")))
        .containsExactly(
            "Organization/org",
            "ResearchStudy/study",
            "Patient/a",
            "Observation/a2009",
            "Observation/a2011",
            "Patient/b",
            "Observation/b2009",
            "Observation/b2011",
            "Patient/c",
            "Observation/c2009",
            "Observation/c2011",
            "ResearchSubject/s");
    assertThat(walk("ResearchStudy"))
        .containsExactly(
            "Organization/org", "ResearchStudy/study", "Patient/a", "ResearchSubject/s");
  }

  @Test
  void keepsToTheTypesAndTimesAskedFor() {
    assertThat(walk("Patient", new Parameter("_type", "Patient,Organization")))
        .containsExactly("Organization/org", "Patient/a", "Patient/b", "Patient/c");
    assertThat(
            walk(
                "Patient",
                new Parameter("_type", "Observation"),
                new Parameter("start", "2010-01-01")))
        .containsExactly("Observation/a2011", "Observation/b2011", "Observation/c2011");
  }

  @Test
  void refusesLinksOfOthers() {
    List<Parameter> few = List.of(new Parameter("_count", "1"));
    ResourceKey one = new ResourceKey("Patient", "a");
    String ofAll = fixture.everything.search("Patient", few).next().orElseThrow();
    String ofOne = fixture.everything.search(one, few).next().orElseThrow();
    assertThatThrownBy(() -> fixture.everything.next(one, ofAll))
        .isInstanceOf(FhirFailure.Malformed.class);
    assertThatThrownBy(() -> fixture.everything.next("Patient", ofOne))
        .isInstanceOf(FhirFailure.Malformed.class);
    assertThatThrownBy(() -> fixture.everything.next("ResearchStudy", ofAll))
        .isInstanceOf(FhirFailure.Malformed.class);
  }
}
