package org.rodnan.operation;

import java.util.Optional;
import java.util.Set;
import org.hl7.fhir.r4.model.CodeSystem;
import org.hl7.fhir.r4.model.CodeType;
import org.hl7.fhir.r4.model.Coding;
import org.hl7.fhir.r4.model.Parameters;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.terminology.KnownSystem;
import org.rodnan.terminology.Terminology;
import org.rodnan.terminology.concepts.Concept;

/** {@code CodeSystem/$subsumes} (R4, codesystem-operation-subsumes.html). */
final class SubsumesOperation {
  private static final Set<String> NAMES =
      Set.of("codeA", "codeB", "system", "version", "codingA", "codingB");

  private SubsumesOperation() {}

  static Parameters run(
      Optional<ResourceKey> key, OperationArguments arguments, Terminology terminology) {
    arguments.requireOnly(NAMES);
    Optional<String> system = arguments.text("system");
    if (key.isPresent()) {
      CodeSystem definition =
          terminology
              .definitions()
              .find(CodeSystem.class, key.get().toString())
              .orElseThrow(() -> new FhirFailure.NotFound("There is no " + key.get()));
      if (system.isPresent() && !system.get().equals(definition.getUrl())) {
        throw OperationArguments.malformed(
            "system", "found '" + system.get() + "', expected '" + definition.getUrl() + "'");
      }
      return run(arguments, MeantDefinitions.system(definition, false, terminology));
    }
    String url =
        system
            .or(() -> arguments.coding("codingA").map(Coding::getSystem))
            .orElseThrow(() -> OperationArguments.missing("a system, or codings with theirs"));
    Optional<String> version =
        arguments.text("version").or(() -> arguments.coding("codingA").map(Coding::getVersion));
    return run(arguments, MeantDefinitions.system(url, version, terminology));
  }

  private static Parameters run(OperationArguments arguments, KnownSystem system) {
    String a = code("A", arguments, system);
    String b = code("B", arguments, system);
    Parameters answer = new Parameters();
    answer
        .addParameter()
        .setName("outcome")
        .setValue(
            new CodeType(
                a.equals(b)
                    ? "equivalent"
                    : system.isBelow(b, a)
                        ? "subsumes"
                        : system.isBelow(a, b) ? "subsumed-by" : "not-subsumed"));
    return answer;
  }

  private static String code(String which, OperationArguments arguments, KnownSystem system) {
    Optional<Coding> coding = arguments.coding("coding" + which);
    String url = system.outline().url();
    if (coding.isPresent() && coding.get().hasSystem() && !coding.get().getSystem().equals(url)) {
      throw OperationArguments.malformed(
          "coding" + which,
          "found the system '" + coding.get().getSystem() + "', expected '" + url + "'");
    }
    String code =
        arguments
            .text("code" + which)
            .or(() -> coding.map(Coding::getCode))
            .orElseThrow(() -> OperationArguments.missing("code" + which + " or coding" + which));
    return system
        .find(code)
        .map(Concept::code)
        .orElseThrow(() ->
            new FhirFailure.NotFound(
                "The code '" + code + "' is not one of " + system.outline().canonical()));
  }
}
