package org.rodnan.operation;

import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.hl7.fhir.r4.model.ConceptMap;
import org.hl7.fhir.r4.model.Resource;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.IdGenerator;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.fhir.ResourceParser;
import org.rodnan.interaction.Interactions;
import org.rodnan.store.Origin;
import org.rodnan.terminology.Terminology;

/**
 * The operations of R4's terminology service (terminology-service.html), on code systems, value
 * sets and concept maps as they are known now: those of the program, of R4, of loaded releases, and
 * stored ones, each write seen that was acknowledged before. Thread safe.
 *
 * <p>All fail with {@link FhirFailure.Malformed} for parameters that can't be understood, with
 * {@link FhirFailure.NotFound} for what isn't known, and with {@link FhirFailure.Unprocessable} for
 * what is over a limit.
 */
public final class TerminologyOperations {
  private final Supplier<Terminology> terminology;
  private final List<ConceptMap> conceptMaps;
  private final ExpandOperation expand;
  private final ClosureOperation closure;

  /**
   * @param terminology as it is known now
   * @param conceptMaps the program's own
   */
  TerminologyOperations(
      Supplier<Terminology> terminology,
      List<ConceptMap> conceptMaps,
      Interactions interactions,
      ResourceParser parser,
      IdGenerator ids,
      Clock clock) {
    this.terminology = terminology;
    this.conceptMaps = List.copyOf(conceptMaps);
    this.expand = new ExpandOperation(ids, clock);
    this.closure =
        new ClosureOperation(
            interactions.read(), interactions.vread(), interactions.update(), parser);
  }

  /** Names of the parameters of an expansion. */
  public static Set<String> expansionParameters() {
    return ExpandOperation.NAMES;
  }

  public Resource lookup(OperationArguments arguments) {
    return LookupOperation.run(arguments, terminology.get());
  }

  /**
   * @param type CodeSystem or ValueSet
   * @param key at the level of an instance
   */
  public Resource validateCode(
      String type, Optional<ResourceKey> key, OperationArguments arguments) {
    return type.equals("CodeSystem")
        ? ValidateCodeOperation.inCodeSystem(key, arguments, terminology.get())
        : ValidateCodeOperation.inValueSet(key, arguments, terminology.get());
  }

  public Resource subsumes(Optional<ResourceKey> key, OperationArguments arguments) {
    return SubsumesOperation.run(key, arguments, terminology.get());
  }

  public Resource expand(Optional<ResourceKey> key, OperationArguments arguments) {
    return expand.run(key, arguments, terminology.get());
  }

  public Resource translate(Optional<ResourceKey> key, OperationArguments arguments) {
    return TranslateOperation.run(key, arguments, terminology.get(), conceptMaps);
  }

  /** Changes the closure table. */
  public Resource closure(OperationArguments arguments, Origin origin) {
    return closure.run(arguments, terminology.get(), origin);
  }
}
