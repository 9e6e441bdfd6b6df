package org.rodnan.terminology;

import java.util.List;
import java.util.Optional;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.FhirFailure;

/**
 * Which versions of code systems are meant (R4, valueset-operation-expand.html); each a canonical
 * {@code system|version}.
 *
 * @param otherwise where a value set names none
 * @param required a value set that names another one is refused
 * @param instead whatever a value set names
 */
public record SystemVersions(List<String> otherwise, List<String> required, List<String> instead) {

  public static final SystemVersions AS_NAMED = new SystemVersions(List.of(), List.of(), List.of());

  /**
   * @throws FhirFailure.Malformed if another version is required
   */
  Optional<String> of(String system, @Nullable String named) {
    Optional<String> forced = in(instead, system);
    if (forced.isPresent()) {
      return forced;
    }
    Optional<String> version =
        Optional.ofNullable(named)
            .filter(each -> !each.isEmpty())
            .or(() -> in(otherwise, system))
            .or(() -> in(required, system));
    in(required, system)
        .filter(wanted -> !version.equals(Optional.of(wanted)))
        .ifPresent(wanted -> {
          throw new FhirFailure.Malformed(
              IssueType.BUSINESSRULE,
              "Version "
                  + version.orElse("")
                  + " of "
                  + system
                  + " is used; check-system-version expects "
                  + wanted);
        });
    return version;
  }

  private static Optional<String> in(List<String> canonicals, String system) {
    return canonicals.stream()
        .filter(each -> each.startsWith(system + "|"))
        .map(each -> each.substring(system.length() + 1))
        .findFirst();
  }
}
