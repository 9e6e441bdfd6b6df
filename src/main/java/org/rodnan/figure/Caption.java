package org.rodnan.figure;

/**
 * What a picture says in words.
 *
 * @param title its name, also above it
 * @param description what it shows, for those who don't see it
 * @param horizontal name of the horizontal axis; empty for none
 * @param vertical name of the vertical axis; empty for none
 */
public record Caption(String title, String description, String horizontal, String vertical) {}
