package org.rodnan.ingest;

import java.util.List;
import org.rodnan.fhir.Issue;

/**
 * What the installation of a package has done, once it is durable.
 *
 * @param skipped files that were left alone
 * @param warnings what the operator may want to know: dependencies that are missing, findings of
 *     the validation that did not stand against it
 */
public record PackageOutcome(
    String name,
    String version,
    int created,
    int updated,
    int unchanged,
    List<Skipped> skipped,
    List<Issue> warnings) {

  /** A file, and why it was left alone. */
  public record Skipped(String file, String reason) {}

  public PackageOutcome {
    skipped = List.copyOf(skipped);
    warnings = List.copyOf(warnings);
  }
}
