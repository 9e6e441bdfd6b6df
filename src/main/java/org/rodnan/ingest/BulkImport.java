package org.rodnan.ingest;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.Progress;
import org.rodnan.ingest.IngestReport.Action;
import org.rodnan.ingest.IngestReport.Row;
import org.rodnan.store.Origin;
import org.springframework.util.FileSystemUtils;

/**
 * Fetches the files of a manifest, then takes them as {@link Ingest} does. What can't be fetched is
 * told in the report; of a file that is not fetched to its end nothing is stored. Thread safe.
 */
public final class BulkImport {
  private final Ingest ingest;
  private final ImportSettings settings;
  private final IngestSettings limits;
  private final Clock clock;
  private final Path folder;

  /**
   * @param folder where files lie while they are taken
   */
  BulkImport(
      Ingest ingest, ImportSettings settings, IngestSettings limits, Clock clock, Path folder) {
    this.ingest = ingest;
    this.settings = settings;
    this.limits = limits;
    this.clock = clock;
    this.folder = folder;
  }

  /**
   * Looks at the addresses alone.
   *
   * @throws FhirFailure.Forbidden if a file lies where the settings don't allow it
   * @throws FhirFailure.TooLarge if there are too many
   */
  public void requireAllowed(ImportManifest manifest) {
    if (settings.prefixes().isEmpty()) {
      throw new FhirFailure.Forbidden(
          "Files are fetched from nowhere: the setting "
              + ImportSettings.PREFIXES
              + " is empty; expected the beginnings of addresses that may be fetched");
    }
    if (manifest.inputs().size() > limits.filesMax()) {
      throw new FhirFailure.TooLarge(
          "The manifest has more files than rodnan.ingest.files-max allows, " + limits.filesMax());
    }
    for (int i = 0; i < manifest.inputs().size(); i++) {
      URI url = manifest.inputs().get(i).url();
      if (!settings.allows(url)) {
        throw new FhirFailure.Forbidden(
            "The url of file "
                + (i + 1)
                + " is '"
                + url
                + "'; expected an http or https address that begins as "
                + ImportSettings.PREFIXES
                + " allows");
      }
    }
  }

  /**
   * Fetches and takes them all.
   *
   * @param isTraced whether Provenance resources tell from which file each record came
   * @param progress if it is stopped, what is not written is told in the report
   * @return to be closed
   */
  public IngestReport take(
      ImportManifest manifest, boolean isTraced, Origin origin, Progress progress) {
    Path own = create();
    try {
      List<Piece> pieces = new ArrayList<>();
      List<Row> told = new ArrayList<>();
      Map<String, String> types = new HashMap<>();
      try (RemoteFiles files = new RemoteFiles(settings, clock)) {
        int count = manifest.inputs().size();
        for (int i = 0; i < count; i++) {
          ImportManifest.Input input = manifest.inputs().get(i);
          progress.at("fetching files", i, count);
          String name = name(input.url(), types);
          types.put(name, input.type());
          if (progress.isStopped()) {
            told.add(row(name, Action.LEFT_OUT, "cancelled before it was fetched"));
            continue;
          }
          Path file = own.resolve(Integer.toString(i));
          try {
            files.fetch(input.url(), file, progress::isStopped);
            pieces.add(new Piece(name, file));
          } catch (RemoteFiles.NotFetched e) {
            Files.deleteIfExists(file);
            told.add(row(name, Action.REJECTED, String.valueOf(e.getMessage())));
          }
        }
      }
      manifest
          .deleted()
          .forEach(url ->
              told.add(row(url, Action.LEFT_OUT, "deletions of a bulk export are not imported")));
      return ingest.ingest(
          new Ingest.Order(Source.FHIR, pieces, isTraced, types, told), origin, progress);
    } catch (IOException e) {
      throw new FhirFailure.Fault("A file that was fetched can't be spooled", e);
    } finally {
      FileSystemUtils.deleteRecursively(own.toFile());
    }
  }

  private Path create() {
    try {
      Files.createDirectories(folder);
      return Files.createTempDirectory(folder, "import-");
    } catch (IOException e) {
      throw new FhirFailure.Fault("Files to import can't be spooled in " + folder, e);
    }
  }

  private static Row row(String file, Action action, String reason) {
    return new Row(file, 0, action, "", "", reason);
  }

  /** Host and path: what is after them may be a signature. Each file has its own. */
  private static String name(URI url, Map<String, String> taken) {
    String path = String.valueOf(url.getPath());
    String plain = path.replaceAll("(?i)\\.gz$", "");
    String port = url.getPort() < 0 ? "" : ":" + url.getPort();
    String name = new Piece(url.getHost() + port + plain, Path.of("")).name();
    // What ends with .yaml would be a mapping.
    String unlike = name.matches("(?i).*\\.ya?ml") ? name + ".ndjson" : name;
    String free = unlike;
    for (int i = 2; taken.containsKey(free); i++) {
      free = unlike + "#" + i;
    }
    return free;
  }
}
