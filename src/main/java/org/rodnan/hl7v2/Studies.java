package org.rodnan.hl7v2;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.hl7.fhir.r4.model.ResearchStudy;
import org.rodnan.fhir.ResourceKey;

/** Which ResearchStudy a message means: by the settings, its id, or an identifier. Thread safe. */
final class Studies {
  private final Map<String, String> set;
  private final Stored stored;

  Studies(Map<String, String> set, Stored stored) {
    this.set = set;
    this.stored = stored;
  }

  /** The id; empty if there is none, or if several have the identifier. */
  Optional<String> find(String name) {
    String id = set.get(name);
    if (id != null) {
      return Optional.of(id);
    }
    if (ResourceKey.isId(name) && stored.find(ResearchStudy.class, name).isPresent()) {
      return Optional.of(name);
    }
    List<Stored.Version<ResearchStudy>> found =
        stored.identified(ResearchStudy.class, Stored.escaped(name));
    return found.size() == 1
        ? Optional.of(found.getFirst().resource().getIdElement().getIdPart())
        : Optional.empty();
  }
}
