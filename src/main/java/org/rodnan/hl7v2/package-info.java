/**
 * HL7 v2, in: results (ORU^R01) and demographics (ADT^A08) become resources through the one door
 * for writing, and each message is acknowledged when what it says is durable, or refused with the
 * field that is wrong.
 */
@ApplicationModule(allowedDependencies = {"fhir", "store", "search", "interaction", "terminology"})
@NullMarked
package org.rodnan.hl7v2;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
