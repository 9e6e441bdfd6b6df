/** Reads the release files of code systems that a licensed user brings. */
@NamedInterface("loading")
@NullMarked
package org.rodnan.terminology.loading;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
