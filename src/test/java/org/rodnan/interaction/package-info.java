/** Tests of the interactions on a real store and a real index. */
@NullMarked
package org.rodnan.interaction;

import org.jspecify.annotations.NullMarked;
