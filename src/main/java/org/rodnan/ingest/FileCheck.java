package org.rodnan.ingest;

import java.util.List;
import java.util.function.Consumer;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.Issue;
import org.rodnan.fhir.Limits;
import org.rodnan.fhir.ParsedResource;
import org.rodnan.fhir.Progress;
import org.rodnan.fhir.ResourceParser;
import org.rodnan.ingest.IngestReport.Action;
import org.rodnan.interaction.ValidateInteraction;
import org.rodnan.mapping.SourceFile;

/**
 * Validates what is in files of FHIR, each resource by itself as {@code $validate} does: JSON, XML,
 * NDJSON and the entries of Bundles, also packed by zip or gzip. Nothing is written. Takes the same
 * memory whatever the length of the files. Thread safe.
 */
public final class FileCheck {
  private final ValidateInteraction validate;
  private final ResourceParser parser;
  private final Limits limits;
  private final IngestSettings settings;

  FileCheck(
      ValidateInteraction validate, ResourceParser parser, Limits limits, IngestSettings settings) {
    this.validate = validate;
    this.parser = parser;
    this.limits = limits;
    this.settings = settings;
  }

  /**
   * Something about a resource.
   *
   * @param line on which it begins in its file; 0 if that isn't known
   * @param resource such as {@code Patient/1}; empty if it can't be read
   */
  public record Finding(String file, long line, String resource, Issue issue) {}

  /**
   * What was looked at.
   *
   * @param invalid resources with an error, and files that can't be read
   */
  public record Counts(long files, long resources, long invalid, long errors, long warnings) {}

  /**
   * @param findings is told each in the order of files and lines
   * @throws FhirFailure.TooLarge if there is more of it than the settings allow
   */
  public Counts check(List<Piece> pieces, Consumer<Finding> findings, Progress progress) {
    Check check = new Check(findings);
    try (Delivery delivery = Delivery.open(pieces, settings, false, progress)) {
      delivery
          .refused()
          .forEach(each -> check.told(each.file(), each.row(), Action.REJECTED, each.reason()));
      FhirReader reader = new FhirReader(parser, limits);
      long files = 0;
      for (SourceFile file : delivery.files()) {
        reader.read(file, check);
        files++;
      }
      return new Counts(files, check.resources, check.invalid, check.errors, check.warnings);
    }
  }

  private final class Check implements RecordSink {
    private final Consumer<Finding> findings;
    private long resources;
    private long invalid;
    private long errors;
    private long warnings;

    Check(Consumer<Finding> findings) {
      this.findings = findings;
    }

    @Override
    public void record(String file, long line, byte[] json) {
      resources++;
      try {
        ParsedResource parsed = parser.parseJson(json);
        String id = parsed.resource().getIdElement().getIdPart();
        String name = id == null ? parsed.type() : parsed.type() + "/" + id;
        found(file, line, name, validate.validate(parsed));
      } catch (FhirFailure e) {
        found(file, line, "", e.issues());
      }
    }

    private void found(String file, long line, String resource, List<Issue> issues) {
      long before = errors;
      for (Issue issue : issues) {
        if (issue.isError()) {
          errors++;
        } else if (issue.severity() == Issue.Severity.WARNING) {
          warnings++;
        }
        findings.accept(new Finding(file, line, resource, issue));
      }
      if (errors > before) {
        invalid++;
      }
    }

    @Override
    public void told(String file, long line, Action action, String reason) {
      if (action == Action.REJECTED) {
        found(file, line, "", List.of(Issue.error(IssueType.STRUCTURE, reason)));
      } else {
        found(file, line, "", List.of(Issue.information(IssueType.INFORMATIONAL, reason)));
      }
    }
  }
}
