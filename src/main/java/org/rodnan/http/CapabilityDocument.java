package org.rodnan.http;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.hl7.fhir.r4.model.CapabilityStatement;
import org.hl7.fhir.r4.model.CapabilityStatement.CapabilityStatementKind;
import org.hl7.fhir.r4.model.CapabilityStatement.CapabilityStatementRestComponent;
import org.hl7.fhir.r4.model.CapabilityStatement.CapabilityStatementRestResourceComponent;
import org.hl7.fhir.r4.model.CapabilityStatement.CapabilityStatementRestResourceSearchParamComponent;
import org.hl7.fhir.r4.model.CapabilityStatement.ConditionalDeleteStatus;
import org.hl7.fhir.r4.model.CapabilityStatement.ConditionalReadStatus;
import org.hl7.fhir.r4.model.CapabilityStatement.ReferenceHandlingPolicy;
import org.hl7.fhir.r4.model.CapabilityStatement.ResourceVersionPolicy;
import org.hl7.fhir.r4.model.CapabilityStatement.RestfulCapabilityMode;
import org.hl7.fhir.r4.model.CapabilityStatement.SystemRestfulInteraction;
import org.hl7.fhir.r4.model.CapabilityStatement.TypeRestfulInteraction;
import org.hl7.fhir.r4.model.Enumerations.FHIRVersion;
import org.hl7.fhir.r4.model.Enumerations.PublicationStatus;
import org.hl7.fhir.r4.model.Enumerations.SearchParamType;
import org.hl7.fhir.r4.model.StructureDefinition;
import org.hl7.fhir.r4.model.StructureDefinition.StructureDefinitionKind;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.Limits;
import org.rodnan.fhir.ResourceTypes;
import org.rodnan.index.ParameterDefinition;
import org.rodnan.index.ParameterKind;
import org.rodnan.index.SearchParameters;

/**
 * What the server can do (R4, capabilitystatement.html), made from what it really has: the types,
 * the search parameters by their definitions, the profiles. Only the base URL differs from request
 * to request. Immutable, thread safe.
 */
final class CapabilityDocument {
  /** Parameters of every search that no SearchParameter defines by an expression. */
  private static final Map<String, SearchParamType> OF_EVERY_SEARCH =
      new TreeMap<>(
          Map.of(
              "_text", SearchParamType.STRING,
              "_content", SearchParamType.STRING,
              "_list", SearchParamType.SPECIAL,
              "_filter", SearchParamType.SPECIAL));

  /** Stands where the base URL goes; can't be part of a definition. */
  private static final String BASE = "urn:rodnan:base";

  private static final List<TypeRestfulInteraction> OF_EACH_TYPE =
      List.of(
          TypeRestfulInteraction.READ,
          TypeRestfulInteraction.VREAD,
          TypeRestfulInteraction.UPDATE,
          TypeRestfulInteraction.PATCH,
          TypeRestfulInteraction.DELETE,
          TypeRestfulInteraction.HISTORYINSTANCE,
          TypeRestfulInteraction.HISTORYTYPE,
          TypeRestfulInteraction.CREATE,
          TypeRestfulInteraction.SEARCHTYPE);

  private static final List<SystemRestfulInteraction> OF_THE_SYSTEM =
      List.of(
          SystemRestfulInteraction.TRANSACTION,
          SystemRestfulInteraction.BATCH,
          SystemRestfulInteraction.SEARCHSYSTEM,
          SystemRestfulInteraction.HISTORYSYSTEM);

  private final byte[] beforeBase;
  private final byte[] afterBase;

  private CapabilityDocument(byte[] beforeBase, byte[] afterBase) {
    this.beforeBase = beforeBase;
    this.afterBase = afterBase;
  }

  static CapabilityDocument make(CapabilityStatement statement) {
    String json = FhirContexts.r4().newJsonParser().encodeResourceToString(statement);
    String quoted = '"' + BASE + '"';
    int at = json.indexOf(quoted);
    return new CapabilityDocument(
        json.substring(0, at).getBytes(StandardCharsets.UTF_8),
        json.substring(at + quoted.length()).getBytes(StandardCharsets.UTF_8));
  }

