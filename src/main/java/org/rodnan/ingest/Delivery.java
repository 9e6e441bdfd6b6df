package org.rodnan.ingest;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Enumeration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.rodnan.fhir.CountedInputStream;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.Progress;
import org.rodnan.mapping.Refusal;
import org.rodnan.mapping.SourceFile;

/**
 * What was sent together, unpacked while it is read: the files of zip files, and what was packed
 * with gzip. Nothing is unpacked to disk. For one thread; closes the archives, not the pieces.
 */
final class Delivery implements Closeable {
  private static final int ZIP = 0x504b;
  private static final int GZIP = 0x1f8b;
  private static final int MAPPING_BYTES_MAX = 4 * 1024 * 1024;

  private final List<SourceFile> files = new ArrayList<>();
  private final List<SourceFile> mappings = new ArrayList<>();
  private final List<Refusal> refused = new ArrayList<>();
  private final Set<String> names = new HashSet<>();
  private final List<ZipFile> archives = new ArrayList<>();
  private final AtomicLong left;
  private final int filesMax;
  private final Progress progress;
  private long size;
  private long read;
  private final String limit;

  /**
   * @param limit the name of the setting that {@code bytesMax} is of
   */
  private Delivery(long bytesMax, String limit, int filesMax, Progress progress) {
    this.progress = progress;
    this.left = new AtomicLong(bytesMax);
    this.limit = limit + " allows, " + bytesMax;
    this.filesMax = filesMax;
  }

  /**
   * @param isMapped whether the files are read into memory
   * @throws FhirFailure.TooLarge if there are more files, or they have more bytes by their own
   *     account, than the settings allow; what lies about its length is found out when it is read,
   *     and is the same failure then
   */
  static Delivery open(
      List<Piece> pieces, IngestSettings settings, boolean isMapped, Progress progress) {
    Delivery delivery =
        isMapped
            ? new Delivery(
                settings.mappedBytesMax(),
                "rodnan.ingest.mapped-bytes-max",
                settings.filesMax(),
                progress)
            : new Delivery(
                settings.unpackedBytesMax(),
                "rodnan.ingest.unpacked-bytes-max",
                settings.filesMax(),
                progress);
    try {
      pieces.forEach(delivery::add);
    } catch (RuntimeException e) {
      delivery.close();
      throw e;
    }
    delivery.files.sort(Comparator.comparing(SourceFile::name));
    return delivery;
  }

  /** All files but mappings, by name. */
  List<SourceFile> files() {
    return List.copyOf(files);
  }

  /**
   * The text of the mapping ({@code *.yaml} or {@code *.yml}).
   *
   * @throws FhirFailure.Malformed if there are several
   */
  Optional<String> mapping() {
    if (mappings.size() > 1) {
      throw new FhirFailure.Malformed(
          "There are "
              + mappings.size()
              + " mappings: "
              + String.join(", ", mappings.stream().map(SourceFile::name).toList())
              + "; expected one (*.yaml)");
    }
    return mappings.stream().findFirst().map(Delivery::text);
  }

  /** What could not be unpacked. */
  List<Refusal> refused() {
    return List.copyOf(refused);
  }

