package org.rodnan.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.search.SearchRequest.Parameter;

class QueryParametersTest {
  @Test
  void keepsOrderAndRepetition() {
    assertThat(QueryParameters.parse("b=1&a=2&b=3&&c").all())
        .containsExactly(
            new Parameter("b", "1"),
            new Parameter("a", "2"),
            new Parameter("b", "3"),
            new Parameter("c", ""));
  }

  @Test
  void decodesNamesAndValues() {
    assertThat(QueryParameters.parse("na%6De%3Aexact=M%C3%BCller+x%2C&u=a=b").all())
        .containsExactly(new Parameter("name:exact", "Müller x,"), new Parameter("u", "a=b"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a=%", "a=%2", "a=%zz", "a=%00", "a=%ff"})
  void refusesWhatIsNotEncodedText(String query) {
    assertThatThrownBy(() -> QueryParameters.parse(query))
        .isInstanceOf(FhirFailure.Malformed.class);
  }

  @Test
  void namesTheParameterThatIsNotKnown() {
    QueryParameters query = QueryParameters.parse("_format=json&_count=1&_cuont=2");
    assertThatThrownBy(() -> query.requireOnly(Set.of("_count")))
        .isInstanceOf(FhirFailure.Malformed.class)
        .hasMessageContaining("_cuont");
    query.requireOnly(Set.of("_count", "_cuont"));
  }

  @Test
  void countsAnEmptyValueAsAbsent() {
    assertThat(QueryParameters.parse("_format=&_format=xml").only("_format")).contains("xml");
    assertThat(QueryParameters.parse("_format=").has("_format")).isFalse();
  }
}
