package org.rodnan.interaction;

import java.util.List;
import org.rodnan.fhir.Issue;
import org.rodnan.fhir.ParsedResource;
import org.rodnan.validation.ResourceValidator;

/** R4, resource-operation-validate.html: the verdict that a write would get. Thread safe. */
public final class ValidateInteraction {
  private final ResourceValidator validator;

  public ValidateInteraction(ResourceValidator validator) {
    this.validator = validator;
  }

  /** All findings; the resource would be accepted if none of them is an error. */
  public List<Issue> validate(ParsedResource resource) {
    return validator.validate(resource.resource(), resource.json()).issues();
  }
}
