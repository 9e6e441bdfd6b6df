package org.rodnan.cohort;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What callers are told of subjects.
 *
 * @param subjectLevel whether they may see who is in a cohort
 * @param smallCountMin if not, the smallest count that is shown
 */
@ConfigurationProperties("rodnan.cohort")
record CohortSettings(
    @DefaultValue("true") boolean subjectLevel, @DefaultValue("5") int smallCountMin) {}
