package org.rodnan.fhir;

import java.util.Optional;

/** The version of one resource: 1 at its creation, one more at each change, tombstones included. */
public record VersionId(long value) implements Comparable<VersionId> {
  public static final VersionId FIRST = new VersionId(1);

  public VersionId {
    if (value < 1) {
      throw new IllegalArgumentException("A version is at least 1, not " + value);
    }
  }

  /** Empty if the text can't be a version of this server: it then names no version at all. */
  public static Optional<VersionId> parse(String text) {
    if (text.isEmpty() || text.length() > 18 || text.charAt(0) == '0') {
      return Optional.empty();
    }
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return Optional.empty();
      }
    }
    return Optional.of(new VersionId(Long.parseLong(text)));
  }

  public VersionId next() {
    return new VersionId(value + 1);
  }

  @Override
  public int compareTo(VersionId other) {
    return Long.compare(value, other.value);
  }

  @Override
  public String toString() {
    return Long.toString(value);
  }
}
