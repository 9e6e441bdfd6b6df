package org.rodnan.fhir;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.parser.StrictErrorHandler;

/**
 * The one R4 context of the program. HAPI's defaults are lenient and strip versions from
 * references; this context is strict and strips nothing, so that what a client sends is what it
 * gets back.
 */
public final class FhirContexts {
  private static final FhirContext R4 = strictR4();

  private FhirContexts() {}

  /** Thread safe, as HAPI's contexts are once configured; callers must not reconfigure it. */
  public static FhirContext r4() {
    return R4;
  }

  private static FhirContext strictR4() {
    FhirContext context = FhirContext.forR4();
    context.setParserErrorHandler(new StrictErrorHandler());
    context.getParserOptions().setStripVersionsFromReferences(false);
    context.getParserOptions().setOverrideResourceIdWithBundleEntryFullUrl(false);
    context.getParserOptions().setAutoContainReferenceTargetsWithNoId(false);
    return context;
  }
}
