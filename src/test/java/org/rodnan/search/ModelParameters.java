package org.rodnan.search;

import ca.uhn.fhir.fhirpath.IFhirPath;
import ca.uhn.fhir.fhirpath.IFhirPathEvaluationContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.hl7.fhir.instance.model.api.IBase;
import org.hl7.fhir.instance.model.api.IIdType;
import org.hl7.fhir.r4.model.Base;
import org.hl7.fhir.r4.model.Bundle;
import org.hl7.fhir.r4.model.Enumerations.SearchParamType;
import org.hl7.fhir.r4.model.Resource;
import org.hl7.fhir.r4.model.SearchParameter;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.terminology.Artifacts;

/**
 * Search parameters for the model: the definitions as published, each expression run as it stands,
 * whole, on HAPI's FHIRPath engine with its full definitions. Shares nothing with the index.
 */
final class ModelParameters {
  private final Map<String, Map<String, SearchParameter>> byType = new TreeMap<>();
  private final Map<String, SearchParameter> byUrl = new HashMap<>();
  private final Map<String, IFhirPath.IParsedExpression> parsed = new HashMap<>();
  private final IFhirPath paths = FhirContexts.r4().newFhirPath();

  ModelParameters(Function<String, @Nullable Resource> resolve) {
    paths.setEvaluationContext(
        new IFhirPathEvaluationContext() {
          @Override
          public @Nullable IBase resolveReference(IIdType id, @Nullable IBase context) {
            return resolve.apply(id.getValue());
          }
        });
    List<SearchParameter> all = new ArrayList<>(ofR4());
    all.addAll(Artifacts.read(SearchParameter.class, "profiles/SearchParameter"));
    all.forEach(this::add);
  }

  /** One more, as if a client had stored it. */
  void add(SearchParameter parameter) {
    byUrl.put(parameter.getUrl(), parameter);
    parameter.getBase().forEach(base -> of(base.getCode()).put(parameter.getCode(), parameter));
  }

  private Map<String, SearchParameter> of(String type) {
    return byType.computeIfAbsent(type, key -> new TreeMap<>());
  }

  private static List<SearchParameter> ofR4() {
    try (InputStream in =
        ModelParameters.class.getResourceAsStream(
            "/org/hl7/fhir/r4/model/sp/search-parameters.json")) {
      if (in == null) {
        throw new IllegalStateException("R4's search parameters are not on the class path");
      }
      Bundle bundle =
          FhirContexts.r4()
              .newJsonParser()
              .parseResource(Bundle.class, new InputStreamReader(in, StandardCharsets.UTF_8));
      return bundle.getEntry().stream()
          .map(entry -> (SearchParameter) entry.getResource())
          .toList();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Those of the type and of every resource that have an expression and a plain type. */
  Map<String, SearchParameter> ofType(String type) {
    Map<String, SearchParameter> all = new TreeMap<>();
    all.putAll(of("Resource"));
    all.putAll(of("DomainResource"));
    all.putAll(of(type));
    all.values().removeIf(p -> !p.hasExpression() || p.getType() == SearchParamType.SPECIAL);
    return all;
  }

  boolean has(String type, String code) {
    return ofType(type).containsKey(code);
  }

  SearchParameter get(String type, String code) {
    SearchParameter found = ofType(type).get(code);
    if (found == null) {
      throw new IllegalArgumentException(type + " has no " + code);
    }
    return found;
  }

  SearchParameter definition(String url) {
    SearchParameter found = byUrl.get(url);
    if (found == null) {
      throw new IllegalArgumentException(url);
    }
    return found;
  }

  /** The alternatives one by one, as the engine's union can't compare quantities. */
  List<Base> select(Base element, String expression) {
    List<Base> all = new ArrayList<>();
    for (String alternative : expression.split(" \\| ", -1)) {
      // R4's definitions write the type so in one place.
      IFhirPath.IParsedExpression ready =
          parsed.computeIfAbsent(alternative.replace("DateTime)", "dateTime)"), this::parse);
      paths.evaluate(element, ready, IBase.class).stream()
          .map(Base.class::cast)
          .filter(value -> !value.isEmpty())
          .forEach(all::add);
    }
    return all;
  }

  private IFhirPath.IParsedExpression parse(String expression) {
    try {
      return paths.parse(expression);
    } catch (Exception e) {
      throw new IllegalStateException(expression, e);
    }
  }
}
