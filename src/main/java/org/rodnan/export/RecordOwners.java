package org.rodnan.export;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.hl7.fhir.r4.model.Group;
import org.hl7.fhir.r4.model.Group.GroupMemberComponent;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.index.ReferenceText;
import org.rodnan.interaction.ReadInteraction;
import org.rodnan.search.ResourceScan.Owners;

/** Whose records are asked for, by references to patients and groups. Thread safe. */
public final class RecordOwners {
  private static final String PATIENT = "Patient";

  private final ReadInteraction read;
  private final ReferenceText references;

  RecordOwners(ReadInteraction read, ReferenceText references) {
    this.read = read;
    this.references = references;
  }

  /**
   * Everybody if nothing is given; the patients; the members of the groups; or if both are given,
   * those patients who are members.
   *
   * @throws FhirFailure.Malformed if a reference is not to a patient or group that is there
   */
  public Owners of(List<String> patients, List<String> groups) {
    if (patients.isEmpty() && groups.isEmpty()) {
      return new Owners.All();
    }
    Set<ResourceKey> members = new LinkedHashSet<>();
    for (String group : groups) {
      members.addAll(members(require(group, "Group", "group")));
    }
    if (patients.isEmpty()) {
      return new Owners.Patients(members);
    }
    Set<ResourceKey> named = new LinkedHashSet<>();
    for (String patient : patients) {
      named.add(require(patient, PATIENT, "patient"));
    }
    if (!groups.isEmpty()) {
      named.retainAll(members);
    }
    return new Owners.Patients(named);
  }

  /**
   * The patients of a group who are not inactive in it.
   *
   * @throws FhirFailure.NotFound if there never was such a group
   * @throws FhirFailure.Gone if it was deleted
   */
  public Set<ResourceKey> members(ResourceKey group) {
    Group parsed =
        FhirContexts.r4()
            .newJsonParser()
            .parseResource(
                Group.class, new String(read.read(group).json(), StandardCharsets.UTF_8));
    Set<ResourceKey> members = new HashSet<>();
    for (GroupMemberComponent member : parsed.getMember()) {
      String reference = member.getEntity().getReference();
      if (!member.getInactive() && reference != null) {
        references
            .local(reference)
            .filter(key -> key.type().equals(PATIENT))
            .ifPresent(members::add);
      }
    }
    return members;
  }

  private ResourceKey require(String reference, String type, String parameter) {
    String literal = reference.contains("/") ? reference : type + "/" + reference;
    Optional<ResourceKey> key = references.local(literal).filter(each -> each.type().equals(type));
    if (key.isEmpty()) {
      throw new FhirFailure.Malformed(
          parameter + " is '" + reference + "'; expected a reference such as " + type + "/1",
          parameter);
    }
    try {
      return read.read(key.get()).key();
    } catch (FhirFailure.NotFound | FhirFailure.Gone e) {
      throw new FhirFailure.Malformed(
          IssueType.NOTFOUND, parameter + ": " + e.getMessage(), parameter);
    }
  }
}