  /**
   * The statement of a server whose base is not known yet.
   *
   * @param profiles those that are checked
   * @param operations those that are carried out
   * @param version of the program
   * @param published when this statement was made
   */
  static CapabilityStatement statement(
      SearchParameters parameters,
      Collection<StructureDefinition> profiles,
      Collection<NamedOperation> operations,
      Limits limits,
      String version,
      Instant published) {
    CapabilityStatement statement = new CapabilityStatement();
    statement
        .setStatus(PublicationStatus.ACTIVE)
        .setDate(Date.from(published))
        .setKind(CapabilityStatementKind.INSTANCE)
        .setFhirVersion(FHIRVersion._4_0_1)
        .setName("Rodnan")
        .setTitle("Rodnan, a FHIR server for systemic sclerosis trial data")
        .setPublisher("Rodnan");
    statement.getSoftware().setName("Rodnan").setVersion(version);
    statement.getImplementation().setDescription("Rodnan").setUrl(BASE);
    List.of("application/fhir+json", "application/fhir+xml", "json", "xml")
        .forEach(statement::addFormat);
    List.of(
            "application/json-patch+json",
            "application/xml-patch+xml",
            "application/fhir+json",
            "application/fhir+xml")
        .forEach(statement::addPatchFormat);
    rest(statement.addRest(), parameters, profiles, operations, limits);
    return statement;
  }

  /** The statement, as of the server that the client reached under this URL. */
  JsonBytes of(String base) {
    return new JsonText().stored(beforeBase).string(base).stored(afterBase).toBytes();
  }

  private static void rest(
      CapabilityStatementRestComponent rest,
      SearchParameters parameters,
      Collection<StructureDefinition> profiles,
      Collection<NamedOperation> operations,
      Limits limits) {
    rest.setMode(RestfulCapabilityMode.SERVER);
    Map<String, List<String>> revIncludes = revIncludes(parameters);
    for (String type : ResourceTypes.all()) {
      CapabilityStatementRestResourceComponent resource = rest.addResource();
      rules(resource.setType(type), limits);
      OF_EACH_TYPE.forEach(code -> resource.addInteraction().setCode(code));
      profiles.stream()
          .filter(profile -> profile.getType().equals(type))
          .filter(profile -> profile.getKind() == StructureDefinitionKind.RESOURCE)
          .map(StructureDefinition::getUrl)
          .forEach(resource::addSupportedProfile);
      for (ParameterDefinition parameter : parameters.of(type)) {
        searchParam(resource.addSearchParam(), parameter);
        if (parameter.kind() == ParameterKind.REFERENCE) {
          resource.addSearchInclude(type + ":" + parameter.code());
        }
      }
      revIncludes.getOrDefault(type, List.of()).forEach(resource::addSearchRevInclude);
      for (NamedOperation operation : operations) {
        if (operation.isOf(type)) {
          resource
              .addOperation()
              .setName(operation.code())
              .setDefinition(operation.definition(type));
        }
      }
    }
    for (NamedOperation operation : operations) {
      if (operation.isAt(NamedOperation.Level.SYSTEM)) {
        rest.addOperation()
            .setName(operation.code())
            .setDefinition(operation.definition("Resource"));
      }
    }
    OF_THE_SYSTEM.forEach(code -> rest.addInteraction().setCode(code));
    parameters.ofEveryType().forEach(parameter -> searchParam(rest.addSearchParam(), parameter));
    OF_EVERY_SEARCH.forEach((name, type) -> rest.addSearchParam().setName(name).setType(type));
  }

  private static void rules(CapabilityStatementRestResourceComponent resource, Limits limits) {
    resource
        .setVersioning(ResourceVersionPolicy.VERSIONEDUPDATE)
        .setReadHistory(true)
        .setUpdateCreate(true)
        .setConditionalCreate(true)
        .setConditionalRead(ConditionalReadStatus.FULLSUPPORT)
        .setConditionalUpdate(true)
        .setConditionalDelete(
            limits.conditionalMatchesMax() > 1
                ? ConditionalDeleteStatus.MULTIPLE
                : ConditionalDeleteStatus.SINGLE)
        .addReferencePolicy(ReferenceHandlingPolicy.LITERAL)
        .addReferencePolicy(ReferenceHandlingPolicy.LOGICAL);
  }

  private static void searchParam(
      CapabilityStatementRestResourceSearchParamComponent component,
      ParameterDefinition parameter) {
    component
        .setName(parameter.code())
        .setDefinition(parameter.url())
        .setType(SearchParamType.fromCode(parameter.kind().code()));
    if (!parameter.description().isBlank()) {
      component.setDocumentation(parameter.description());
    }
  }

  /** By target type, who can refer to it. */
  private static Map<String, List<String>> revIncludes(SearchParameters parameters) {
    Map<String, List<String>> byTarget = new HashMap<>();
    for (String type : ResourceTypes.all()) {
      for (ParameterDefinition parameter : parameters.of(type)) {
        if (parameter.kind() == ParameterKind.REFERENCE) {
          for (String target : parameter.targets()) {
            byTarget
                .computeIfAbsent(target, key -> new ArrayList<>())
                .add(type + ":" + parameter.code());
          }
        }
      }
    }
    return byTarget;
  }
}
