package org.rodnan.validation.compiled;

/**
 * One check of one resource against one profile.
 *
 * @param isBaseOnly whether it is the bare type, since no profile applies
 */
record Check(Node resource, boolean isBaseOnly) {}
