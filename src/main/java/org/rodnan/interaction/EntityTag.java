package org.rodnan.interaction;

import java.util.ArrayList;
import java.util.List;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.VersionId;

/** Versions as ETags: {@code W/"3"} (R4, http.html#versioning). */
public final class EntityTag {
  private EntityTag() {}

  public static String of(VersionId version) {
    return "W/\"" + version + "\"";
  }

  /**
   * The versions of a header's list of ETags; tags that can't be a version of this server match
   * nothing and are left out. Quotes and the weakness mark may be missing, as some clients do.
   *
   * @throws FhirFailure.Malformed if an entry is empty
   */
  public static List<VersionId> versions(String header) {
    List<VersionId> versions = new ArrayList<>();
    for (String part : header.split(",", -1)) {
      String tag = part.strip();
      String text = tag.startsWith("W/") ? tag.substring(2) : tag;
      if (text.length() >= 2 && text.startsWith("\"") && text.endsWith("\"")) {
        text = text.substring(1, text.length() - 1);
      }
      if (text.isEmpty()) {
        throw new FhirFailure.Malformed(
            "'" + header + "' is not a list of ETags; expected for instance W/\"3\"");
      }
      VersionId.parse(text).ifPresent(versions::add);
    }
    return versions;
  }
}
