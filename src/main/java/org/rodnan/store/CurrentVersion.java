package org.rodnan.store;

import java.time.Instant;
import org.rodnan.fhir.LogPosition;
import org.rodnan.fhir.VersionId;

/**
 * The head of a resource's history without its body.
 *
 * @param created position of its first entry
 */
public record CurrentVersion(
    VersionId version,
    Instant lastUpdated,
    LogPosition position,
    LogPosition created,
    boolean isDeleted) {}
