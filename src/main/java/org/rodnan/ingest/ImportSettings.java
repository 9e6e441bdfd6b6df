package org.rodnan.ingest;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of files that are fetched from elsewhere.
 *
 * @param prefixes where files may lie, such as {@code https://other.example/fhir/}; none: nowhere
 * @param privateNames whether a name among them may stand for an address of this machine or of a
 *     private network; an address itself, or localhost, says so by its own
 * @param bytesMax of all files of an import, as they are sent
 * @param timeMax to fetch one file
 * @param silenceMax in which nothing of a file comes
 */
@ConfigurationProperties("rodnan.import")
record ImportSettings(
    @DefaultValue List<String> prefixes,
    @DefaultValue("false") boolean privateNames,
    @DefaultValue("17179869184") long bytesMax,
    @DefaultValue("1h") Duration timeMax,
    @DefaultValue("1m") Duration silenceMax) {
  static final String PREFIXES = "rodnan.import.prefixes";

  /**
   * @throws IllegalArgumentException if a prefix is none, or a limit less than 1
   */
  ImportSettings {
    prefixes = prefixes.stream().map(String::strip).filter(each -> !each.isEmpty()).toList();
    prefixes.forEach(UrlPrefix::of);
    if (bytesMax < 1 || !timeMax.isPositive() || !silenceMax.isPositive()) {
      throw new IllegalArgumentException(
          "rodnan.import.bytes-max is "
              + bytesMax
              + ", time-max "
              + timeMax
              + " and silence-max "
              + silenceMax
              + "; expected more than 0");
    }
  }

  boolean allows(URI url) {
    return prefixes.stream().map(UrlPrefix::of).anyMatch(prefix -> prefix.holds(url));
  }
}
