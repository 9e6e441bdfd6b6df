package org.rodnan.index;

import org.apache.lucene.index.DirectoryReader;
import org.rodnan.fhir.LogPosition;

/**
 * What searches see of the log at one position.
 *
 * @param parameters those in force at that position
 */
record IndexView(DirectoryReader reader, LogPosition position, SearchParameters parameters) {}
