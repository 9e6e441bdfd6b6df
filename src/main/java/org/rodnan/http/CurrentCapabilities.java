package org.rodnan.http;

import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;
import org.hl7.fhir.r4.model.CapabilityStatement;
import org.hl7.fhir.r4.model.StructureDefinition;
import org.jspecify.annotations.Nullable;
import org.rodnan.fhir.Limits;
import org.rodnan.index.SearchParameters;

/**
 * What the server can do now: made anew when the search parameters in force change. Thread safe.
 */
final class CurrentCapabilities {
  private final Supplier<SearchParameters> inForce;
  private final Collection<StructureDefinition> profiles;
  private final Collection<NamedOperation> operations;
  private final Limits limits;
  private final String version;
  private final Clock clock;
  private volatile @Nullable Made last;

  private record Made(
      SearchParameters parameters, CapabilityStatement statement, CapabilityDocument document) {}

  /**
   * @param inForce with whatever was written before it is asked
   * @param profiles those that are checked
   * @param operations those that are carried out
   * @param version of the program
   */
  CurrentCapabilities(
      Supplier<SearchParameters> inForce,
      Collection<StructureDefinition> profiles,
      Collection<NamedOperation> operations,
      Limits limits,
      String version,
      Clock clock) {
    this.inForce = inForce;
    this.profiles = List.copyOf(profiles);
    this.operations = List.copyOf(operations);
    this.limits = limits;
    this.version = version;
    this.clock = clock;
  }

  /** Of the program. */
  String version() {
    return version;
  }

  /** The statement, as of the server that the client reached under this URL. */
  JsonBytes of(String base) {
    return now().document().of(base);
  }

  /** The statement of a server whose base is not known; not to be changed. */
  CapabilityStatement statement() {
    return now().statement();
  }

  private Made now() {
    SearchParameters parameters = inForce.get();
    Made made = last;
    if (made == null || !made.parameters().equals(parameters)) {
      CapabilityStatement statement =
          CapabilityDocument.statement(
              parameters, profiles, operations, limits, version, clock.instant());
      made = new Made(parameters, statement, CapabilityDocument.make(statement));
      last = made;
    }
    return made;
  }
}
