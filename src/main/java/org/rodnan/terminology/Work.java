package org.rodnan.terminology;

import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.WatchedText;

/**
 * Bounds the work for one value set: imports may multiply, and a regular expression may try every
 * way to read a text. For one thread.
 */
final class Work {
  private final String url;
  private int left;

  Work(String url, int stepsMax) {
    this.url = url;
    this.left = stepsMax;
  }

  void take() {
    take(1);
  }

  void take(int steps) {
    left -= steps;
    if (left < 0) {
      throw new FhirFailure.Malformed(
          IssueType.TOOCOSTLY,
          "The value set "
              + url
              + " can't be worked out here: it takes too many steps, more than"
              + " rodnan.terminology.steps-max allows");
    }
  }

  /** The text, each look at a character of which is a step. */
  CharSequence read(String text) {
    return new WatchedText(text, this::take);
  }
}
