package org.rodnan.cql;

import org.rodnan.search.SubjectSearch.Moment;

/**
 * What one evaluation has around it. For one thread.
 *
 * @param charactersMax {@link CqlSettings#charactersMax}
 */
record Surroundings(
    Moment moment, StoredData data, StoredLibraries libraries, Engine engine, int charactersMax) {}
