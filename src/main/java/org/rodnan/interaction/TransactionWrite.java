package org.rodnan.interaction;

import java.util.Optional;

/** A writing entry of a transaction, prepared. */
sealed interface TransactionWrite {
  BundleEntry entry();

  /** Whether it can only be done when the index holds the log's head. */
  boolean needsIndex(WriteRules rules);

  /**
   * @param patched of a patch, that from which it was prepared
   */
  record Put(
      BundleEntry entry,
      EntryRequest request,
      PreparedWrite prepared,
      Optional<PatchInteraction.Patched> patched)
      implements TransactionWrite {
    @Override
    public boolean needsIndex(WriteRules rules) {
      boolean searches =
          switch (request) {
            case EntryRequest.Create create ->
                create.ifNoneExist().filter(c -> c.asIdentifier().isEmpty()).isPresent();
            case EntryRequest.UpdateWhere update -> update.criteria().asIdentifier().isEmpty();
            default -> false;
          };
      return searches
          || prepared.needsSearch()
          || patched.filter(PatchInteraction.Patched::needsSearch).isPresent();
    }
  }

  record Remove(BundleEntry entry, EntryRequest.Delete request) implements TransactionWrite {
    @Override
    public boolean needsIndex(WriteRules rules) {
      return request.cascades() || rules.areReferencesEnforced();
    }
  }

  record RemoveWhere(BundleEntry entry, EntryRequest.DeleteWhere request)
      implements TransactionWrite {
    @Override
    public boolean needsIndex(WriteRules rules) {
      return request.cascades()
          || rules.areReferencesEnforced()
          || request.criteria().asIdentifier().isEmpty();
    }
  }
}