  private static String text(SourceFile file) {
    try (InputStream in = file.opening().open()) {
      byte[] text = in.readNBytes(MAPPING_BYTES_MAX + 1);
      if (text.length > MAPPING_BYTES_MAX) {
        throw new FhirFailure.TooLarge(
            "The mapping " + file.name() + " has more than " + MAPPING_BYTES_MAX + " bytes");
      }
      return new String(text, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new FhirFailure.Malformed(
          "The mapping " + file.name() + " can't be read: " + e.getMessage());
    }
  }

  private void add(Piece piece) {
    try {
      if (magic(piece.path()) == ZIP && !isWorkbook(piece.name())) {
        addZip(piece);
      } else {
        add(piece.name(), Files.size(piece.path()), () -> Files.newInputStream(piece.path()));
      }
    } catch (IOException e) {
      refused.add(new Refusal(piece.name(), 0, "The file can't be unpacked: " + reason(e)));
    }
  }

  /** Excel's files are zip files too. */
  private static boolean isWorkbook(String name) {
    return name.toLowerCase(Locale.ROOT).matches(".*\\.xls[xm]");
  }

  private static int magic(Path path) throws IOException {
    try (InputStream in = Files.newInputStream(path)) {
      return magic(in.readNBytes(2));
    }
  }

  private static int magic(byte[] start) {
    return start.length < 2 ? 0 : (start[0] & 0xff) << 8 | start[1] & 0xff;
  }

  private void addZip(Piece piece) throws IOException {
    ZipFile zip;
    try {
      zip = new ZipFile(piece.path().toFile());
    } catch (IllegalArgumentException e) {
      throw new IOException(e.getMessage(), e);
    }
    archives.add(zip);
    long declared = 0;
    Enumeration<? extends ZipEntry> entries = zip.entries();
    while (entries.hasMoreElements()) {
      ZipEntry entry = entries.nextElement();
      String name = Piece.clean(entry.getName());
      if (entry.isDirectory() || isResourceFork(name)) {
        continue;
      }
      declared += Math.max(0, entry.getSize());
      if (declared > left.get()) {
        throw tooLarge(name);
      }
      add(name, Math.max(0, entry.getSize()), () -> zip.getInputStream(entry));
    }
  }

  /** What one desktop's archiver adds beside each file. */
  private static boolean isResourceFork(String name) {
    return name.startsWith("__MACOSX/") || name.endsWith(".DS_Store");
  }

  private void add(String name, long length, SourceFile.Opening opening) throws IOException {
    if (files.size() + mappings.size() >= filesMax) {
      throw new FhirFailure.TooLarge(
          "The delivery has more files than rodnan.ingest.files-max allows, " + filesMax);
    }
    boolean isGzip = false;
    if (length >= 2) {
      try (InputStream in = opening.open()) {
        isGzip = magic(in.readNBytes(2)) == GZIP;
      }
    }
    String lower = name.toLowerCase(Locale.ROOT);
    String plain =
        unique(isGzip && lower.endsWith(".gz") ? name.substring(0, name.length() - 3) : name);
    size += length;
    Meter packed = new Meter(this::progressed);
    SourceFile.Opening counted = () -> packed.over(opening.open());
    SourceFile.Opening unpacked =
        isGzip ? () -> new GZIPInputStream(counted.open(), 64 * 1024) : counted;
    Meter meter =
        new Meter(more -> {
          if (left.addAndGet(-more) < 0) {
            throw tooLarge(plain);
          }
        });
    SourceFile file = new SourceFile(plain, () -> meter.over(unpacked.open()));
    if (plain.toLowerCase(Locale.ROOT).matches(".*\\.ya?ml")) {
      mappings.add(file);
    } else {
      files.add(file);
    }
  }

  /** Of files that are called the same, those after the first get a folder of their own. */
  private String unique(String name) {
    String unique = name;
    for (int i = 2; !names.add(unique); i++) {
      unique = i + "/" + name;
    }
    return unique;
  }

  private void progressed(long more) {
    read += more;
    progress.at("reading bytes", Math.min(read, size), Math.max(1, size));
  }

  private FhirFailure.TooLarge tooLarge(String name) {
    return new FhirFailure.TooLarge(
        "The files, up to " + name + ", have more bytes unpacked than " + limit);
  }

  private static String reason(IOException e) {
    if (e.getMessage() != null) {
      return e.getMessage();
    }
    return e instanceof EOFException ? "it ends too early" : "it is broken";
  }

  @Override
  public void close() {
    for (ZipFile archive : archives) {
      try {
        archive.close();
      } catch (IOException e) {
        throw new FhirFailure.Fault("A zip file couldn't be closed", e);
      }
    }
  }

  /** Counts what of a file was read, once however often it is opened. */
  private static final class Meter {
    private final LongConsumer advanced;
    private long furthest;

    Meter(LongConsumer advanced) {
      this.advanced = advanced;
    }

    InputStream over(InputStream in) {
      return new CountedInputStream(in) {
        private long at;

        @Override
        protected void counted(long read) {
          at += read;
          if (at > furthest) {
            long more = at - furthest;
            furthest = at;
            advanced.accept(more);
          }
        }
      };
    }
  }
}
