package org.rodnan.trials;

import org.rodnan.fhir.FhirContexts;

/** The committed bundles give every printed number. */
class PrintedNumbersTest implements PrintedNumbersContract {

  @Override
  public ResourceSearch source() {
    return new BundleFiles(FhirContexts.r4());
  }
}
