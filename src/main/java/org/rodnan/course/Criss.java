package org.rodnan.course;

import java.util.List;
import org.rodnan.fhir.LogPosition;
import org.rodnan.fhir.ResourceKey;

/**
 * The composite response index of subjects.
 *
 * @param position everything up to here is in it
 * @param rows by the keys of the subjects
 */
public record Criss(LogPosition position, List<Row> rows) {

  /** That of one subject. */
  public record Row(ResourceKey subject, ResourceKey patient, String arm, CrissScore score) {}
}
