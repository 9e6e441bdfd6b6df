package org.rodnan.cql;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.model.api.IQueryParameterType;
import ca.uhn.fhir.parser.IParser;
import ca.uhn.fhir.repository.IRepository;
import ca.uhn.fhir.rest.api.MethodOutcome;
import ca.uhn.fhir.rest.param.CompositeParam;
import com.google.common.collect.Multimap;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.hl7.fhir.instance.model.api.IBaseBundle;
import org.hl7.fhir.instance.model.api.IBaseResource;
import org.hl7.fhir.instance.model.api.IIdType;
import org.hl7.fhir.r4.model.Bundle;
import org.hl7.fhir.r4.model.Bundle.BundleType;
import org.hl7.fhir.r4.model.Resource;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.search.SearchRequest.Parameter;
import org.rodnan.search.SubjectSearch.Moment;

/**
 * The resources of one moment, as the engine wants them. It reads and searches; whatever would
 * write is refused. For one thread.
 */
final class StoredData implements IRepository {
  private static final String ID = "_id";

  private final Moment moment;
  private final Budget budget;
  private final int resourcesMax;
  private final IParser parser = FhirContexts.r4().newJsonParser();

  /**
   * @param resourcesMax {@link CqlSettings#resourcesMax}
   */
  StoredData(Moment moment, Budget budget, int resourcesMax) {
    this.moment = moment;
    this.budget = budget;
    this.resourcesMax = resourcesMax;
  }

  @Override
  public FhirContext fhirContext() {
    return FhirContexts.r4();
  }

  @Override
  public <T extends IBaseResource, I extends IIdType> T read(
      Class<T> type, I id, Map<String, String> headers) {
    return read(type, new ResourceKey(typeName(type), id.getIdPart()));
  }

  /**
   * @throws FhirFailure.NotFound if it isn't there
   */
  <T extends IBaseResource> T read(Class<T> type, ResourceKey key) {
    return find(type, List.of(new Parameter(ID, key.id()))).stream()
        .findFirst()
        .orElseThrow(() -> new FhirFailure.NotFound("Resource " + key + " is not known"));
  }

  /**
   * What a search finds, in the order of creation.
   *
   * @throws FhirFailure.TooLarge if that is more than {@link CqlSettings#resourcesMax}
   */
  <T extends IBaseResource> List<T> find(Class<T> type, List<Parameter> parameters) {
    budget.require();
    String name = typeName(type);
    List<byte[]> found = moment.resources(name, parameters, resourcesMax + 1);
    if (found.size() > resourcesMax) {
      throw new FhirFailure.TooLarge(
          "A retrieve of "
              + name
              + " finds more than rodnan.cql.resources-max allows, "
              + resourcesMax
              + "; expected a subject, or codes that fewer resources have");
    }
    List<T> resources = new ArrayList<>();
    for (byte[] json : found) {
      budget.require();
      resources.add(parser.parseResource(type, new String(json, StandardCharsets.UTF_8)));
    }
    return resources;
  }

  @Override
  public <B extends IBaseBundle, T extends IBaseResource> B search(
      Class<B> bundleType,
      Class<T> type,
      Multimap<String, List<IQueryParameterType>> parameters,
      Map<String, String> headers) {
    Bundle bundle = new Bundle().setType(BundleType.SEARCHSET);
    for (T found : find(type, asked(parameters))) {
      bundle.addEntry().setResource((Resource) found);
    }
    return bundleType.cast(bundle);
  }

  /** What is a list of values there is one text with commas here, the rest are several. */
  private static List<Parameter> asked(Multimap<String, List<IQueryParameterType>> parameters) {
    List<Parameter> asked = new ArrayList<>();
    parameters.forEach((name, values) -> {
      if (values.size() == 1 && values.getFirst() instanceof CompositeParam<?, ?> range) {
        // Of a period: both hold at once.
        asked.add(parameter(name, List.of(range.getLeftValue())));
        asked.add(parameter(name, List.of(range.getRightValue())));
      } else if (!values.isEmpty()) {
        asked.add(parameter(name, values));
      }
    });
    return asked;
  }

  private static Parameter parameter(String name, List<? extends IQueryParameterType> values) {
    String qualifier =
        Objects.requireNonNullElse(values.getFirst().getQueryParameterQualifier(), "");
    return new Parameter(
        name + qualifier,
        values.stream()
            .map(value -> value.getValueAsQueryToken())
            .collect(Collectors.joining(",")));
  }

  private static String typeName(Class<? extends IBaseResource> type) {
    return FhirContexts.r4().getResourceType(type);
  }

  @Override
  public <T extends IBaseResource> MethodOutcome create(T resource, Map<String, String> headers) {
    throw readOnly();
  }

  @Override
  public <T extends IBaseResource> MethodOutcome update(T resource, Map<String, String> headers) {
    throw readOnly();
  }

  @Override
  public <T extends IBaseResource, I extends IIdType> MethodOutcome delete(
      Class<T> type, I id, Map<String, String> headers) {
    throw readOnly();
  }

  private static FhirFailure.NotAllowed readOnly() {
    return new FhirFailure.NotAllowed("An evaluation of CQL changes nothing");
  }
}
