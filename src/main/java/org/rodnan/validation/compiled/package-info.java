/**
 * Profiles as plain Java checks. They accept what HL7's validator would accept without a word, and
 * know nothing else: whatever they don't understand is left to it.
 */
@NullMarked
package org.rodnan.validation.compiled;

import org.jspecify.annotations.NullMarked;
