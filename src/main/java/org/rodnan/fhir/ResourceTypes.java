package org.rodnan.fhir;

import java.util.Set;
import java.util.TreeSet;

/** The resource types of R4. */
public final class ResourceTypes {
  private static final Set<String> ALL = Set.copyOf(FhirContexts.r4().getResourceTypes());

  private ResourceTypes() {}

  /** In alphabetical order. */
  public static Set<String> all() {
    return new TreeSet<>(ALL);
  }

  public static boolean isType(String name) {
    return ALL.contains(name);
  }

  /**
   * @throws FhirFailure.NotFound if R4 has no such type; the answer of R4's http page to an unknown
   *     type in a path
   */
  public static String require(String name) {
    if (!isType(name)) {
      throw new FhirFailure.NotFound(
          org.hl7.fhir.r4.model.OperationOutcome.IssueType.NOTSUPPORTED,
          "'" + name + "' is not a resource type of FHIR R4");
    }
    return name;
  }
}
