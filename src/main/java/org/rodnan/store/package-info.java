/**
 * The log of truth: every version of every resource, in SQLite or PostgreSQL, appended in one
 * writer section.
 *
 * <p>A write goes {@link ResourceStore#submit} - queue - writer thread, which takes the units that
 * wait, begins a transaction that holds the section over all nodes, runs each unit against what is
 * stored and what the units before it have staged, writes all that is staged in one batch for each
 * table, commits, hands the entries to the followers of this node, and only then answers. A unit
 * that throws leaves nothing staged, as if it had run under a savepoint.
 */
@ApplicationModule(allowedDependencies = {"fhir"})
@NullMarked
package org.rodnan.store;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
