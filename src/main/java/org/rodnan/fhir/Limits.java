package org.rodnan.fhir;

import java.time.Duration;

/**
 * Every limit of the server, each a setting {@code rodnan.limits.*}, each reported by name when it
 * is exceeded.
 *
 * @param bodyBytesMax bytes of a request body
 * @param uriBytesMax bytes of a request's URI and its header fields, all together
 * @param formBytesMax bytes of the form of a POST {@code _search}
 * @param jsonDepthMax depth of nesting of a body
 * @param bundleEntriesMax entries of a batch or transaction
 * @param pageSizeDefault matches of a page when {@code _count} is absent
 * @param pageSizeMax largest {@code _count} that is honoured; larger ones are lowered to it
 * @param includesMax included resources of a page
 * @param includeDepthMax rounds of {@code :iterate}
 * @param chainDepthMax links of a chained parameter
 * @param orValuesMax values of one parameter joined by commas
 * @param sortKeysMax keys of {@code _sort}
 * @param conditionalMatchesMax resources that one conditional delete may delete
 * @param writeQueueMax write requests waiting for the writer section
 * @param groupSizeMax write requests committed together
 * @param pinnedSnapshotsMax snapshots kept alive for next links
 * @param pinnedSnapshotAgeMax how long a snapshot is kept alive
 * @param queryTimeMax time budget of a search
 * @param asOfChangesMax resources that were changed since the log position that data are asked for
 *     as of
 */
public record Limits(
    int bodyBytesMax,
    int uriBytesMax,
    int formBytesMax,
    int jsonDepthMax,
    int bundleEntriesMax,
    int pageSizeDefault,
    int pageSizeMax,
    int includesMax,
    int includeDepthMax,
    int chainDepthMax,
    int orValuesMax,
    int sortKeysMax,
    int conditionalMatchesMax,
    int writeQueueMax,
    int groupSizeMax,
    int pinnedSnapshotsMax,
    Duration pinnedSnapshotAgeMax,
    Duration queryTimeMax,
    int asOfChangesMax) {

  /** The values that hold unless a setting says otherwise. */
  public static final Limits DEFAULTS =
      new Limits(
          16 * 1024 * 1024,
          64 * 1024,
          2 * 1024 * 1024,
          64,
          10_000,
          50,
          1_000,
          10_000,
          8,
          8,
          10_000,
          8,
          1,
          1_024,
          64,
          64,
          Duration.ofMinutes(10),
          Duration.ofSeconds(30),
          20_000);
}
