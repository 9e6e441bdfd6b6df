package org.rodnan.validation.compiled;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is coded somehow, looked at without knowing how it was read. */
public interface Coded {
  /** The text of the member of that name; null if there is none or it is no text. */
  @Nullable String text(String name);

  /** The objects under that name, be it one or a list of them. */
  List<? extends Coded> objects(String name);
}
