package org.rodnan.cql;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Limits of CQL.
 *
 * @param timeMax of one evaluation; the time budget of a search holds besides
 * @param threads evaluations at once
 * @param queueMax evaluations that wait for a thread; one more is turned away
 * @param subjectsMax subjects of a measure
 * @param resourcesMax resources that one retrieve may give
 * @param charactersMax of the text of a library or an expression
 */
@ConfigurationProperties("rodnan.cql")
record CqlSettings(
    @DefaultValue("20s") Duration timeMax,
    @DefaultValue("1") int threads,
    @DefaultValue("4") int queueMax,
    @DefaultValue("10000") int subjectsMax,
    @DefaultValue("10000") int resourcesMax,
    @DefaultValue("200000") int charactersMax) {}
