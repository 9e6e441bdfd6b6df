package org.rodnan.interaction;

/** Whether the targets of references must exist: the setting {@code rodnan.references}. */
enum ReferenceRule {
  /** A reference to a resource of this server that doesn't exist is refused. The default. */
  ENFORCE,
  /** References may point to what is not there, or not there yet. */
  ALLOW
}
