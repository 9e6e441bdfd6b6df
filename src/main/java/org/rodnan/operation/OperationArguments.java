package org.rodnan.operation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.Coding;
import org.hl7.fhir.r4.model.Identifier;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.hl7.fhir.r4.model.Parameters.ParametersParameterComponent;
import org.hl7.fhir.r4.model.Reference;
import org.hl7.fhir.r4.model.Resource;
import org.hl7.fhir.r4.model.Type;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.FhirFailure;

/**
 * The parameters that an operation is called with (R4, operations.html#executing), whether they
 * came in a URL, a form or a body. All methods fail with {@link FhirFailure.Malformed} for a value
 * of another type, or a second one where there can be one.
 *
 * @param all values of a URL are strings
 */
public record OperationArguments(List<ParametersParameterComponent> all) {
  public OperationArguments {
    all = List.copyOf(all);
  }

  /** Refuses parameters of other names. */
  void requireOnly(Set<String> names) {
    for (ParametersParameterComponent each : all) {
      if (!names.contains(String.valueOf(each.getName()))) {
        throw new FhirFailure.Malformed(
            IssueType.NOTSUPPORTED,
            "The parameter '"
                + each.getName()
                + "' is not known here; expected one of "
                + names.stream().sorted().toList(),
            String.valueOf(each.getName()));
      }
    }
  }

  List<ParametersParameterComponent> named(String name) {
    return all.stream().filter(each -> name.equals(each.getName())).toList();
  }

  private Optional<ParametersParameterComponent> one(String name) {
    List<ParametersParameterComponent> found = named(name);
    if (found.size() > 1) {
      throw malformed(name, "found " + found.size() + " values, expected one");
    }
    return found.stream().findFirst();
  }

  /** The primitive value as a text; a Coding, Identifier or Reference as it stands in a URL. */
  Optional<String> text(String name) {
    return one(name).map(each -> primitive(name, each));
  }

  /** The primitive values as texts. */
  List<String> texts(String name) {
    return named(name).stream().map(each -> primitive(name, each)).toList();
  }

  private static String primitive(String name, ParametersParameterComponent parameter) {
    String value = parameter.hasValue() ? text(parameter.getValue()) : null;
    if (value == null) {
      throw malformed(name, "expected a primitive value");
    }
    return value;
  }

  /** Values of data types as they stand in a URL (R4, search.html#ptypes). */
  private static @Nullable String text(Type value) {
    return switch (value) {
      case Coding coding when coding.hasCode() -> token(coding.getSystem(), coding.getCode());
      case CodeableConcept concept when concept.getCoding().size() == 1 ->
          text(concept.getCodingFirstRep());
      case Identifier identifier when identifier.hasValue() ->
          token(identifier.getSystem(), identifier.getValue());
      case Reference reference when reference.hasReference() -> reference.getReference();
      default -> value.primitiveValue();
    };
  }

  private static String token(@Nullable String system, String value) {
    return system == null ? value : system + "|" + value;
  }

  /** False if it is absent. */
  boolean flag(String name) {
    return optionalFlag(name).orElse(false);
  }

  Optional<Boolean> optionalFlag(String name) {
    return text(name)
        .map(value ->
            switch (value) {
              case "true" -> true;
              case "false" -> false;
              default -> throw malformed(name, "found '" + value + "', expected true or false");
            });
  }

  /** A whole number that is not negative. */
  OptionalInt number(String name) {
    Optional<String> text = text(name);
    if (text.isEmpty()) {
      return OptionalInt.empty();
    }
    if (!text.get().matches("\\d{1,9}")) {
      throw malformed(
          name, "found '" + text.get() + "', expected a whole number of 0 to 999999999");
    }
    return OptionalInt.of(Integer.parseInt(text.get()));
  }

  private <T extends Type> Optional<T> value(String name, Class<T> type) {
    return one(name)
        .map(each -> {
          if (!type.isInstance(each.getValue())) {
            throw malformed(name, "expected a value of type " + type.getSimpleName());
          }
          return type.cast(each.getValue());
        });
  }

  Optional<Coding> coding(String name) {
    return value(name, Coding.class);
  }

  List<Coding> codings(String name) {
    List<Coding> codings = new ArrayList<>();
    for (ParametersParameterComponent each : named(name)) {
      if (!(each.getValue() instanceof Coding coding)) {
        throw malformed(name, "expected a value of type Coding");
      }
      codings.add(coding);
    }
    return codings;
  }

  Optional<CodeableConcept> codeableConcept(String name) {
    return value(name, CodeableConcept.class);
  }

  <T extends Resource> Optional<T> resource(String name, Class<T> type) {
    return one(name)
        .map(each -> {
          if (!type.isInstance(each.getResource())) {
            throw malformed(name, "expected a resource of type " + type.getSimpleName());
          }
          return type.cast(each.getResource());
        });
  }

  static FhirFailure.Malformed malformed(String name, String what) {
    return new FhirFailure.Malformed("Parameter '" + name + "': " + what, name);
  }

  /** One that must be there. */
  static FhirFailure.Malformed missing(String expected) {
    return new FhirFailure.Malformed(IssueType.REQUIRED, "Expected " + expected);
  }
}
