package org.rodnan.terminology.loading;

import java.util.Optional;

/** The releases that can be loaded. */
public enum ReleaseKind {
  /** SNOMED CT, RF2, the snapshot. */
  SNOMED,
  /** LOINC, CSV. */
  LOINC,
  /** MedDRA, ASCII. */
  MEDDRA,
  /** ATC: a table with a line of names, separated by commas, semicolons or tabs. */
  ATC,
  /** RxNorm, RRF. */
  RXNORM;

  ReleaseReader reader(ReleaseFiles files, Optional<String> version) {
    return switch (this) {
      case SNOMED -> new SnomedReader(files, version);
      case LOINC -> new LoincReader(files, version);
      case MEDDRA -> new MeddraReader(files, version);
      case ATC -> new AtcReader(files, version);
      case RXNORM -> new RxNormReader(files, version);
    };
  }
}
