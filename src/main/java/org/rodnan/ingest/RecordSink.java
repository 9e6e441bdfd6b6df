package org.rodnan.ingest;

import org.rodnan.ingest.IngestReport.Action;

/** Takes what is read from a file, in its order. */
interface RecordSink {
  void record(String file, long line, byte[] json);

  /** What is no record, and why. */
  void told(String file, long line, Action action, String reason);
}
