package org.rodnan.interaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.search.SearchRequest.Parameter;
import org.rodnan.store.IdentifierCriterion;

class CriteriaTest {
  @Test
  void readsParametersInOrderAndDecodesThem() {
    assertThat(Criteria.parse("Patient", "?identifier=https%3A%2F%2Fa%7C1&name=a+b").parameters())
        .containsExactly(new Parameter("identifier", "https://a|1"), new Parameter("name", "a b"));
  }

  @Test
  void readsCriteriaWithTheirTypeBeforeThem() {
    for (String text :
        new String[] {"Patient?identifier=s|v", "/Patient?identifier=s|v", "?identifier=s|v"}) {
      assertThat(Criteria.parse("Patient", text))
          .isEqualTo(Criteria.parse("Patient", "identifier=s|v"));
    }
    assertThat(Criteria.parse("Patient", "name=a?b").parameters())
        .containsExactly(new Parameter("name", "a?b"));
  }

  @Test
  void refusesCriteriaOfAnotherType() {
    assertThatThrownBy(() -> Criteria.parse("Patient", "Observation?identifier=s|v"))
        .isInstanceOf(FhirFailure.Malformed.class)
        .hasMessageContaining("Observation")
        .hasMessageContaining("expected criteria of Patient");
  }

  @Test
  void leavesEmptyValuesOut() {
    assertThat(Criteria.parameters("a=&b=1&=2&c")).containsExactly(new Parameter("b", "1"));
  }

  @Test
  void refusesToMatchWithoutCriteria() {
    assertThatThrownBy(() -> Criteria.parse("Patient", ""))
        .isInstanceOf(FhirFailure.PreconditionFailed.class)
        .hasMessageContaining("no criteria");
  }

  @Test
  void tellsTheStoreWhatItCanAnswer() {
    assertThat(Criteria.parse("Patient", "identifier=s|v").asIdentifier())
        .contains(new IdentifierCriterion.InSystem("s", "v"));
    assertThat(Criteria.parse("Patient", "identifier=|v").asIdentifier())
        .contains(new IdentifierCriterion.NoSystem("v"));
    assertThat(Criteria.parse("Patient", "identifier=v").asIdentifier())
        .contains(new IdentifierCriterion.AnySystem("v"));
  }

  @Test
  void leavesToTheSearchWhatTheStoreCannotAnswer() {
    assertThat(Criteria.parse("Patient", "identifier=s|v&active=true").asIdentifier()).isEmpty();
    assertThat(Criteria.parse("Patient", "identifier=a,b").asIdentifier()).isEmpty();
    assertThat(Criteria.parse("Patient", "identifier=a\\,b").asIdentifier()).isEmpty();
    assertThat(Criteria.parse("Patient", "identifier=s|").asIdentifier()).isEmpty();
    assertThat(Criteria.parse("Patient", "identifier:not=s|v").asIdentifier()).isEmpty();
    assertThat(Criteria.parse("Patient", "name=v").asIdentifier()).isEmpty();
  }

  @Test
  void seesAConditionalReferenceOnlyInTypeAndQuery() {
    assertThat(Criteria.ofReference("Patient?identifier=1"))
        .contains(Criteria.parse("Patient", "identifier=1"));
    assertThat(Criteria.ofReference("Patient/1")).isEmpty();
    assertThat(Criteria.ofReference("https://example.org/Patient?identifier=1")).isEmpty();
  }
}
