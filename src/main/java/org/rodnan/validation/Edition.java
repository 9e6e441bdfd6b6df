package org.rodnan.validation;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.hl7.fhir.common.hapi.validation.support.CommonCodeSystemsTerminologyService;
import org.hl7.fhir.common.hapi.validation.support.InMemoryTerminologyServerValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.ValidationSupportChain;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.hl7.fhir.r5.elementmodel.Element;
import org.hl7.fhir.r5.model.StructureDefinition;
import org.hl7.fhir.utilities.json.JsonException;
import org.hl7.fhir.utilities.json.model.JsonArray;
import org.hl7.fhir.utilities.json.model.JsonElement;
import org.hl7.fhir.utilities.json.model.JsonObject;
import org.hl7.fhir.utilities.json.model.JsonString;
import org.hl7.fhir.utilities.json.parser.JsonParser;
import org.hl7.fhir.utilities.validation.ValidationMessage;
import org.rodnan.fhir.Issue;
import org.rodnan.terminology.Definitions;
import org.rodnan.terminology.IetfCodes;
import org.rodnan.terminology.StoredDefinitions;
import org.rodnan.validation.compiled.CompiledProfiles;

/**
 * The compiled checks and HL7's validator, both of one revision of the definitions: the program's
 * own and what clients have stored. Thread safe.
 */
final class Edition {
  private static final String TYPE = "http://hl7.org/fhir/StructureDefinition/";

  /** No revision of stored definitions has it, so that the first use makes the next edition. */
  private static final long BEFORE_ALL = -1;

  private final long revision;
  private final ProfileContext profiles;
  private final ImpliedProfiles implied;
  private final Findings findings;
  private final ValidatorPool pool;
  private final CompiledProfiles compiled;

  private Edition(
      long revision,
      ProfileContext profiles,
      ImpliedProfiles implied,
      Findings findings,
      ValidatorPool pool) {
    this.revision = revision;
    this.profiles = profiles;
    this.implied = implied;
    this.findings = findings;
    this.pool = pool;
    this.compiled = new CompiledProfiles(profiles, implied::of);
  }

  /** Without those that are stored: at a start the index may not be there yet to find them. */
  static Edition first(Definitions definitions, ValidationLimits limits) {
    StoredSupport support = new StoredSupport(StoredDefinitions.NONE);
    ProfileContext profiles =
        new ProfileContext(definitions, support, terminology(definitions, support));
    return new Edition(
        BEFORE_ALL,
        profiles,
        new ImpliedProfiles(profiles),
        new Findings(profiles),
        new ValidatorPool(profiles, limits));
  }

  /** What was worked out of the program's own definitions is kept. */
  Edition next(Definitions definitions, StoredDefinitions stored) {
    long next = stored.revision();
    StoredSupport support = new StoredSupport(stored);
    ProfileContext renewed =
        new ProfileContext(profiles, support, terminology(definitions, support));
    return new Edition(next, renewed, implied, findings, pool.of(renewed));
  }

  private static ValidationSupportChain terminology(Definitions definitions, StoredSupport stored) {
    return new ValidationSupportChain(
        definitions,
        stored,
        new IetfCodes(),
        new InMemoryTerminologyServerValidationSupport(definitions.getFhirContext()),
        new CommonCodeSystemsTerminologyService(definitions.getFhirContext()));
  }

  long revision() {
    return revision;
  }

  ProfileContext profiles() {
    return profiles;
  }

  CompiledProfiles compiled() {
    return compiled;
  }

  /**
   * HL7's verdict.
   *
   * @param isWanted of the profiles that the resource claims or implies, by address; its type is
   *     one of them
   */
  List<Issue> judge(byte[] json, Predicate<String> isWanted) {
    return pool.use(validator -> judge(json, isWanted, validator));
  }

