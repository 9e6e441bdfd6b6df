package org.rodnan.store;

/**
 * What is to be taken away for good: contents of versions that are not current.
 *
 * @param previousVersions whether of resources that are there
 * @param deletedResources whether of resources that are deleted
 * @param limit so many versions at most, the oldest first
 */
public record Expunging(
    HistoryScope scope, boolean previousVersions, boolean deletedResources, int limit) {}
