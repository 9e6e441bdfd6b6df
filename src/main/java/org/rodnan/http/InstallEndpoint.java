package org.rodnan.http;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.hl7.fhir.r4.model.IntegerType;
import org.hl7.fhir.r4.model.OperationOutcome;
import org.hl7.fhir.r4.model.OperationOutcome.IssueSeverity;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.hl7.fhir.r4.model.OperationOutcome.OperationOutcomeIssueComponent;
import org.hl7.fhir.r4.model.Parameters;
import org.hl7.fhir.r4.model.Parameters.ParametersParameterComponent;
import org.hl7.fhir.r4.model.StringType;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.Issue;
import org.rodnan.ingest.PackageInstaller;
import org.rodnan.ingest.PackageOutcome;
import org.rodnan.ingest.PackageOutcome.Skipped;

/**
 * {@code ImplementationGuide/$install}: a FHIR NPM package as the body, or as {@code npmContent} of
 * Parameters, as HAPI's server calls it.
 */
final class InstallEndpoint {
  private static final String CONTENT = "npmContent";

  /** The counts are exact; of what is told one by one so many are enough for people. */
  private static final int TOLD_MAX = 100;

  private final PackageInstaller installer;

  InstallEndpoint(PackageInstaller installer) {
    this.installer = installer;
  }

  Answer install(OperationCall call) {
    PackageOutcome outcome = installer.install(content(call.input()), call.origin());
    return Answer.of(
        200,
        JsonBytes.of(
            FhirContexts.r4()
                .newJsonParser()
                .encodeResourceToString(parameters(outcome))
                .getBytes(StandardCharsets.UTF_8)));
  }

  private static byte[] content(OperationInput input) {
    for (String name : List.of("url", "packageUrl", "name", "version")) {
      if (!input.texts(name).isEmpty()) {
        throw new FhirFailure.Malformed(
            IssueType.NOTSUPPORTED,
            "The parameter '"
                + name
                + "' names a package to be fetched, and nothing is fetched from the network;"
                + " expected the package itself, as the body or as the parameter "
                + CONTENT,
            "Parameters.parameter");
      }
    }
    input.requireOnly(Set.of(CONTENT));
    String content =
        input
            .text(CONTENT)
            .orElseThrow(() ->
                new FhirFailure.Malformed(
                    IssueType.REQUIRED,
                    "There is no package; expected a body of type application/gzip, or the"
                        + " parameter "
                        + CONTENT
                        + " with a valueBase64Binary",
                    "Parameters.parameter"));
    try {
      return Base64.getMimeDecoder().decode(content);
    } catch (IllegalArgumentException e) {
      throw new FhirFailure.Malformed(
          IssueType.VALUE,
          CONTENT + " is not in Base64: " + e.getMessage(),
          "Parameters.parameter");
    }
  }

  private static Parameters parameters(PackageOutcome outcome) {
    Parameters parameters = new Parameters();
    parameters.addParameter("name", new StringType(outcome.name()));
    parameters.addParameter("version", new StringType(outcome.version()));
    parameters.addParameter("created", new IntegerType(outcome.created()));
    parameters.addParameter("updated", new IntegerType(outcome.updated()));
    parameters.addParameter("unchanged", new IntegerType(outcome.unchanged()));
    parameters.addParameter("skipped", new IntegerType(outcome.skipped().size()));
    for (Skipped skipped : outcome.skipped().stream().limit(TOLD_MAX).toList()) {
      ParametersParameterComponent file = parameters.addParameter().setName("skippedFile");
      file.addPart().setName("file").setValue(new StringType(skipped.file()));
      file.addPart().setName("reason").setValue(new StringType(skipped.reason()));
    }
    parameters.addParameter().setName("outcome").setResource(told(outcome));
    return parameters;
  }

  private static OperationOutcome told(PackageOutcome outcome) {
    List<Issue> issues = new ArrayList<>(outcome.warnings().stream().limit(TOLD_MAX).toList());
    if (outcome.warnings().size() > issues.size()) {
      issues.add(
          Issue.information(
              IssueType.INFORMATIONAL,
              (outcome.warnings().size() - issues.size()) + " more warnings are not shown"));
    }
    if (issues.isEmpty()) {
      issues.add(
          Issue.information(
              IssueType.INFORMATIONAL,
              "The package " + outcome.name() + "#" + outcome.version() + " is installed"));
    }
    OperationOutcome told = new OperationOutcome();
    for (Issue issue : issues) {
      OperationOutcomeIssueComponent component =
          told.addIssue()
              .setSeverity(IssueSeverity.valueOf(issue.severity().name()))
              .setCode(issue.code())
              .setDiagnostics(issue.diagnostics());
      issue.expression().forEach(component::addExpression);
    }
    return told;
  }
}
