package org.rodnan.store;

/**
 * Where the log ends.
 *
 * @param position of the last entry, 0 if there is none
 * @param lastUpdated of the last entry, in milliseconds
 * @param number the highest permanent integer of a key
 * @param transaction the database's own name of the transaction that asked, empty if it has none
 */
record Head(long position, long lastUpdated, long number, String transaction) {}
