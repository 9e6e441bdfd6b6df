package org.rodnan.interaction;

import java.util.List;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.search.SearchPage;
import org.rodnan.search.SearchRequest;
import org.rodnan.store.ResourceVersion;

/** What became of one entry of a batch or transaction. */
public sealed interface EntryOutcome {
  record Written(WriteOutcome outcome) implements EntryOutcome {}

  /** By {@code $meta-add} or {@code $meta-delete}, which answer with the meta. */
  record MetaChanged(WriteOutcome outcome) implements EntryOutcome {}

  /**
   * @param json the resource that an operation answered with
   */
  record Operated(byte[] json) implements EntryOutcome {}

  /** A delete of what wasn't there. */
  record NothingDeleted() implements EntryOutcome {}

  record DeletedWhere(List<WriteOutcome> outcomes) implements EntryOutcome {}

  record Read(ResourceVersion.Content content) implements EntryOutcome {}

  /** A conditional read whose version the client has. */
  record NotModified(ResourceVersion.Content content) implements EntryOutcome {}

  record Searched(SearchRequest request, SearchPage page) implements EntryOutcome {}

  /** {@code GET metadata}; the edge knows what to say. */
  record Capabilities() implements EntryOutcome {}

  record OfHistory(HistoryRequest request, HistoryPage page) implements EntryOutcome {}

  /**
   * In a batch. In a transaction one failure is everybody's, but for a read whose resource went
   * away between the commit and the answer.
   */
  record Failed(FhirFailure failure) implements EntryOutcome {}
}
