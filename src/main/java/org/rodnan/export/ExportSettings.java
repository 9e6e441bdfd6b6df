package org.rodnan.export;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of exports into files.
 *
 * @param threads exports worked on at once
 * @param jobsMax exports kept, at work or done
 * @param ageMax how long the files of one are kept after it was asked for
 * @param fileBytesMax a file that is longer is followed by another one
 * @param resumeChangesMax resources that may be changed or deleted between the beginning of an
 *     export that was broken off and its going on; if there are more it begins anew
 * @param pseudonymKeyFile whose bytes are the key of pseudonyms; without it nothing is
 *     de-identified
 * @param shiftDaysMax by how many days dates are shifted at most
 * @param anonymityMin subjects that are to have the same sex, age, arms and site
 * @param viewTimeMax how long somebody waits for the rows of a view
 * @param viewRowsMax rows that are held of a view that puts rows together
 * @param sdtmResourcesMax resources of a study that are held to be written as SDTM
 */
@ConfigurationProperties("rodnan.export")
record ExportSettings(
    @DefaultValue("1") int threads,
    @DefaultValue("16") int jobsMax,
    @DefaultValue("24h") Duration ageMax,
    @DefaultValue("268435456") long fileBytesMax,
    @DefaultValue("1000000") int resumeChangesMax,
    @Nullable Path pseudonymKeyFile,
    @DefaultValue("365") int shiftDaysMax,
    @DefaultValue("5") int anonymityMin,
    @DefaultValue("5m") Duration viewTimeMax,
    @DefaultValue("1000000") int viewRowsMax,
    @DefaultValue("200000") int sdtmResourcesMax) {
  static final int SHIFT_DAYS_MIN = 30;

  ExportSettings {
    if (resumeChangesMax < 0 || resumeChangesMax == Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "rodnan.export.resume-changes-max is " + resumeChangesMax + "; expected 0 to 2147483646");
    }
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
    if (shiftDaysMax < SHIFT_DAYS_MIN || anonymityMin < 1) {
      throw new IllegalArgumentException(
          "rodnan.export.shift-days-max is "
              + shiftDaysMax
              + " and anonymity-min is "
              + anonymityMin
              + "; expected 30 or more, and 1 or more");
    }
  }
}
