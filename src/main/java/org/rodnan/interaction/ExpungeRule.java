package org.rodnan.interaction;

/** Whether contents may be taken away for good: the setting {@code rodnan.expunge}. */
enum ExpungeRule {
  /** Nobody may. The default. */
  REFUSE,
  /** Whoever reaches the server may. */
  ALLOW
}
