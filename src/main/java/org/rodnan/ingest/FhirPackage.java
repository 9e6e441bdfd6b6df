package org.rodnan.ingest;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * A FHIR NPM package (hl7.org/fhir/packages.html) as its archive has it; nothing is judged yet.
 *
 * @param fhirVersions such as {@code 4.0.1}; empty if the manifest doesn't say
 * @param dependencies by name, the version asked for
 * @param files the JSON files beside the manifest by file name; those of other folders, examples
 *     for one, are left out
 */
record FhirPackage(
    String name,
    String version,
    List<String> fhirVersions,
    Map<String, String> dependencies,
    SortedMap<String, byte[]> files) {

  /** As it is named to people. */
  String title() {
    return name + "#" + version;
  }
}
