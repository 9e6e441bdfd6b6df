package org.rodnan.terminology;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.rodnan.terminology.concepts.CodeSystemOutline;
import org.rodnan.terminology.concepts.ConceptIndex;
import org.rodnan.terminology.concepts.ConceptWriter;

/**
 * Releases of code systems that were loaded from their publishers' files: in a folder, for each
 * version the index of its concepts, and a file {@code *.release} that names it. That file is
 * replaced at once, so that a load that fails leaves the old release. What another process loads is
 * noticed. Thread safe.
 */
public final class Releases {
  private static final String NAMES = ".release";
  private static final String INDEX = "index-";

  private final Path folder;
  private volatile Loaded loaded = new Loaded(null, List.of());

  private record Loaded(@Nullable FileTime at, List<ConceptIndex> indexes) {}

  /**
   * @param dataDir {@code rodnan.data-dir}
   */
  public Releases(Path dataDir) {
    this.folder = dataDir.resolve("terminology").resolve("releases");
  }

  /** Those that there are, the one loaded last first. */
  public List<CodeSystemOutline> outlines() {
    return indexes().stream().map(ConceptIndex::outline).toList();
  }

  /**
   * @param version empty for the one loaded last
   */
  Optional<ConceptIndex> find(String url, Optional<String> version) {
    return indexes().stream()
        .filter(index -> index.outline().url().equals(url))
        .filter(index -> version.isEmpty() || version.get().equals(index.outline().version()))
        .findFirst();
  }

  private List<ConceptIndex> indexes() {
    try {
      if (!Files.isDirectory(folder)) {
        return List.of();
      }
      FileTime at = Files.getLastModifiedTime(folder);
      Loaded known = loaded;
      return at.equals(known.at()) ? known.indexes() : open(at).indexes();
    } catch (IOException e) {
      throw new UncheckedIOException("Loaded terminology can't be read", e);
    }
  }

  private synchronized Loaded open(FileTime at) throws IOException {
    List<ConceptIndex> indexes = new ArrayList<>();
    try {
      for (Path file : names()) {
        indexes.add(ConceptIndex.open(folder.resolve(Files.readString(file).strip())));
      }
    } catch (IOException | UncheckedIOException e) {
      // Replaced this very moment: the next one who asks finds the new one.
      return loaded;
    }
    loaded = new Loaded(at, List.copyOf(indexes));
    return loaded;
  }

  private static FileTime modified(Path file) {
    try {
      return Files.getLastModifiedTime(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The one loaded last comes first. */
  private List<Path> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.toString().endsWith(NAMES))
          .sorted(Comparator.comparing(Releases::modified).reversed())
          .toList();
    }
  }

  /**
   * Makes a release from its concepts; one of the same version is replaced, once everything is
   * there.
   *
   * @param concepts writes them; what it throws leaves everything as it was
   * @throws IllegalStateException if another one is being loaded
   * @return how many concepts there are
   */
  public int load(CodeSystemOutline outline, Consumer<ConceptWriter> concepts) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("The folder " + folder + " can't be made", e);
    }
    try (FileChannel file =
            FileChannel.open(
                folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = file.tryLock()) {
      if (lock == null) {
        throw new IllegalStateException("Another release is being loaded into " + folder);
      }
      return loadAlone(outline, concepts);
    } catch (IOException e) {
      throw new UncheckedIOException("The release can't be written to " + folder, e);
    }
  }

  private int loadAlone(CodeSystemOutline outline, Consumer<ConceptWriter> concepts)
      throws IOException {
    try {
      Path index = Files.createTempDirectory(folder, INDEX);
      int size;
      try (ConceptWriter writer = ConceptWriter.onDisk(outline, index)) {
        concepts.accept(writer);
        writer.finish();
        size = writer.size();
      }
      Path name = folder.resolve(fileName(outline.canonical()) + NAMES);
      Path next = folder.resolve(index.getFileName() + ".next");
      Files.writeString(next, index.getFileName().toString(), StandardCharsets.UTF_8);
      Files.move(next, name, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      return size;
    } finally {
      removeUnnamed();
    }
  }

  private static String fileName(String canonical) {
    return canonical.replaceAll("[^A-Za-z0-9.]+", "-");
  }

  /** Removes the indexes that no file names: of replaced releases and of loads that failed. */
  private void removeUnnamed() {
    try {
      List<String> named = new ArrayList<>();
      for (Path file : names()) {
        named.add(Files.readString(file).strip());
      }
      List<Path> indexes;
      try (Stream<Path> files = Files.list(folder)) {
        indexes =
            files
                .filter(file -> file.getFileName().toString().startsWith(INDEX))
                .filter(file -> !named.contains(file.getFileName().toString()))
                .toList();
      }
      for (Path index : indexes) {
        delete(index);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("What is left of an earlier load can't be removed", e);
    }
  }

  /** With all that is in it. */
  static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    List<Path> all;
    try (Stream<Path> files = Files.walk(folder)) {
      all = files.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path file : all) {
      Files.deleteIfExists(file);
    }
  }
}
