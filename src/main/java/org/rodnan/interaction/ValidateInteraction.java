package org.rodnan.interaction;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.Issue;
import org.rodnan.fhir.ParsedResource;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.store.Change;
import org.rodnan.validation.ResourceValidator;

/**
 * R4, resource-operation-validate.html: the verdict that a write would get. All but {@link
 * #validate} do the write itself, in the writer section and by its rules, and leave nothing of it;
 * so the verdict is that of the moment, what others write at the same time included. Thread safe.
 */
public final class ValidateInteraction {
  private final ResourceValidator validator;
  private final Preparation preparation;
  private final Writer writer;

  ValidateInteraction(ResourceValidator validator, Preparation preparation, Writer writer) {
    this.validator = validator;
    this.preparation = preparation;
    this.writer = writer;
  }

  /** All findings about the resource alone, whatever else is stored. */
  public List<Issue> validate(ParsedResource resource) {
    return validator.validate(resource.resource(), resource.json()).issues();
  }

  /** All findings of a create; it would be done if none of them is an error. */
  public List<Issue> create(ParsedResource resource) {
    return rehearse(preparation.newKey(resource.type()), resource, Change.CREATED);
  }

  /** All findings of an update; it would be done if none of them is an error. */
  public List<Issue> update(ResourceKey key, ParsedResource resource) {
    return rehearse(key, resource, Change.UPDATED);
  }

  private List<Issue> rehearse(ResourceKey key, ParsedResource resource, Change change) {
    return findings(() -> {
      PreparedWrite prepared = preparation.prepare(key, resource);
      return writer
          .rehearse(
              prepared.needsSearch(),
              section ->
                  prepared.append(
                      section,
                      key,
                      section.current(key),
                      change,
                      Map.of(),
                      Set.of(),
                      writer.rules()))
          .warnings();
    });
  }

  /** What stands against a delete. */
  public List<Issue> delete(ResourceKey key) {
    return findings(() -> {
      WriteRules rules = writer.rules();
      return writer.rehearse(
          rules.areReferencesEnforced(),
          section -> {
            rules.requireUnreferenced(key, List.of());
            return List.of();
          });
    });
  }

  /** A refusal that is the resource's own doing is what was asked for. */
  private static List<Issue> findings(Supplier<List<Issue>> write) {
    try {
      return write.get();
    } catch (FhirFailure.Unprocessable
        | FhirFailure.Malformed
        | FhirFailure.PreconditionFailed
        | FhirFailure.Conflict e) {
      return e.issues();
    }
  }
}
