package org.rodnan.course;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.rodnan.course.CourseSettings.Limit;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.search.SearchRequest.Parameter;
import org.rodnan.search.SubjectSearch.Moment;

/** Reads so many resources and not more. */
final class Reading {
  private Reading() {}

  /**
   * Hands over what a search finds, in the order of its creation.
   *
   * @throws FhirFailure.TooLarge if there are more than so many
   */
  static void forEach(
      Moment moment, String type, List<Parameter> parameters, Limit limit, Consumer<Recorded> use) {
    AtomicInteger count = new AtomicInteger();
    moment.forEach(
        type,
        parameters,
        json -> {
          if (count.incrementAndGet() > limit.most()) {
            throw new FhirFailure.TooLarge(
                "Found more than "
                    + limit.most()
                    + " resources of type "
                    + type
                    + ", expected at most that ("
                    + limit.setting()
                    + ")");
          }
          use.accept(Recorded.of(json));
        });
  }
}
