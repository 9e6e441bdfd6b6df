package org.rodnan.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.hl7.fhir.r4.model.Parameters;
import org.hl7.fhir.r4.model.Parameters.ParametersParameterComponent;
import org.hl7.fhir.r4.model.PrimitiveType;
import org.hl7.fhir.r4.model.StringType;
import org.hl7.fhir.r4.model.Type;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ParsedResource;
import org.rodnan.operation.OperationArguments;
import org.rodnan.search.SearchRequest.Parameter;

/**
 * What an operation is called with (R4, operations.html#executing): parameters of the URL or a
 * form, a Parameters resource, or one resource in its place.
 *
 * @param query of the URL and the form
 * @param body a Parameters, or another resource, which then is the parameter {@code resource}
 * @param upload a body that is neither; whoever carries out the operation closes it
 */
record OperationInput(
    QueryParameters query, Optional<ParsedResource> body, Optional<Upload> upload) {
  private static final JsonFactory JSON = new JsonFactory();
  private static final String FORMAT = "_format";
  private static final Set<String> FORMATS_OF_BODY =
      Set.of("csv", "text/csv", "svg", "image/svg+xml", "json", "application/fhir+json");

  OperationInput(QueryParameters query, Optional<ParsedResource> body) {
    this(query, body, Optional.empty());
  }

  /** Those of the URL, then the primitives of the body as texts. */
  List<Parameter> values() {
    List<Parameter> values = new ArrayList<>();
    for (Parameter parameter : query.all()) {
      if (!QueryParameters.OF_THE_ANSWER.contains(parameter.name())
          && !parameter.value().isEmpty()) {
        values.add(parameter);
      }
    }
    for (ParametersParameterComponent parameter : components()) {
      if (parameter.hasValue()) {
        if (!parameter.getValue().isPrimitive()) {
          throw malformed(parameter.getName(), "expected a primitive value");
        }
        values.add(new Parameter(parameter.getName(), parameter.getValue().primitiveValue()));
      }
    }
    return values;
  }

  /**
   * The value of the parameter.
   *
   * @throws FhirFailure.Malformed if there are several
   */
  Optional<String> value(String name) {
    return QueryParameters.only(name, values());
  }

  /**
   * The value of a complex type.
   *
   * @throws FhirFailure.Malformed if it is of another type, or there are several
   */
  <T extends Type> Optional<T> value(String name, Class<T> type) {
    List<T> all = complex(name, type);
    if (all.isEmpty() && !texts(name).isEmpty()) {
      throw malformed(name, "found a text, expected a value of type " + type.getSimpleName());
    }
    if (all.size() > 1) {
      throw malformed(name, "expected it once");
    }
    return all.stream().findFirst();
  }

  /** Those of the values that are of a complex type. */
  <T extends Type> List<T> complex(String name, Class<T> type) {
    return components().stream()
        .filter(parameter -> name.equals(parameter.getName()))
        .map(ParametersParameterComponent::getValue)
        .filter(value -> value == null || !value.isPrimitive())
        .map(value -> {
          if (!type.isInstance(value)) {
            throw malformed(name, "expected a value of type " + type.getSimpleName());
          }
          return type.cast(value);
        })
        .toList();
  }

  /** All values as texts, those of the URL first; complex ones are left out. */
  List<String> texts(String name) {
    List<String> texts = new ArrayList<>();
    query.all().stream()
        .filter(parameter -> parameter.name().equals(name) && !parameter.value().isEmpty())
        .forEach(parameter -> texts.add(parameter.value()));
    components().stream()
        .filter(parameter -> name.equals(parameter.getName()))
        .filter(parameter -> parameter.hasValue() && parameter.getValue().isPrimitive())
        .forEach(parameter -> texts.add(parameter.getValue().primitiveValue()));
    return texts;
  }

  /**
   * The one text.
   *
   * @throws FhirFailure.Malformed if there are several
   */
  Optional<String> text(String name) {
    return QueryParameters.only(
        name, texts(name).stream().map(text -> new Parameter(name, text)).toList());
  }

  /**
   * A truth value; false if it is absent.
   *
   * @throws FhirFailure.Malformed for anything but {@code true} and {@code false}
   */
  boolean flag(String name) {
    String text = text(name).orElse("false");
    if (!text.equals("true") && !text.equals("false")) {
      throw new FhirFailure.Malformed(name + " is '" + text + "'; expected true or false", name);
    }
    return text.equals("true");
  }

  /**
   * All parameters, those of the URL as strings. A resource in place of a Parameters is the
   * parameter of the name of its type, such as {@code valueSet}.
   *
   * @throws FhirFailure.Malformed if one of the URL has no value: left out unsaid, it would change
   *     what is asked
   */
  OperationArguments arguments() {
    for (Parameter parameter : query.all()) {
      if (!QueryParameters.OF_THE_ANSWER.contains(parameter.name())
          && parameter.value().isEmpty()) {
        throw new FhirFailure.Malformed(
            "Parameter '" + parameter.name() + "': found nothing, expected a value",
            parameter.name());
      }
    }
    return argumentsWithValue();
  }

  /** The same, where one without a value counts as not given, as in forms that were left empty. */
  OperationArguments argumentsWithValue() {
    List<ParametersParameterComponent> all = new ArrayList<>();
    for (Parameter parameter : query.all()) {
      if (!QueryParameters.OF_THE_ANSWER.contains(parameter.name())
          && !parameter.value().isEmpty()) {
        ParametersParameterComponent component = new ParametersParameterComponent();
        component.setName(parameter.name()).setValue(new StringType(parameter.value()));
        all.add(component);
      }
    }
    components().stream().filter(each -> !FORMAT.equals(each.getName())).forEach(all::add);
    body.map(ParsedResource::resource)
        .filter(resource -> !(resource instanceof Parameters))
        .ifPresent(resource -> {
          ParametersParameterComponent component = new ParametersParameterComponent();
          String type = resource.fhirType();
          component.setName(Character.toLowerCase(type.charAt(0)) + type.substring(1));
          all.add(component.setResource(resource));
        });
    return new OperationArguments(all);
  }

  /**
   * The parameter of the body that says which form the answer is to have.
   *
   * @throws FhirFailure.Malformed if it is none of this place
   */
  QueryParameters format() {
    List<Parameter> formats = new ArrayList<>();
    for (ParametersParameterComponent each : components()) {
      if (FORMAT.equals(each.getName())) {
        String format =
            each.getValue() instanceof PrimitiveType<?> value ? value.asStringValue() : "";
        if (!FORMATS_OF_BODY.contains(format)) {
          throw malformed(
              FORMAT, "found '" + format + "', expected csv, svg or json; others in the URL");
        }
        formats.add(new Parameter(FORMAT, format));
      }
    }
    return new QueryParameters(formats);
  }

  /** The resource of the name, with the very bytes that stand in the body. */
  Optional<ParsedResource> resource(String name) {
    if (body.isEmpty()) {
      return Optional.empty();
    }
    if (!(body.get().resource() instanceof Parameters)) {
      return name.equals("resource") ? body : Optional.empty();
    }
    List<Optional<byte[]>> slices = slices(body.get().json());
    List<ParametersParameterComponent> components = components();
    for (int i = 0; i < components.size(); i++) {
      ParametersParameterComponent parameter = components.get(i);
      if (name.equals(parameter.getName())) {
        byte[] json = slices.get(i).orElseThrow(() -> malformed(name, "expected a resource"));
        return Optional.of(new ParsedResource(parameter.getResource(), json));
      }
    }
    return Optional.empty();
  }

  /**
   * @throws FhirFailure.Malformed if there are other parameters
   */
  void requireOnly(Set<String> names) {
    query.requireOnly(names);
    for (ParametersParameterComponent parameter : components()) {
      if (!names.contains(String.valueOf(parameter.getName()))) {
        throw new FhirFailure.Malformed(
            IssueType.NOTSUPPORTED,
            "The parameter '"
                + parameter.getName()
                + "' is not known here; expected one of "
                + names,
            "Parameters.parameter");
      }
    }
  }

  private List<ParametersParameterComponent> components() {
    return body.map(ParsedResource::resource)
        .filter(Parameters.class::isInstance)
        .map(resource -> ((Parameters) resource).getParameter())
        .orElse(List.of());
  }

  private static FhirFailure.Malformed malformed(String name, String expected) {
    return new FhirFailure.Malformed(
        "Parameter '" + name + "': " + expected, "Parameters.parameter");
  }

  /** By parameter, the slice of the text that is its resource. */
  private static List<Optional<byte[]>> slices(byte[] json) {
    List<Optional<byte[]>> slices = new ArrayList<>();
    try (JsonParser parser = JSON.createParser(json)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        parser.nextToken();
        if (name.equals("parameter") && parser.currentToken() == JsonToken.START_ARRAY) {
          while (parser.nextToken() == JsonToken.START_OBJECT) {
            slices.add(slice(parser, json));
          }
        } else {
          parser.skipChildren();
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return slices;
  }

  private static Optional<byte[]> slice(JsonParser parser, byte[] json) throws IOException {
    Optional<byte[]> slice = Optional.empty();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      boolean isResource = parser.currentName().equals("resource");
      parser.nextToken();
      int from = (int) parser.currentTokenLocation().getByteOffset();
      parser.skipChildren();
      if (isResource) {
        int to = (int) parser.currentTokenLocation().getByteOffset() + 1;
        slice = Optional.of(Arrays.copyOfRange(json, from, to));
      }
    }
    return slice;
  }
}
