package org.rodnan;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** Makes FHIR NPM packages, good and bad ones. For one thread. */
public final class Packages {
  private final Map<String, byte[]> files = new LinkedHashMap<>();

  /** A package of R4 with nothing in it. */
  public static Packages of(String name, String version) {
    return new Packages()
        .with(
            "package/package.json",
            """
            {"name": "%s", "version": "%s", "fhirVersions": ["4.0.1"],
             "dependencies": {"hl7.fhir.r4.core": "4.0.1"}}
            """
                .formatted(name, version));
  }

  /** An archive without a manifest. */
  public static Packages empty() {
    return new Packages();
  }

  /**
   * @param path within the archive; takes the place of a file of the same path
   */
  public Packages with(String path, String content) {
    files.put(path, content.getBytes(StandardCharsets.UTF_8));
    return this;
  }

  /** The archive. */
  public byte[] tgz() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(new GZIPOutputStream(bytes))) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        TarArchiveEntry entry = new TarArchiveEntry(file.getKey(), true);
        entry.setSize(file.getValue().length);
        tar.putArchiveEntry(entry);
        tar.write(file.getValue());
        tar.closeArchiveEntry();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
