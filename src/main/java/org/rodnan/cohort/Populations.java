package org.rodnan.cohort;

import java.util.Optional;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.search.SubjectSearch.Moment;
import org.rodnan.terminology.UnitConversion;

/** Makes populations of studies. Thread safe. */
public final class Populations {
  private final UnitConversion units;
  private final KnownVisits visits;

  Populations(UnitConversion units, KnownVisits visits) {
    this.units = units;
    this.visits = visits;
  }

  /**
   * @param study empty means all patients
   */
  public Population of(Moment moment, Optional<ResourceKey> study) {
    return new Population(moment, study, units, visits);
  }
}
