package org.rodnan.ingest;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of files that are taken in.
 *
 * @param bodyBytesMax bytes of the body of an {@code $ingest}, which is spooled on disk
 * @param unpackedBytesMax bytes of all files of a delivery, unpacked
 * @param mappedBytesMax the same for the sources that are read into memory, which is all but FHIR
 * @param filesMax files of a delivery
 */
@ConfigurationProperties("rodnan.ingest")
public record IngestSettings(
    @DefaultValue("1073741824") long bodyBytesMax,
    @DefaultValue("17179869184") long unpackedBytesMax,
    @DefaultValue("268435456") long mappedBytesMax,
    @DefaultValue("10000") int filesMax) {

  /**
   * @throws IllegalArgumentException if one of them is less than 1
   */
  public IngestSettings {
    if (bodyBytesMax < 1 || unpackedBytesMax < 1 || mappedBytesMax < 1 || filesMax < 1) {
      throw new IllegalArgumentException(
          "rodnan.ingest.body-bytes-max is "
              + bodyBytesMax
              + ", unpacked-bytes-max "
              + unpackedBytesMax
              + ", mapped-bytes-max "
              + mappedBytesMax
              + " and files-max "
              + filesMax
              + "; expected 1 or more");
    }
  }
}
