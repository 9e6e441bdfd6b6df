package org.rodnan.operation;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import org.hl7.fhir.exceptions.FHIRException;
import org.hl7.fhir.r4.context.IWorkerContext;
import org.hl7.fhir.r4.utils.GraphQLEngine;
import org.hl7.fhir.utilities.graphql.Argument;
import org.hl7.fhir.utilities.graphql.Argument.ArgumentListStatus;
import org.hl7.fhir.utilities.graphql.EGraphEngine;
import org.hl7.fhir.utilities.graphql.EGraphQLException;
import org.hl7.fhir.utilities.graphql.NameValue;
import org.hl7.fhir.utilities.graphql.NumberValue;
import org.hl7.fhir.utilities.graphql.ObjectValue;
import org.hl7.fhir.utilities.graphql.Value;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.Limits;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.index.ReferenceText;
import org.rodnan.interaction.Interactions;

/**
 * {@code $graphql} of the system and of an instance (R4, graphql.html), by HL7's engine. Queries
 * only; there is neither mutation nor introspection. Thread safe.
 */
public final class GraphqlOperation {
  private static final JsonFactory JSON = new JsonFactory();

  private final Interactions interactions;
  private final ReferenceText references;
  private final IWorkerContext types;
  private final OperationSettings settings;
  private final Limits limits;

  GraphqlOperation(
      Interactions interactions,
      ReferenceText references,
      IWorkerContext types,
      OperationSettings settings,
      Limits limits) {
    this.interactions = interactions;
    this.references = references;
    this.types = types;
    this.settings = settings;
    this.limits = limits;
  }

  /**
   * What GraphQL answers with, a JSON object with the member {@code data}.
   *
   * @param focus of the level of an instance
   * @param query a GraphQL document
   * @param variables a JSON object
   * @throws FhirFailure.Malformed if the query can't be executed, or is over a limit
   * @throws FhirFailure.NotFound if a resource that it names isn't there
   * @throws FhirFailure.Gone if it was deleted
   * @throws FhirFailure.Busy if it takes longer than {@code rodnan.limits.query-time-max}
   */
  public byte[] execute(
      Optional<ResourceKey> focus,
      String query,
      Optional<String> operationName,
      Optional<String> variables) {
    GraphqlDocument document = GraphqlDocument.of(query, operationName, variables, settings);
    if (focus.isEmpty()) {
      document.requireSearches();
    }
    GraphqlStorage storage =
        new GraphqlStorage(
            document,
            interactions.read(),
            interactions.vread(),
            interactions.search(),
            references,
            settings,
            limits.queryTimeMax());
    GraphQLEngine engine = new GraphQLEngine(types);
    engine.setGraphQL(document.parsed());
    engine.setServices(storage);
    focus.ifPresent(key -> engine.setFocus(storage.read(key)));
    try {
      engine.execute();
      return written(engine.getOutput());
    } catch (FhirFailure failure) {
      throw failure;
    } catch (EGraphQLException
        | EGraphEngine
        | FHIRException
        | IndexOutOfBoundsException
        | ClassCastException
        | IllegalArgumentException
        | NullPointerException e) {
      // The engine isn't careful with what it doesn't expect; it has only read.
      throw GraphqlDocument.malformed(
          e instanceof IndexOutOfBoundsException
                  || e instanceof ClassCastException
                  || e instanceof NullPointerException
              ? "an argument has a form that is not expected"
              : String.valueOf(e.getMessage()));
    }
  }

  private static byte[] written(ObjectValue output) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      json.writeFieldName("data");
      write(output, json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("Writing to memory failed", e);
    }
    return out.toByteArray();
  }

  private static void write(Value value, JsonGenerator json) throws IOException {
    switch (value) {
      case ObjectValue object -> {
        json.writeStartObject();
        for (Argument member : object.getFields()) {
          json.writeFieldName(member.getName());
          write(member, json);
        }
        json.writeEndObject();
      }
      case NumberValue number -> json.writeNumber(number.getValue());
      case NameValue bool -> json.writeBoolean(Boolean.parseBoolean(bool.getValue()));
      default -> json.writeString(value.getValue());
    }
  }

  private static void write(Argument member, JsonGenerator json) throws IOException {
    List<Value> values = member.getValues();
    if (member.getListStatus() == ArgumentListStatus.REPEATING) {
      json.writeStartArray();
      for (Value value : values) {
        write(value, json);
      }
      json.writeEndArray();
    } else if (values.isEmpty()) {
      json.writeNull();
    } else if (values.size() == 1) {
      write(values.getFirst(), json);
    } else {
      throw GraphqlDocument.malformed(
          "'" + member.getName() + "' has " + values.size() + " values where one is expected");
    }
  }
}
