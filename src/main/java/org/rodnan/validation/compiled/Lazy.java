package org.rodnan.validation.compiled;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A value worked out at first use. Thread safe if the source is. */
final class Lazy<T> {
  private final Supplier<T> source;
  private volatile @Nullable T value;

  Lazy(Supplier<T> source) {
    this.source = source;
  }

  T get() {
    T known = value;
    if (known == null) {
      known = source.get();
      value = known;
    }
    return known;
  }
}
