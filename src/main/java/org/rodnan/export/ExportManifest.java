package org.rodnan.export;

import java.time.Instant;
import java.util.List;

/**
 * What an export has made.
 *
 * @param transactionTime all that was acknowledged before is in it
 * @param started when the work began
 * @param ended when it was done
 * @param output files of resources or rows
 * @param deleted files of Bundles that name what was deleted since
 */
public record ExportManifest(
    Instant transactionTime,
    Instant started,
    Instant ended,
    List<ExportFile> output,
    List<ExportFile> deleted) {
  public ExportManifest {
    output = List.copyOf(output);
    deleted = List.copyOf(deleted);
  }

  /**
   * @param type of the resources, or the name of the view
   * @param name of the file
   * @param count of resources, rows or Bundles
   */
  public record ExportFile(String type, String name, long count) {}
}
