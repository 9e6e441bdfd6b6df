package org.rodnan.index;

import ca.uhn.fhir.context.RuntimeSearchParam;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.ResourceTypes;

/**
 * The compartments of R4 (compartmentdefinition.html): which parameters of a type make a resource a
 * member.
 */
public final class Compartment {
  /** The types whose resources have one. */
  public static final List<String> NAMES =
      List.of("Device", "Encounter", "Patient", "Practitioner", "RelatedPerson");

  /** The owners' types by the field of the parameter that leads to them. */
  private static final Map<String, Set<String>> OWNERS = new HashMap<>();

  static {
    for (String name : NAMES) {
      for (String type : ResourceTypes.all()) {
        codes(name, type)
            .forEach(code ->
                OWNERS.computeIfAbsent(type + "." + code, field -> new HashSet<>()).add(name));
      }
    }
  }

  private Compartment() {}

  /** Whether resources of the type have a compartment. */
  public static boolean isOwner(String type) {
    return NAMES.contains(type);
  }

  /** Whether resources of a type can be in a compartment; an owner is in its own. */
  public static boolean has(String compartment, String type) {
    return type.equals(compartment) || !codes(compartment, type).isEmpty();
  }

  /** Whether a reference in the field to a resource of a type makes a member of its compartment. */
  public static boolean isMember(String field, String ownerType) {
    Set<String> owners = OWNERS.get(field);
    return owners != null && owners.contains(ownerType);
  }

  private static List<String> codes(String compartment, String type) {
    return FhirContexts.r4()
        .getResourceDefinition(type)
        .getSearchParamsForCompartmentName(compartment)
        .stream()
        .map(RuntimeSearchParam::getName)
        .toList();
  }
}
