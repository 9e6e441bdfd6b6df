package org.rodnan.operation;

import java.util.Optional;
import org.hl7.fhir.r4.model.CodeSystem;
import org.hl7.fhir.r4.model.DateTimeType;
import org.hl7.fhir.r4.model.MetadataResource;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.hl7.fhir.r4.model.Resource;
import org.hl7.fhir.r4.model.ValueSet;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.terminology.KnownSystem;
import org.rodnan.terminology.Terminology;

/** Finds the definitions that the parameters of an operation mean. */
final class MeantDefinitions {
  private MeantDefinitions() {}

  /**
   * The resource of the path, or that sent along, or that of the canonical; exactly one of them.
   *
   * @param inline name of the parameter with the resource
   */
  static <T extends MetadataResource> Optional<T> find(
      Class<T> type,
      Optional<ResourceKey> key,
      OperationArguments arguments,
      String inline,
      String versionName,
      Terminology terminology) {
    Optional<T> sent = arguments.resource(inline, type);
    Optional<String> url = arguments.text("url");
    if ((key.isPresent() ? 1 : 0) + (sent.isPresent() ? 1 : 0) + (url.isPresent() ? 1 : 0) > 1) {
      throw new FhirFailure.Malformed(
          "Found more than one of the resource's path, url and " + inline + "; expected one",
          inline);
    }
    if (sent.isPresent()) {
      return sent;
    }
    if (key.isPresent()) {
      return Optional.of(
          terminology
              .definitions()
              .find(type, key.get().toString())
              .orElseThrow(() -> new FhirFailure.NotFound("There is no " + key.get())));
    }
    if (url.isEmpty()) {
      return Optional.empty();
    }
    String canonical =
        arguments.text(versionName).map(version -> url.get() + "|" + version).orElse(url.get());
    return Optional.of(find(type, canonical, terminology));
  }

  /** The value set by path, {@code url}, {@code valueSet} or {@code context}; one of them. */
  static ValueSet valueSet(
      Optional<ResourceKey> key, OperationArguments arguments, Terminology terminology) {
    Optional<ValueSet> named =
        find(ValueSet.class, key, arguments, "valueSet", "valueSetVersion", terminology);
    Optional<String> context = arguments.text("context");
    if (named.isPresent() && context.isPresent()) {
      throw OperationArguments.malformed(
          "context", "found a value set besides it; expected one of them");
    }
    return named
        .or(() -> context.map(address -> BoundValueSets.of(address, terminology)))
        .orElseThrow(() -> OperationArguments.missing("a url, a valueSet, or a context"));
  }

  static <T extends MetadataResource> T find(
      Class<T> type, String canonical, Terminology terminology) {
    Optional<? extends Resource> found =
        type == ValueSet.class
            ? terminology.valueSet(canonical)
            : terminology.definitions().find(type, canonical);
    return type.cast(
        found.orElseThrow(() ->
            new FhirFailure.NotFound(
                "The " + type.getSimpleName() + " '" + canonical + "' is not known here")));
  }

  /** The code system, in the version if one is named. */
  static KnownSystem system(String url, Optional<String> version, Terminology terminology) {
    return terminology
        .codeSystem(url, version)
        .orElseThrow(() ->
            new FhirFailure.NotFound(
                "The codes of the code system '"
                    + version.map(each -> url + "|" + each).orElse(url)
                    + "' are not known here"));
  }

  /** That of a definition; one sent along is known to this call alone. */
  static KnownSystem system(CodeSystem definition, boolean isSent, Terminology terminology) {
    if (isSent) {
      return terminology.of(definition);
    }
    return system(definition.getUrl(), Optional.ofNullable(definition.getVersion()), terminology);
  }

  /**
   * Definitions are known as they are now: a date before the definition's own can't be answered.
   */
  static void requireKnownAt(
      OperationArguments arguments, Optional<String> dateOfDefinition, String name) {
    Optional<String> date = arguments.text("date");
    if (date.isEmpty()) {
      return;
    }
    DateTimeType asked;
    try {
      asked = new DateTimeType(date.get());
    } catch (RuntimeException e) {
      throw OperationArguments.malformed(
          "date", "found '" + date.get() + "', expected a date and time");
    }
    if (dateOfDefinition.isPresent()
        && asked.getValue().before(new DateTimeType(dateOfDefinition.get()).getValue())) {
      throw new FhirFailure.Unprocessable(
          IssueType.NOTSUPPORTED,
          "date is "
              + date.get()
              + "; "
              + name
              + " is known as it is since "
              + dateOfDefinition.get()
              + " only",
          "date");
    }
  }
}
