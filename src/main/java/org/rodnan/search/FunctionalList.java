package org.rodnan.search;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceKey;

/**
 * A List of a patient by what it is for (R4, lifecycle.html#functional): the newest current one
 * whose code says so.
 *
 * @param code of R4's example codes for the use of Lists
 * @param patient as a value of the parameter {@code patient}
 */
record FunctionalList(String code, String patient) {
  private static final String SYSTEM =
      "http://terminology.hl7.org/CodeSystem/list-example-use-codes";
  private static final Map<String, String> CODES =
      Map.of(
          "$current-problems", "problems",
          "$current-medications", "medications",
          "$current-allergies", "allergies");
  private static final Set<String> NAMES_OF_THE_PATIENT =
      Set.of("patient", "subject", "patient:Patient", "subject:Patient");

  /** Whether the parameter names one. */
  static boolean isNamedBy(SearchRequest.Parameter parameter) {
    return parameter.name().equals("_list") && parameter.value().startsWith("$");
  }

  /**
   * @throws FhirFailure.Malformed for another name, or if the search isn't about one patient
   */
  static FunctionalList of(SearchRequest.Parameter parameter, SearchRequest request) {
    String code = CODES.get(parameter.value());
    if (code == null) {
      throw new FhirFailure.Malformed(
          IssueType.NOTSUPPORTED,
          "Search parameter '_list': found '"
              + parameter.value()
              + "', expected one of "
              + new TreeSet<>(CODES.keySet())
              + " alone, or ids of Lists; the Lists of R4's other functional names have no code in "
              + SYSTEM
              + " by which they could be known",
          parameter.name());
    }
    return new FunctionalList(code, patient(request));
  }

  private static String patient(SearchRequest request) {
    Optional<String> ofCompartment =
        request
            .compartment()
            .filter(owner -> owner.type().equals("Patient"))
            .map(ResourceKey::toString);
    List<String> named =
        request.parameters().stream()
            .filter(parameter -> NAMES_OF_THE_PATIENT.contains(parameter.name()))
            .flatMap(parameter -> Escapes.split(parameter.value(), ',').stream())
            .toList();
    boolean isOfOthers =
        named.stream()
            .flatMap(value -> ResourceKey.parse(value).stream())
            .anyMatch(key -> !key.type().equals("Patient"));
    if (isOfOthers || named.size() + (ofCompartment.isPresent() ? 1 : 0) != 1) {
      throw new FhirFailure.Malformed(
          "Search parameter '_list': a functional list is one patient's; expected one patient by"
              + " 'patient' or 'subject', or a search in the compartment of one",
          "_list");
    }
    return ofCompartment.orElseGet(named::getFirst);
  }

  /** What Lists have that may be the one. */
  List<SearchRequest.Parameter> criteria() {
    return List.of(
        new SearchRequest.Parameter("code", SYSTEM + "|" + code),
        new SearchRequest.Parameter("status", "current"),
        new SearchRequest.Parameter("patient", patient));
  }
}
