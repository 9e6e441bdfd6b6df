package org.rodnan.mapping;

/**
 * A row, or a file as a whole, that gave no resource.
 *
 * @param row counted from 1; 0 for the file
 */
public record Refusal(String file, long row, String reason) {}
