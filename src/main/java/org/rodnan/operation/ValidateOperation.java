package org.rodnan.operation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.hl7.fhir.r4.model.Meta;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.Issue;
import org.rodnan.fhir.ParsedResource;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.fhir.ResourceParser;
import org.rodnan.interaction.Patch;
import org.rodnan.interaction.ReadInteraction;
import org.rodnan.interaction.ValidateInteraction;

/**
 * {@code $validate} (R4, resource-operation-validate.html): of a resource that was sent, or of one
 * that is stored; against the profiles it claims, those its code implies, and one that is asked
 * for. The answer is that of the write that the mode names; without a mode, of an update if the
 * resource has an id, else of a create. {@code profile} alone looks at nothing but the resource.
 * Nothing is stored. Thread safe.
 */
public final class ValidateOperation {
  private final ReadInteraction read;
  private final ValidateInteraction validate;
  private final ResourceParser parser;
  private final Predicate<String> isProfile;

  /**
   * @param isProfile whether a canonical is that of a profile that is known
   */
  ValidateOperation(
      ReadInteraction read,
      ValidateInteraction validate,
      ResourceParser parser,
      Predicate<String> isProfile) {
    this.read = read;
    this.validate = validate;
    this.parser = parser;
    this.isProfile = isProfile;
  }

  /**
   * @param key of the level of an instance
   * @param resource what was sent; without it the stored one is meant
   * @param mode {@code create}, {@code update}, {@code delete} or {@code profile}
   * @param profile canonical of a profile that the resource need not claim
   * @return all findings; if none is an error, what the mode says would be done
   * @throws FhirFailure.Malformed if the parameters make no sense together
   * @throws FhirFailure.NotFound if the stored resource is meant and there is none
   */
  public List<Issue> validate(
      Optional<ResourceKey> key,
      Optional<ParsedResource> resource,
      Optional<String> mode,
      Optional<String> profile) {
    String asked = mode.orElse("");
    switch (asked) {
      case "", "update" -> {
        // Both levels have it.
      }
      case "create" -> {
        if (resource.isEmpty()) {
          throw new FhirFailure.Malformed("mode is 'create'; expected a resource", "resource");
        }
      }
      case "profile" -> {
        if (profile.isEmpty()) {
          throw new FhirFailure.Malformed("mode is 'profile'; expected a profile", "profile");
        }
      }
      case "delete" -> {
        return delete(
            key.orElseThrow(() ->
                new FhirFailure.Malformed(
                    "mode is 'delete'; expected it at the level of an instance", "mode")));
      }
      default ->
          throw new FhirFailure.Malformed(
              "mode is '" + asked + "'; expected create, update, delete or profile", "mode");
    }
    ParsedResource meant =
        resource.orElseGet(() ->
            parser.parseJson(
                read.read(
                        key.orElseThrow(
                            () -> new FhirFailure.Malformed("There is no resource", "resource")))
                    .json()));
    List<Issue> issues = new ArrayList<>();
    if (asked.equals("update") && key.isPresent() && resource.isPresent()) {
      requireId(key.get(), meant, issues);
    }
    if (profile.isPresent() && !isProfile.test(profile.get())) {
      issues.add(
          Issue.error(IssueType.NOTFOUND, "The profile '" + profile.get() + "' is not known"));
      return issues;
    }
    ParsedResource claiming = profile.map(each -> claiming(meant, each)).orElse(meant);
    issues.addAll(findings(asked, key, claiming));
    return issues;
  }

  private List<Issue> findings(String mode, Optional<ResourceKey> key, ParsedResource resource) {
    if (mode.equals("profile")) {
      return validate.validate(resource);
    }
    Optional<ResourceKey> target =
        key.or(() ->
            Optional.ofNullable(resource.resource().getIdElement().getIdPart())
                .map(id -> new ResourceKey(resource.type(), id)));
    return mode.equals("create") || target.isEmpty()
        ? validate.create(resource)
        : validate.update(target.get(), resource);
  }

  /** The resource as if it claimed the profile. */
  private ParsedResource claiming(ParsedResource resource, String profile) {
    return Patch.addingMeta(new Meta().addProfile(profile)).apply(resource.json(), parser);
  }

  private static void requireId(ResourceKey key, ParsedResource resource, List<Issue> issues) {
    String id = resource.resource().getIdElement().getIdPart();
    if (!key.id().equals(id)) {
      issues.add(
          Issue.error(
              IssueType.INVALID,
              "The id in the body is "
                  + (id == null ? "absent" : "'" + id + "'")
                  + "; expected '"
                  + key.id()
                  + "'",
              key.type() + ".id"));
    }
  }

  private List<Issue> delete(ResourceKey key) {
    return validate.delete(read.read(key).key());
  }
}
