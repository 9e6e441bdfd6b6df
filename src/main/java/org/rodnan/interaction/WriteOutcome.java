package org.rodnan.interaction;

import java.util.List;
import org.rodnan.fhir.Issue;
import org.rodnan.store.ResourceVersion;

/**
 * What a write has done, once it is durable.
 *
 * @param version what was written, or for {@link Effect#UNCHANGED} what was there
 * @param warnings findings of the validation that did not stand against it
 */
public record WriteOutcome(Effect effect, ResourceVersion version, List<Issue> warnings) {
  /** What became of the resource. */
  public enum Effect {
    CREATED,
    UPDATED,
    /**
     * A conditional create found the resource there (R4, http.html#ccreate), or an update would
     * have changed nothing.
     */
    UNCHANGED,
    DELETED
  }

  public WriteOutcome {
    warnings = List.copyOf(warnings);
  }
}
