package org.rodnan.trials;

import ca.uhn.fhir.context.FhirContext;

/** The committed bundles give every printed number. */
class PrintedNumbersTest implements PrintedNumbersContract {

  @Override
  public ResourceSearch source() {
    return new BundleFiles(FhirContext.forR4Cached());
  }
}
