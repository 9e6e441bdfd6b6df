package org.rodnan.interaction;

import java.util.function.Supplier;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.Issue;
import org.rodnan.fhir.ParsedResource;

/** What comes out of a patch. */
final class PatchedResource {
  private PatchedResource() {}

  /**
   * The resource that was parsed; what is wrong with it is not the fault of the request's syntax.
   *
   * @throws FhirFailure.Unprocessable in the place of a Malformed
   */
  static ParsedResource parse(Supplier<ParsedResource> parsing) {
    try {
      return parsing.get();
    } catch (FhirFailure.Malformed e) {
      throw new FhirFailure.Unprocessable(
          e.issues().stream()
              .map(issue ->
                  new Issue(
                      issue.severity(),
                      issue.code(),
                      "The patched resource is none: " + issue.diagnostics(),
                      issue.expression()))
              .toList());
    }
  }
}
