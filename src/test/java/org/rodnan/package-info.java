/** Tests of the whole: its structure, and the packed program as a process. */
@NullMarked
package org.rodnan;

import org.jspecify.annotations.NullMarked;
