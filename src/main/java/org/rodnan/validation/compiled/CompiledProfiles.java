package org.rodnan.validation.compiled;

import java.io.IOException;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.hl7.fhir.r5.context.IWorkerContext;
import org.hl7.fhir.r5.model.StructureDefinition;
import org.hl7.fhir.utilities.VersionUtilities;
import org.rodnan.fhir.FhirFailure;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The fast way to accept a resource: checks that were compiled from the same definitions that HL7's
 * validator reads, with a verdict that is final if it is yes. What they accept the validator would
 * accept without any message, not even a hint. Thread safe.
 *
 * <p>Left to the validator are Bundles, Parameters, the types that define things, whatever has
 * contained resources or a language, and everything that is wrong or unknown in any way.
 */
public final class CompiledProfiles {
  private static final Logger LOG = LoggerFactory.getLogger(CompiledProfiles.class);

  /** Types for which the validator has rules of its own, or that hold other resources. */
  private static final Set<String> LEFT_TYPES =
      Set.of(
          "Bundle",
          "Parameters",
          "Binary",
          "Measure",
          "MeasureReport",
          "Questionnaire",
          "QuestionnaireResponse");

  private final IWorkerContext definitions;
  private final NodeReader reader;
  private final ShapeCompiler compiler;
  private final ImpliedProfileSource implied;
  private final Set<String> leftTypes;
  private final Map<String, Profile> profiles = new ConcurrentHashMap<>();

  /**
   * @param definitions snapshots with parsed constraints, value sets, and verdicts on codes
   * @param implied canonical addresses of the profiles that a resource must keep because of its
   *     codes
   */
  public CompiledProfiles(IWorkerContext definitions, ImpliedProfileSource implied) {
    this.definitions = definitions;
    this.reader = new NodeReader(new ElementTypes(definitions));
    this.compiler = new ShapeCompiler(definitions);
    this.implied = implied;
    Set<String> types = new HashSet<>(VersionUtilities.getCanonicalResourceNames("4.0.1"));
    types.addAll(LEFT_TYPES);
    this.leftTypes = Set.copyOf(types);
  }

  /** Tells what a resource of a type is to be checked against besides what it claims. */
  @FunctionalInterface
  public interface ImpliedProfileSource {
    List<String> of(String resourceType, Coded resource);
  }

  /**
   * Whether the resource is valid beyond doubt. False says nothing.
   *
   * @param json UTF-8
   */
  public boolean accepts(byte[] json) {
    try {
      Node resource = reader.read(json);
      Undecided.unless(!leftTypes.contains(resource.type().name()));
      Set<Profile> profiles = profilesOf(resource);
      requireRoot(resource);
      Check check = new Check(resource, profiles.isEmpty());
      for (Profile profile : profiles.isEmpty() ? bare(resource) : profiles) {
        profile.shape().get().require(resource, check, null);
      }
      return true;
    } catch (Undecided | IOException | FhirFailure e) {
      return false;
    } catch (RuntimeException e) {
      LOG.warn("The compiled check failed; HL7's validator decides", e);
      return false;
    }
  }

  /** Elements and constraints, each with its definition's address, that aren't compiled. */
  public Set<String> notCompiled() {
    return compiler.left();
  }

  private static void requireRoot(Node resource) {
    Undecided.unless(!resource.has("language") && !resource.has("implicitRules"));
    Node id = resource.child("id");
    Undecided.unless(id == null || id.value() != null && Primitives.isId(id.value()));
    Node meta = resource.child("meta");
    Undecided.unless(meta == null || meta.objects("security").size() < 2);
  }

  private Set<Profile> bare(Node resource) {
    StructureDefinition type = definitions.fetchTypeDefinition(resource.type().name());
    if (type == null) {
      throw Undecided.here();
    }
    return Set.of(new Profile(resource.type().name(), compiler.shapeOf(type)));
  }

  /** The claims are taken out of the resource, as they are for HL7's validator. */
  private Set<Profile> profilesOf(Node resource) {
    Set<Profile> profiles = new LinkedHashSet<>(4);
    for (String address : implied.of(resource.type().name(), resource)) {
      profiles.add(profile(address, resource));
    }
    Node meta = resource.child("meta");
    if (meta != null) {
      for (Node claim : meta.objects("profile")) {
        String address = claim.value();
        if (address == null || !claim.children().isEmpty()) {
          throw Undecided.here();
        }
        profiles.add(profile(address, resource));
      }
      meta.removeAll("profile");
      if (meta.children().isEmpty()) {
        resource.removeAll("meta");
      }
    }
    return profiles;
  }

  private Profile profile(String address, Node resource) {
    Profile known = profiles.get(address);
    if (known == null) {
      known = found(address);
    }
    Undecided.unless(resource.type().name().equals(known.type()));
    return known;
  }

  private Profile found(String address) {
    StructureDefinition definition = definitions.fetchResource(StructureDefinition.class, address);
    if (definition == null
        || !definition.hasSnapshot()
        || definition.getExtension().stream().anyMatch(e -> e.getUrl().contains("imposeProfile"))) {
      throw Undecided.here();
    }
    Profile profile = new Profile(definition.getType(), compiler.shapeOf(definition));
    // Clients can write versions without end that lead to the same definition.
    if (address.equals(definition.getUrl()) || address.equals(definition.getVersionedUrl())) {
      profiles.put(address, profile);
    }
    return profile;
  }

  /** What a resource of a type must keep. */
  private record Profile(String type, Lazy<Shape> shape) {}
}
