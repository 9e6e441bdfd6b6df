package org.rodnan.ingest;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.rodnan.fhir.FhirFailure;

/**
 * Records that have to wait for others, on disk: first all are added, then they are read in the
 * order in which they came. For one thread.
 */
final class WaitingRecords implements Closeable {
  private final Path file;
  private final DataOutputStream out;
  private long count;
  private long left;
  private DataInputStream in = new DataInputStream(java.io.InputStream.nullInputStream());

  WaitingRecords(Path folder) {
    try {
      Files.createDirectories(folder);
      file = Files.createTempFile(folder, "waiting-", ".records");
      out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file), 65_536));
    } catch (IOException e) {
      throw failed(e);
    }
  }

  void add(FhirRecord waiting) {
    try {
      out.writeLong(waiting.number());
      out.writeUTF(waiting.file());
      out.writeLong(waiting.line());
      out.writeUTF(waiting.place());
      out.writeInt(waiting.json().length);
      out.write(waiting.json());
      count++;
    } catch (IOException e) {
      throw failed(e);
    }
  }

  long count() {
    return count;
  }

  /** Ends the adding. */
  void rewind() {
    try {
      out.close();
      in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 65_536));
      left = count;
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** The next ones, as many as the limits allow but at least one; none at the end. */
  List<FhirRecord> take(int recordsMax, long bytesMax) {
    List<FhirRecord> taken = new ArrayList<>();
    long bytes = 0;
    try {
      while (left > 0 && taken.size() < recordsMax && bytes < bytesMax) {
        long number = in.readLong();
        String name = in.readUTF();
        long line = in.readLong();
        String place = in.readUTF();
        byte[] json = new byte[in.readInt()];
        in.readFully(json);
        taken.add(new FhirRecord(number, name, line, place, json));
        bytes += json.length;
        left--;
      }
      return taken;
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private static FhirFailure.Fault failed(IOException e) {
    return new FhirFailure.Fault("Records that wait can't be spooled", e);
  }

  @Override
  public void close() {
    try {
      out.close();
      in.close();
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw failed(e);
    }
  }
}
