package org.rodnan.index;

import java.util.Collection;
import java.util.Optional;

/**
 * The search parameters of every resource type, by their definitions: those of R4 and those of the
 * project's profiles. Immutable, thread safe.
 */
public final class SearchParameters {
  /** R4's own parameters and those under {@code profiles/SearchParameter} on the class path. */
  public static SearchParameters load() {
    throw new UnsupportedOperationException();
  }

  /** All that can be searched by on the type, in alphabetical order of their codes. */
  public Collection<ParameterDefinition> of(String type) {
    throw new UnsupportedOperationException();
  }

  /** One of the type's parameters. */
  public Optional<ParameterDefinition> find(String type, String code) {
    throw new UnsupportedOperationException();
  }

  /** Changes whenever a definition changes in a way that matters to the index. */
  public String fingerprint() {
    throw new UnsupportedOperationException();
  }
}
