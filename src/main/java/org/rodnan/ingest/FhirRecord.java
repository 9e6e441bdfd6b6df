package org.rodnan.ingest;

/**
 * The text of a resource as it stands in a file.
 *
 * @param number counts all that a report tells, from 0, in the order of reading
 * @param line of NDJSON; of a Bundle the number of the entry; from 1
 * @param place in the line, for the reason of a refusal; empty if the line says enough
 * @param ifMatch the ETag of the version that it was made from; empty if of none
 */
record FhirRecord(long number, String file, long line, String place, byte[] json, String ifMatch) {
  FhirRecord(long number, String file, long line, String place, byte[] json) {
    this(number, file, line, place, json, "");
  }

  /** The reason with the place before it. */
  String located(String reason) {
    return place.isEmpty() || reason.isEmpty() ? reason : place + ": " + reason;
  }
}
