package org.rodnan.export;

import com.fasterxml.jackson.core.JacksonException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.Progress;

/**
 * Exports into a folder while the caller waits, as {@code $export} does in the background: of one
 * point in time, in constant memory, and if it was broken off, from there on. Thread safe.
 */
public final class FolderExport {
  private static final long STEPS = 200;
  private static final String FILES = "files";

  private final ExportWork work;

  FolderExport(ExportWork work) {
    this.work = work;
  }

  /**
   * When the export was begun that {@link #write} will go on with; empty if it will begin anew.
   *
   * @param place where it worked
   * @throws IOException if what is there can't be read
   */
  public Optional<Instant> begun(ExportRequest request, Path place) throws IOException {
    try {
      return WholeFile.read(place.resolve(ExportWork.REQUEST), ExportRequest.class).equals(request)
          ? Checkpoint.find(place, place.resolve(FILES))
              .map(checkpoint -> checkpoint.beginning().instant())
          : Optional.empty();
    } catch (NoSuchFileException | JacksonException e) {
      return Optional.empty();
    }
  }

  /**
   * Writes the files into a folder in the place where it works; the rest of them, if the same was
   * broken off there before.
   *
   * @param place is made if it isn't there
   * @return what was written, and where
   * @throws FhirFailure if the request can't be carried out as it is
   * @throws IOException if the files can't be written; some may be there by then
   */
  public Written write(ExportRequest request, Path place, Progress progress) throws IOException {
    if (begun(request, place).isEmpty()) {
      work.check(request);
      Files.createDirectories(place);
      ExportWork.clear(place);
      WholeFile.write(place.resolve(ExportWork.REQUEST), request);
    }
    Path folder = place.resolve(FILES);
    return new Written(work.carryOut(request, place, folder, new Bar(progress)), folder);
  }

  /**
   * @param folder of the files alone
   */
  public record Written(ExportManifest manifest, Path folder) {}

  /** Tells only now and then. */
  private static final class Bar implements ExportWork.Progress {
    private final Progress progress;
    private long total;
    private long done;

    Bar(Progress progress) {
      this.progress = progress;
    }

    @Override
    public void of(long all) {
      total = all;
    }

    @Override
    public void step(long more) {
      long every = Math.max(1, total / STEPS);
      boolean isTold = (done + more) / every > done / every;
      done += more;
      if (isTold || (done == total && more > 0)) {
        progress.at("export", done, total);
      }
    }
  }
}
