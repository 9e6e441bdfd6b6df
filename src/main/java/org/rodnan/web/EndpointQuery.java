package org.rodnan.web;

import java.util.ArrayList;
import java.util.List;
import org.hl7.fhir.r4.model.Parameters.ParametersParameterComponent;
import org.hl7.fhir.r4.model.StringType;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.operation.OperationArguments;
import org.rodnan.search.SearchRequest.Parameter;

/** A call of {@code $endpoint}, by the page itself and as the address that a reader can follow. */
record EndpointQuery(ResourceKey study, List<Parameter> parameters) {
  EndpointQuery {
    parameters = List.copyOf(parameters);
  }

  /** Of the observed cases of a measure. */
  static EndpointQuery of(ResourceKey study, String measure) {
    return new EndpointQuery(
        study, List.of(new Parameter("measure", measure), new Parameter("population", "observed")));
  }

  EndpointQuery with(String name, String value) {
    List<Parameter> more = new ArrayList<>(parameters);
    more.add(new Parameter(name, value));
    return new EndpointQuery(study, more);
  }

  OperationArguments arguments() {
    return new OperationArguments(
        parameters.stream()
            .map(each ->
                new ParametersParameterComponent()
                    .setName(each.name())
                    .setValue(new StringType(each.value())))
            .toList());
  }

  /**
   * @param format csv or svg
   */
  String path(String format) {
    String query = new FhirQuery("", with("_format", format).parameters()).toString();
    return "/fhir/" + study + "/$endpoint" + query;
  }
}