  private List<Issue> judge(byte[] json, Predicate<String> isWanted, PooledValidator validator) {
    List<ValidationMessage> messages = new ArrayList<>();
    JsonObject tree;
    try {
      tree = JsonParser.parseObject(new String(json, StandardCharsets.UTF_8), true, true, 0);
    } catch (IOException | JsonException e) {
      return List.of(Issue.error(IssueType.STRUCTURE, "Not JSON: " + e.getMessage()));
    }
    List<Issue> unusable = new ArrayList<>();
    List<StructureDefinition> against = profilesOf(tree, isWanted, unusable);
    for (String element : List.of("contained", "entry", "parameter")) {
      claimForNested(tree.get(element));
    }
    Element element = validator.read(tree, messages);
    if (element != null
        && (!against.isEmpty() || isWanted.test(TYPE + tree.asString("resourceType")))) {
      validator.check(element, against, messages);
    }
    return Stream.concat(unusable.stream(), findings.of(messages, element, validator).stream())
        .toList();
  }

  /**
   * The known profiles that a resource claims or implies. The claims are taken out of the tree: the
   * validator would check each of them once more, and the bare type besides.
   */
  private List<StructureDefinition> profilesOf(
      JsonObject resource, Predicate<String> isWanted, List<Issue> unusable) {
    Set<StructureDefinition> against = new LinkedHashSet<>();
    for (String address : impliedBy(resource)) {
      against.add(known(address));
    }
    JsonElement meta = resource.get("meta");
    JsonElement claims =
        meta != null && meta.isJsonObject() ? meta.asJsonObject().get("profile") : null;
    if (claims != null && claims.isJsonArray()) {
      List<JsonElement> taken = new ArrayList<>();
      for (JsonElement claim : claims.asJsonArray()) {
        String address = claim.isJsonString() ? claim.asString() : "";
        StructureDefinition profile = profiles.fetchResource(StructureDefinition.class, address);
        if (profile != null) {
          against.add(profile);
          taken.add(claim);
        } else {
          profiles.whyUnusable(address).map(why -> unusable(address, why)).ifPresent(unusable::add);
        }
      }
      taken.forEach(claims.asJsonArray()::remove);
      removeIfEmpty(resource, meta.asJsonObject(), claims.asJsonArray());
    }
    return against.stream().filter(profile -> isWanted.test(profile.getUrl())).toList();
  }

  private static Issue unusable(String address, String why) {
    return Issue.error(
        IssueType.NOTSUPPORTED,
        "meta.profile: the stored profile " + address + " can't be used: " + why,
        "meta.profile");
  }

  private List<String> impliedBy(JsonObject resource) {
    CodedJson coded = new CodedJson(resource);
    String type = coded.text("resourceType");
    return type == null ? List.of() : implied.of(type, coded);
  }

  private static void removeIfEmpty(JsonObject resource, JsonObject meta, JsonArray claims) {
    if (claims.size() == 0) {
      meta.remove("profile");
      if (meta.getProperties().isEmpty()) {
        resource.remove("meta");
      }
    }
  }

  private StructureDefinition known(String address) {
    StructureDefinition profile = profiles.fetchResource(StructureDefinition.class, address);
    if (profile == null) {
      throw new IllegalStateException("The profile " + address + " is unknown");
    }
    return profile;
  }

  /** Inner resources are made to claim what they imply, since the validator finds them itself. */
  private void claimForNested(JsonElement value) {
    if (value == null) {
      return;
    }
    if (value.isJsonArray()) {
      value.asJsonArray().forEach(this::claimForNested);
    } else if (value.isJsonObject()) {
      JsonObject object = value.asJsonObject();
      if (object.has("resourceType")) {
        impliedBy(object).forEach(profile -> claim(object, profile));
      }
      for (String element : List.of("contained", "entry", "parameter", "part", "resource")) {
        claimForNested(object.get(element));
      }
    }
  }

  private static void claim(JsonObject resource, String profile) {
    if (!resource.has("meta")) {
      resource.add("meta", placed(new JsonObject(), resource));
    }
    if (resource.get("meta") instanceof JsonObject meta) {
      if (!meta.has("profile")) {
        meta.add("profile", placed(new JsonArray(), resource));
      }
      if (meta.get("profile") instanceof JsonArray claims
          && claims.getItems().stream()
              .noneMatch(claim -> claim.isJsonString() && profile.equals(claim.asString()))) {
        claims.add(placed(new JsonString(profile), resource));
      }
    }
  }

  /** Every element of the tree must say where in the text it stands. */
  private static JsonElement placed(JsonElement added, JsonElement where) {
    added.setStart(where.getStart());
    added.setEnd(where.getEnd());
    return added;
  }
}
