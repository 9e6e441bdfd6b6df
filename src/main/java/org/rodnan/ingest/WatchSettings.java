package org.rodnan.ingest;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of the folder whose files are taken.
 *
 * @param folder none: no folder is watched
 * @param interval between two looks
 * @param settle how long size and time of a file must not have changed
 */
@ConfigurationProperties("rodnan.ingest.watch")
record WatchSettings(
    @Nullable String folder,
    @DefaultValue("5s") Duration interval,
    @DefaultValue("10s") Duration settle) {

  /**
   * @throws IllegalArgumentException if a time is not positive
   */
  WatchSettings {
    if (!interval.isPositive() || settle.isNegative()) {
      throw new IllegalArgumentException(
          "rodnan.ingest.watch.interval is "
              + interval
              + " and settle "
              + settle
              + "; expected more than 0, and 0 or more");
    }
  }
}
