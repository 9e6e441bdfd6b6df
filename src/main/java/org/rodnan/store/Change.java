package org.rodnan.store;

/** What made a version; tells a history Bundle its request method (R4, http.html#history). */
public enum Change {
  /** By POST: the server gave the id. */
  CREATED,
  /** By PUT, also the first version if the client gave the id. */
  UPDATED,
  /** By DELETE: the version is a tombstone. */
  DELETED
}
