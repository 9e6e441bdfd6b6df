package org.rodnan.ingest;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.hl7.fhir.r4.model.Identifier;
import org.hl7.fhir.r4.model.Patient;
import org.hl7.fhir.r4.model.Reference;
import org.hl7.fhir.r4.model.Resource;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.mapping.MappedContent.Mapped;
import org.rodnan.mapping.MappedSink;
import org.rodnan.mapping.Refusal;

/**
 * Keeps what is said of one person from being written to another. Ids are made of the study's id
 * and the subject's number, so that 01-001 of the study ssc and 001 of the study ssc-01 have one
 * id: who is stored under it is the same person only if one of the numbers is the same. Otherwise
 * the person is refused, and all that refers to it. For one thread.
 */
final class KnownPersons extends PassingSink {
  /** Those who are refused, and why. */
  private final Map<String, String> others = new HashMap<>();

  KnownPersons(MappedSink sink) {
    super(sink);
  }

  @Override
  public void expect(Resource resource) {
    if (resource instanceof Patient patient) {
      String key = "Patient/" + patient.getIdElement().getIdPart();
      if (!others.containsKey(key)) {
        other(key, patient).ifPresent(why -> others.put(key, why));
      }
    }
    super.expect(resource);
  }

  private Optional<String> other(String key, Patient patient) {
    Set<String> numbers =
        stored("Patient", patient.getIdElement().getIdPart())
            .map(stored -> numbers((Patient) stored))
            .orElse(Set.of());
    Set<String> own = numbers(patient);
    if (numbers.isEmpty() || own.stream().anyMatch(numbers::contains)) {
      return Optional.empty();
    }
    return Optional.of(
        key
            + " is stored with the number "
            + String.join(", ", numbers)
            + ", found "
            + String.join(", ", own)
            + ", which is another person: the study's id and the number give the same id for both;"
            + " expected another number, or another id of the study");
  }

  private static Set<String> numbers(Patient patient) {
    return patient.getIdentifier().stream()
        .map(Identifier::getValue)
        .filter(Objects::nonNull)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Override
  public void resource(Mapped each) {
    expect(each.resource());
    Optional<String> why = others.isEmpty() ? Optional.empty() : refusal(each.resource());
    if (why.isPresent()) {
      refused(new Refusal(each.file(), each.row(), why.get()));
    } else {
      super.resource(each);
    }
  }

  private Optional<String> refusal(Resource resource) {
    String key = resource.fhirType() + "/" + resource.getIdElement().getIdPart();
    if (others.containsKey(key)) {
      return Optional.ofNullable(others.get(key));
    }
    return FhirContexts.r4()
        .newTerser()
        .getAllPopulatedChildElementsOfType(resource, Reference.class)
        .stream()
        .map(Reference::getReference)
        .filter(others::containsKey)
        .findFirst()
        .map(person -> "It is of " + person + ", which was refused as another person");
  }
}
