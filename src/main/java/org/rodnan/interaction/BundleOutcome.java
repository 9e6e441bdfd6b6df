package org.rodnan.interaction;

import java.util.List;

/**
 * The outcomes of a batch or transaction, in the order of the request's entries.
 *
 * @param transaction whether it was all or nothing
 */
public record BundleOutcome(boolean transaction, List<EntryOutcome> entries) {
  public BundleOutcome {
    entries = List.copyOf(entries);
  }
}
