package org.rodnan.export;

import java.util.List;

/** Takes parts of resources (R4, search.html#elements). */
@FunctionalInterface
public interface ElementChoice {
  /**
   * @param elements names of elements, possibly with the type before them
   * @return the part as JSON, tagged SUBSETTED if anything is asked of the type
   */
  byte[] part(String type, byte[] json, List<String> elements);
}
