/**
 * The concepts of one code system in a Lucene index: by code, by text, by property and by what they
 * stand below. Of small systems in memory, of large ones on disk.
 */
@NamedInterface("concepts")
@NullMarked
package org.rodnan.terminology.concepts;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
