package org.rodnan.terminology.loading;

import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.rodnan.terminology.concepts.CodeSystemOutline;

/**
 * Reads the files of one release, as often as it is asked to. All methods throw {@link BadRelease}
 * if a file is missing or a row is malformed.
 */
interface ReleaseReader {
  CodeSystemOutline outline();

  /** The codes of all concepts; one may come more than once. */
  void codes(Consumer<String> codes);

  /**
   * Which concept stands directly below which.
   *
   * @param links takes the lower one and the upper one
   */
  void links(BiConsumer<String, String> links);

  /** Completes some concepts, by their codes. */
  void describe(Map<String, Draft> concepts);
}
