package org.rodnan.validation.compiled;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
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
      List<StructureDefinition> profiles = profilesOf(resource);
      requireRoot(resource);
      Check check = new Check(resource, profiles.isEmpty());
      for (StructureDefinition profile : profiles.isEmpty() ? bare(resource) : profiles) {
        compiler.shapeOf(profile).get().require(resource, check, null);
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

  private List<StructureDefinition> bare(Node resource) {
    StructureDefinition type = definitions.fetchTypeDefinition(resource.type().name());
    if (type == null) {
      throw Undecided.here();
    }
    return List.of(type);
  }

  /** The claims are taken out of the resource, as they are for HL7's validator. */
  private List<StructureDefinition> profilesOf(Node resource) {
    Set<StructureDefinition> profiles = new LinkedHashSet<>();
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
    return new ArrayList<>(profiles);
  }

  private StructureDefinition profile(String address, Node resource) {
    StructureDefinition profile = definitions.fetchResource(StructureDefinition.class, address);
    if (profile == null
        || !profile.hasSnapshot()
        || !resource.type().name().equals(profile.getType())
        || profile.getExtension().stream().anyMatch(e -> e.getUrl().contains("imposeProfile"))) {
      throw Undecided.here();
    }
    return profile;
  }
}
