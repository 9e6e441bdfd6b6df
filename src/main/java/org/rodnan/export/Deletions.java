package org.rodnan.export;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.rodnan.export.ExportManifest.ExportFile;
import org.rodnan.fhir.LogPosition;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.index.Compartment;
import org.rodnan.store.HistoryQuery;
import org.rodnan.store.HistoryScope;
import org.rodnan.store.ResourceStore;
import org.rodnan.store.ResourceVersion;

/** What was deleted since an instant, as Bundles of DELETE requests. Thread safe. */
final class Deletions {
  private static final String KIND = "deleted";
  private static final String PATIENT = "Patient";
  private static final int PAGE = 500;
  private static final int ENTRIES_MAX = 1_000;

  private final ResourceStore store;
  private final long fileBytesMax;

  Deletions(ResourceStore store, long fileBytesMax) {
    this.store = store;
    this.fileBytesMax = fileBytesMax;
  }

  /**
   * Writes the files that the checkpoint doesn't name yet. Tombstones count that are the last word
   * about their key at its moment.
   */
  List<ExportFile> write(ExportRequest request, Checkpoint checkpoint, Path folder)
      throws IOException {
    Optional<Instant> since = ExportRun.since(request);
    LogPosition asOf = checkpoint.beginning().logPosition();
    List<ResourceKey> keys = new ArrayList<>();
    try (ExportFiles out = new ExportFiles(folder, KIND, "Bundle", fileBytesMax, checkpoint)) {
      Optional<LogPosition> before = checkpoint.until(KIND);
      while (true) {
        List<ResourceVersion> page =
            store.history(
                new HistoryQuery(
                    new HistoryScope.OfSystem(), since, Optional.empty(), asOf, before, PAGE));
        for (ResourceVersion version : page) {
          if (version instanceof ResourceVersion.Tombstone tombstone
              && isWanted(request, tombstone, asOf)) {
            keys.add(tombstone.key());
          }
        }
        if (!page.isEmpty()) {
          before = Optional.of(page.getLast().position());
        }
        if (keys.size() >= ENTRIES_MAX || (page.size() < PAGE && !keys.isEmpty())) {
          out.line(bundle(keys), before.orElseThrow());
          keys.clear();
        }
        if (page.size() < PAGE) {
          return out.written();
        }
      }
    }
  }

  private boolean isWanted(
      ExportRequest request, ResourceVersion.Tombstone tombstone, LogPosition asOf) {
    String type = tombstone.key().type();
    boolean isAsked = request.types().isEmpty() || request.types().contains(type);
    boolean isOfPatients =
        request.scope() == ExportRequest.Scope.SYSTEM || Compartment.has(PATIENT, type);
    return isAsked && isOfPatients && request.patients().isEmpty() && isLast(tombstone, asOf);
  }

  private boolean isLast(ResourceVersion.Tombstone tombstone, LogPosition asOf) {
    HistoryQuery last =
        new HistoryQuery(
            new HistoryScope.OfInstance(tombstone.key()),
            Optional.empty(),
            Optional.empty(),
            asOf,
            Optional.empty(),
            1);
    return store.history(last).stream()
        .allMatch(version -> version.version().equals(tombstone.version()));
  }

  private static byte[] bundle(List<ResourceKey> keys) {
    StringBuilder bundle =
        new StringBuilder("{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[");
    String separator = "";
    for (ResourceKey key : keys) {
      bundle
          .append(separator)
          .append("{\"request\":{\"method\":\"DELETE\",\"url\":\"")
          .append(key)
          .append("\"}}");
      separator = ",";
    }
    return bundle.append("]}").toString().getBytes(StandardCharsets.UTF_8);
  }
}
