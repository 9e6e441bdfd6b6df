package org.rodnan.interaction;

import org.rodnan.store.ResourceVersion;

/** The reading entries of batches and transactions. Thread safe. */
final class EntryReader {
  private final ReadInteraction read;
  private final VreadInteraction vread;
  private final SearchInteraction search;
  private final HistoryInteraction history;

  EntryReader(
      ReadInteraction read,
      VreadInteraction vread,
      SearchInteraction search,
      HistoryInteraction history) {
    this.read = read;
    this.vread = vread;
    this.search = search;
    this.history = history;
  }

  EntryOutcome read(EntryRequest.Read request) {
    ResourceVersion.Content content = read.read(request.key());
    boolean known =
        request
            .ifNoneMatch()
            .filter(tags -> EntityTag.versions(tags).contains(content.version()))
            .isPresent();
    return known ? new EntryOutcome.NotModified(content) : new EntryOutcome.Read(content);
  }

  EntryOutcome read(EntryRequest.Vread request) {
    return new EntryOutcome.Read(vread.vread(request.key(), request.versionId()));
  }

  EntryOutcome read(EntryRequest.Search request) {
    return new EntryOutcome.Searched(request.request(), search.search(request.request()));
  }

  EntryOutcome read(EntryRequest.History request) {
    return new EntryOutcome.OfHistory(request.request(), history.history(request.request()));
  }
}
