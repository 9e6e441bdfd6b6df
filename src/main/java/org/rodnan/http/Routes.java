package org.rodnan.http;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.fhir.ResourceTypes;
import org.rodnan.http.NamedOperation.Level;
import org.rodnan.store.HistoryScope;

/** From a path below the base to its {@link Target}. */
final class Routes {
  /** Before the id of an asynchronous request. */
  static final String ASYNC = "_async";

  /** Before the id of an export. */
  static final String EXPORT = "_export";

  /** A logical model of SQL on FHIR, no type of R4. */
  static final String VIEW_DEFINITION = "ViewDefinition";

  private static final String HISTORY = "_history";
  private static final String SEARCH = "_search";
  private static final String ALL_TYPES = "*";

  /** R4, compartmentdefinition.html. */
  private static final Set<String> COMPARTMENTS =
      Set.of("Device", "Encounter", "Patient", "Practitioner", "RelatedPerson");

  private Routes() {}

  /** Whether R4 has compartments of the type. */
  static boolean isCompartment(String type) {
    return COMPARTMENTS.contains(type);
  }

  /**
   * @param path decoded, such as {@code /Patient/1}; empty or {@code /} is the base
   * @throws FhirFailure.NotFound if it names nothing that there is, an unknown type or operation
   *     for instance
   * @throws FhirFailure.Malformed if an id is not of the standard's form
   */
  static Target target(String path) {
    String inner = path.startsWith("/") ? path.substring(1) : path;
    if (inner.endsWith("/")) {
      inner = inner.substring(0, inner.length() - 1);
    }
    if (inner.isEmpty()) {
      return new Target.SystemRoot();
    }
    List<String> segments = Arrays.asList(inner.split("/", -1));
    if (segments.getLast().startsWith("$")) {
      return operation(segments);
    }
    if (segments.size() == 2 && segments.getFirst().equals(ASYNC)) {
      return new Target.Async(segments.getLast());
    }
    if (segments.getFirst().equals(EXPORT) && (segments.size() == 2 || segments.size() == 3)) {
      return new Target.Export(
          segments.get(1), segments.size() == 2 ? Optional.empty() : Optional.of(segments.get(2)));
    }
    if (segments.size() <= 2 && segments.getFirst().equals(VIEW_DEFINITION)) {
      return new Target.Views(
          segments.size() == 1 ? Optional.empty() : Optional.of(segments.getLast()));
    }
    return switch (segments.size()) {
      case 1 -> ofOne(segments.getFirst());
      case 2 -> ofTwo(ResourceTypes.require(segments.get(0)), segments.get(1));
      case 3 -> ofThree(key(segments), segments.get(2));
      case 4 -> ofFour(key(segments), segments.get(2), segments.get(3));
      default -> throw unknown(path);
    };
  }

  private static Target ofOne(String segment) {
    return switch (segment) {
      case "metadata" -> new Target.Metadata();
      case HISTORY -> new Target.History(new HistoryScope.OfSystem());
      case SEARCH -> new Target.Search(Optional.empty(), Optional.empty(), true);
      default -> new Target.OfType(ResourceTypes.require(segment));
    };
  }

  private static Target ofTwo(String type, String segment) {
    return switch (segment) {
      case HISTORY -> new Target.History(new HistoryScope.OfType(type));
      case SEARCH -> new Target.Search(Optional.empty(), Optional.of(type), true);
      default -> new Target.Instance(new ResourceKey(type, segment));
    };
  }

  private static Target ofThree(ResourceKey key, String segment) {
    return segment.equals(HISTORY)
        ? new Target.History(new HistoryScope.OfInstance(key))
        : compartment(key, segment, false);
  }

  private static Target ofFour(ResourceKey key, String third, String fourth) {
    if (third.equals(HISTORY)) {
      return new Target.Version(key, fourth);
    }
    if (fourth.equals(SEARCH)) {
      return compartment(key, third, true);
    }
    throw unknown(key + "/" + third + "/" + fourth);
  }

  private static Target compartment(ResourceKey key, String type, boolean byForm) {
    if (!COMPARTMENTS.contains(key.type())) {
      throw new FhirFailure.NotFound(
          IssueType.NOTSUPPORTED, "FHIR R4 has no compartment of a " + key.type());
    }
    Optional<String> types =
        type.equals(ALL_TYPES) ? Optional.empty() : Optional.of(ResourceTypes.require(type));
    return new Target.Search(Optional.of(key), types, byForm);
  }

  private static ResourceKey key(List<String> segments) {
    return new ResourceKey(ResourceTypes.require(segments.get(0)), segments.get(1));
  }

  private static Target operation(List<String> segments) {
    String name = segments.getLast();
    Optional<NamedOperation> operation = Optional.empty();
    Optional<String> type = Optional.empty();
    Optional<ResourceKey> key = Optional.empty();
    switch (segments.size()) {
      case 1 -> operation = NamedOperation.find(name, Level.SYSTEM, type);
      case 2 -> {
        type = Optional.of(requireType(segments.getFirst()));
        operation = NamedOperation.find(name, Level.TYPE, type);
      }
      case 3 -> {
        key = Optional.of(new ResourceKey(requireType(segments.get(0)), segments.get(1)));
        type = key.map(ResourceKey::type);
        operation = NamedOperation.find(name, Level.INSTANCE, type);
      }
      default -> {
        // No operation stands deeper.
      }
    }
    if (operation.isEmpty()) {
      throw new FhirFailure.NotFound(
          IssueType.NOTSUPPORTED,
          "There is no operation "
              + name
              + (segments.size() == 1
                  ? " of the system"
                  : " on " + String.join("/", segments.subList(0, segments.size() - 1))));
    }
    return new Target.Operation(operation.get(), type, key);
  }

  private static String requireType(String segment) {
    return segment.equals(VIEW_DEFINITION) ? segment : ResourceTypes.require(segment);
  }

  private static FhirFailure unknown(String path) {
    return new FhirFailure.NotFound(
        IssueType.NOTSUPPORTED, "'" + path + "' is not a path of the FHIR R4 interface");
  }
}
