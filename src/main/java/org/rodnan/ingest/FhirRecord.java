package org.rodnan.ingest;

/**
 * The text of a resource as it stands in a file.
 *
 * @param number counts all that a report tells, from 0, in the order of reading
 * @param line of NDJSON; of a Bundle the number of the entry; from 1
 */
record FhirRecord(long number, String file, long line, byte[] json) {}
