package org.rodnan.mapping;

import java.util.Optional;
import org.hl7.fhir.r4.model.ResearchSubject;
import org.hl7.fhir.r4.model.Resource;

/** Takes what the files of a source say while they are read. */
public interface MappedSink {
  /**
   * What will come, told before anything of it does by a source that knows all of it by then.
   *
   * @param resource as it will come
   */
  default void expect(Resource resource) {}

  /** A resource, with an id that is the same whenever the same rows are read. */
  void resource(MappedContent.Mapped resource);

  /** What should have given a resource and could not. */
  void refused(Refusal refusal);

  /** What was not meant to give one, a line for each dataset or kind of row. */
  void leftOut(Refusal refusal);

  /**
   * What is stored already where this goes, for files that don't tell all of a resource.
   *
   * @param type such as {@code ResearchSubject}
   * @return empty if there is none, or what is read isn't stored
   */
  default Optional<Resource> stored(String type, String id) {
    return Optional.empty();
  }

  /** The same of somebody's part in a study. */
  default Optional<ResearchSubject> storedSubject(String id) {
    return stored("ResearchSubject", id).map(ResearchSubject.class::cast);
  }
}
