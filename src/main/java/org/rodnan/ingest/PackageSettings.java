package org.rodnan.ingest;

import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of FHIR packages.
 *
 * @param load files {@code .tgz}, or folders with such files, that are installed at start
 * @param unpackedBytesMax bytes of all files of a package
 * @param filesMax files of a package
 */
@ConfigurationProperties("rodnan.packages")
record PackageSettings(
    @DefaultValue List<String> load,
    @DefaultValue("134217728") long unpackedBytesMax,
    @DefaultValue("20000") int filesMax) {

  PackageSettings {
    load = List.copyOf(load);
    if (unpackedBytesMax < 1 || filesMax < 1) {
      throw new IllegalArgumentException(
          "rodnan.packages.unpacked-bytes-max is "
              + unpackedBytesMax
              + " and rodnan.packages.files-max is "
              + filesMax
              + "; expected 1 or more");
    }
  }
}
