package org.rodnan.export;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of exports into files.
 *
 * @param threads exports worked on at once
 * @param jobsMax exports kept, at work or done
 * @param ageMax how long the files of one are kept after it was asked for
 * @param fileBytesMax a file that is longer is followed by another one
 */
@ConfigurationProperties("rodnan.export")
record ExportSettings(
    @DefaultValue("1") int threads,
    @DefaultValue("16") int jobsMax,
    @DefaultValue("24h") Duration ageMax,
    @DefaultValue("268435456") long fileBytesMax) {
  ExportSettings {
    if (threads < 1 || jobsMax < 1 || fileBytesMax < 1) {
      throw new IllegalArgumentException(
          "rodnan.export.threads is "
              + threads
              + ", jobs-max is "
              + jobsMax
              + " and file-bytes-max is "
              + fileBytesMax
              + "; expected 1 or more");
    }
  }
}
