package org.rodnan.operation;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.rodnan.cohort.Disclosure;
import org.rodnan.course.DataQuality;
import org.rodnan.course.DataQuality.Finding;
import org.rodnan.course.DataQualityCheck;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.interaction.ReadInteraction;

/** {@code $data-quality} of a study: what is wrong, or looks so, with its records. Thread safe. */
public final class DataQualityOperation {
  private static final int WINDOW = 28;
  private static final List<String> COLUMNS =
      List.of("rule", "subject", "visit", "measure", "resource", "found", "expected");

  private final DataQualityCheck check;
  private final Disclosure disclosure;
  private final ReadInteraction read;

  DataQualityOperation(DataQualityCheck check, Disclosure disclosure, ReadInteraction read) {
    this.disclosure = disclosure;
    this.check = check;
    this.read = read;
  }

  /**
   * @param arguments {@code window}, in days
   * @throws FhirFailure.Malformed if the parameters can't be understood; names them
   * @throws FhirFailure.NotFound if the study isn't there
   * @throws FhirFailure.Forbidden if single subjects may not be shown to whoever asks
   */
  public TableAnswer quality(ResourceKey study, OperationArguments arguments) {
    arguments.requireOnly(Set.of("window"));
    disclosure.requireSubjects("$data-quality");
    read.read(study);
    DataQuality quality = check.check(study, arguments.number("window").orElse(WINDOW));
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (Finding finding : quality.findings()) {
      List<@Nullable Object> row = new ArrayList<>();
      row.add(finding.rule().code());
      row.add(finding.subject().orElse(null));
      row.add(finding.visit());
      row.add(finding.measure());
      row.add(finding.resource().orElse(null));
      row.add(finding.found());
      row.add(finding.expected());
      rows.add(row);
    }
    return TableAnswer.of(quality.position(), "finding", new Table(COLUMNS, rows));
  }
}
