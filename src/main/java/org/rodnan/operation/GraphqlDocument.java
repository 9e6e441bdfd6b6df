package org.rodnan.operation;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.hl7.fhir.utilities.graphql.Argument;
import org.hl7.fhir.utilities.graphql.Document;
import org.hl7.fhir.utilities.graphql.Field;
import org.hl7.fhir.utilities.graphql.Operation;
import org.hl7.fhir.utilities.graphql.Package;
import org.hl7.fhir.utilities.graphql.Selection;
import org.hl7.fhir.utilities.graphql.Value;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceTypes;

/**
 * The one operation of a GraphQL document that is to be executed, as HL7's engine wants it: values
 * stand where variables stood, no field is selected twice, and what is skipped isn't there.
 *
 * @param repetition how often the query selects the field that it selects most often
 */
record GraphqlDocument(Operation operation, int repetition) {
  /**
   * @param variables a JSON object
   * @throws FhirFailure.Malformed if the text is no GraphQL, a value is missing, or the query is
   *     larger than the limits allow
   */
  static GraphqlDocument of(
      String text,
      Optional<String> operationName,
      Optional<String> variables,
      OperationSettings limits) {
    return GraphqlReader.read(
        text, operationName, variables.map(GraphqlVariables::read).orElseGet(Map::of), limits);
  }

  /** What HL7's engine executes. */
  Package parsed() {
    Document document = new Document();
    document.getOperations().add(operation);
    return new Package(document);
  }

  /**
   * The fields of a query of the system are searches.
   *
   * @throws FhirFailure.Malformed if one is something else
   */
  void requireSearches() {
    for (Selection selection : operation.getSelectionSet()) {
      Field field = selection.getField();
      if (field == null) {
        throw malformed("of the system only fields can be selected, not fragments");
      }
      String name = field.getName();
      if (!ResourceTypes.isType(name.replaceAll("(?:List|Connection)$", ""))
          && !ResourceTypes.isType(name)) {
        throw malformed(
            "the field '" + name + "'; expected Type, TypeList or TypeConnection of a FHIR type");
      }
      if (field.getSelectionSet().isEmpty()) {
        throw malformed("nothing is selected of '" + name + "'");
      }
      if (!field.getDirectives().isEmpty()) {
        throw malformed("the field '" + name + "' of the system can't have a directive");
      }
      if (ResourceTypes.isType(name)) {
        field.getArguments().stream()
            .filter(argument -> argument.getName().equals("_id"))
            .forEach(argument -> argument.setName("id"));
      }
    }
  }

  /** The texts of an argument. */
  static List<String> values(Argument argument) {
    return argument.getValues().stream().map(Value::getValue).toList();
  }

  static FhirFailure malformed(String what) {
    return new FhirFailure.Malformed(
        IssueType.INVALID, "The GraphQL query can't be executed: " + what, "query");
  }

  static FhirFailure tooCostly(String what) {
    return new FhirFailure.Malformed(IssueType.TOOCOSTLY, "The GraphQL query " + what, "query");
  }
}
