package org.rodnan.trials;

import java.util.List;
import org.hl7.fhir.r4.model.Resource;

/** Where resources come from: files, or a server. */
@FunctionalInterface
public interface ResourceSearch {

  /**
   * All matches of a search, of whatever number of pages.
   *
   * @param query the type and its parameters, such as {@code AdverseEvent?study=ResearchStudy/1}
   */
  List<Resource> search(String query);
}
