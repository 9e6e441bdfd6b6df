package org.rodnan.export;

import java.io.IOException;
import java.nio.file.Path;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.Progress;

/**
 * Exports into a folder while the caller waits, as {@code $export} does in the background: of one
 * point in time, in constant memory. Thread safe.
 */
public final class FolderExport {
  private static final long STEPS = 200;

  private final ExportWork work;

  FolderExport(ExportWork work) {
    this.work = work;
  }

  /**
   * @param folder that is there, and empty
   * @return what is in it
   * @throws FhirFailure if the request can't be carried out as it is
   * @throws IOException if the files can't be written; some may be there by then
   */
  public ExportManifest write(ExportRequest request, Path folder, Progress progress)
      throws IOException {
    work.check(request);
    return work.carryOut(request, folder, new Bar(progress));
  }

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
    public void step() {
      done++;
      if (done == total || done % Math.max(1, total / STEPS) == 0) {
        progress.at("export", done, total);
      }
    }
  }
}
