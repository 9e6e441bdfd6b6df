/** Tests of the pages and of the guide as a package. */
@org.jspecify.annotations.NullMarked
package org.rodnan.web;
