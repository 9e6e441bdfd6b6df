package org.rodnan.interaction;

import java.util.Optional;
import org.rodnan.fhir.ParsedResource;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.search.SearchRequest;

/** What one entry of a batch or transaction asks for (R4, bundle.html, Bundle.entry.request). */
sealed interface EntryRequest {
  record Create(String type, ParsedResource resource, Optional<Criteria> ifNoneExist)
      implements EntryRequest {}

  record Update(
      ResourceKey key,
      ParsedResource resource,
      Optional<String> ifMatch,
      Optional<String> ifNoneMatch)
      implements EntryRequest {}

  record UpdateWhere(Criteria criteria, ParsedResource resource, Optional<String> ifMatch)
      implements EntryRequest {}

  record PatchAt(ResourceKey key, Patch patch, Optional<String> ifMatch) implements EntryRequest {
    /** One of the meta alone answers with the meta ({@code $meta-add}, {@code $meta-delete}). */
    EntryOutcome outcome(WriteOutcome outcome) {
      return patch instanceof MetaPatch
          ? new EntryOutcome.MetaChanged(outcome)
          : new EntryOutcome.Written(outcome);
    }
  }

  record PatchWhere(Criteria criteria, Patch patch, Optional<String> ifMatch)
      implements EntryRequest {}

  /**
   * @param cascades whether what refers to it is deleted too
   */
  record Delete(ResourceKey key, Optional<String> ifMatch, boolean cascades)
      implements EntryRequest {}

  record DeleteWhere(Criteria criteria, boolean cascades) implements EntryRequest {}

  record Read(ResourceKey key, Optional<String> ifNoneMatch) implements EntryRequest {}

  record Vread(ResourceKey key, String versionId) implements EntryRequest {}

  record Search(SearchRequest request) implements EntryRequest {}

  /** {@code GET metadata}; the edge answers to it. */
  record Capabilities() implements EntryRequest {}

  /** An operation; whoever has the Bundle processed answers to it. */
  record Operate(EntryOperations.Call call) implements EntryRequest {}

  record History(HistoryRequest request) implements EntryRequest {}
}
