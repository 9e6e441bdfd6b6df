package org.rodnan.operation;

import java.time.Clock;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.hl7.fhir.r4.model.BooleanType;
import org.hl7.fhir.r4.model.IntegerType;
import org.hl7.fhir.r4.model.Parameters.ParametersParameterComponent;
import org.hl7.fhir.r4.model.StringType;
import org.hl7.fhir.r4.model.Type;
import org.hl7.fhir.r4.model.UriType;
import org.hl7.fhir.r4.model.ValueSet;
import org.hl7.fhir.r4.model.ValueSet.ValueSetExpansionComponent;
import org.rodnan.fhir.IdGenerator;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.terminology.Expander;
import org.rodnan.terminology.ExpansionRequest;
import org.rodnan.terminology.SystemVersions;
import org.rodnan.terminology.Terminology;
import org.rodnan.terminology.ValueSetCodes;

/** {@code ValueSet/$expand} (R4, valueset-operation-expand.html). */
final class ExpandOperation {
  private static final Set<String> FLAGS =
      Set.of(
          "includeDesignations",
          "includeDefinition",
          "activeOnly",
          "excludeNested",
          "excludeNotForUI",
          "excludePostCoordinated");

  private static final Set<String> NUMBERS = Set.of("offset", "count");

  private static final Set<String> URIS =
      Set.of("exclude-system", "system-version", "check-system-version", "force-system-version");

  private static final Set<String> OTHERS =
      Set.of(
          "url",
          "valueSet",
          "valueSetVersion",
          "context",
          "filter",
          "date",
          "designation",
          "displayLanguage",
          "property");

  static final Set<String> NAMES =
      java.util.stream.Stream.of(FLAGS, NUMBERS, URIS, OTHERS)
          .flatMap(Set::stream)
          .collect(java.util.stream.Collectors.toUnmodifiableSet());

  /** These say which value set is meant, not what is made of it. */
  private static final Set<String> NOT_RECORDED =
      Set.of("url", "valueSet", "valueSetVersion", "context");

  private final IdGenerator ids;
  private final Clock clock;

  ExpandOperation(IdGenerator ids, Clock clock) {
    this.ids = ids;
    this.clock = clock;
  }

  ValueSet run(Optional<ResourceKey> key, OperationArguments arguments, Terminology terminology) {
    arguments.requireOnly(NAMES);
    ValueSet valueSet = MeantDefinitions.valueSet(key, arguments, terminology);
    MeantDefinitions.requireKnownAt(
        arguments,
        Optional.ofNullable(valueSet.getDateElement().getValueAsString()),
        String.valueOf(valueSet.getUrl()));
    SystemVersions versions =
        new SystemVersions(
            arguments.texts("system-version"),
            arguments.texts("check-system-version"),
            arguments.texts("force-system-version"));
    ValueSetCodes codes =
        terminology.codes(valueSet, versions).without(arguments.texts("exclude-system"));
    List<String> designations = arguments.texts("designation");
    ExpansionRequest request =
        new ExpansionRequest(
            arguments.text("filter").filter(each -> !each.isBlank()),
            arguments.number("offset").orElse(0),
            arguments.number("count"),
            arguments.flag("activeOnly"),
            arguments.flag("excludeNotForUI"),
            arguments.optionalFlag("excludeNested").equals(Optional.of(false)),
            arguments.flag("includeDesignations") || !designations.isEmpty(),
            designations,
            arguments.text("displayLanguage"),
            arguments.texts("property"));
    ValueSetExpansionComponent expansion =
        Expander.expand(codes, request, terminology.limits().expansionMax());
    expansion.setIdentifier("urn:uuid:" + ids.next());
    expansion.setTimestamp(Date.from(clock.instant()));
    record(arguments, expansion);
    ValueSet answer = valueSet.copy();
    if (!arguments.flag("includeDefinition")) {
      answer.setCompose(null);
    }
    return answer.setExpansion(expansion);
  }

  /** Each parameter as it was understood. */
  private static void record(OperationArguments arguments, ValueSetExpansionComponent expansion) {
    for (ParametersParameterComponent each : arguments.all()) {
      String name = each.getName();
      if (!NOT_RECORDED.contains(name)) {
        expansion.addParameter().setName(name).setValue(typed(name, each.getValue()));
      }
    }
  }

  private static Type typed(String name, Type value) {
    String text = value.primitiveValue();
    if (FLAGS.contains(name)) {
      return new BooleanType(text);
    }
    if (NUMBERS.contains(name)) {
      return new IntegerType(text);
    }
    return URIS.contains(name) ? new UriType(text) : new StringType(text);
  }
}
