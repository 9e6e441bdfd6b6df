/** The edge, by what a client sees of it. */
@NullMarked
package org.rodnan.http;

import org.jspecify.annotations.NullMarked;
