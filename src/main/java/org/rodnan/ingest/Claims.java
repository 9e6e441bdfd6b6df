package org.rodnan.ingest;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What of a folder this process works on: claimed by moving it into a folder of its own, beside
 * which lies a file that the process holds locked as long as it lives. For one thread.
 */
final class Claims implements Closeable {
  private static final String CLAIMED = ".claimed";
  private static final String LOCK = ".lock";

  private final Path folder;
  private final Path claimed;
  private final Path own;
  private final FileChannel lock;

  /**
   * @param folder whose sub-folders are named by sources
   * @param id of this process alone
   */
  Claims(Path folder, String id) throws IOException {
    this.folder = folder;
    this.claimed = folder.resolve(CLAIMED);
    this.own = claimed.resolve(id);
    Files.createDirectories(claimed);
    // The lock comes first: a folder without one is of a process that died.
    this.lock =
        FileChannel.open(
            claimed.resolve(id + LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    FileLock held = lock.lock();
    if (!held.isValid()) {
      throw new IOException("No lock is to be had in " + claimed);
    }
    Files.createDirectories(own);
  }

  /** Empty if another process was faster. */
  Optional<Path> claim(Source source, Path entry) throws IOException {
    Path target = own.resolve(source.code()).resolve(String.valueOf(entry.getFileName()));
    Files.createDirectories(own.resolve(source.code()));
    try {
      return Optional.of(Files.move(entry, target, StandardCopyOption.ATOMIC_MOVE));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** Puts it back where it lay, under another name if there is one by now. */
  void giveBack(Source source, Path entry) throws IOException {
    back(entry, source.code());
  }

  private void back(Path entry, String source) throws IOException {
    Path home = folder.resolve(source);
    Files.createDirectories(home);
    String name = String.valueOf(entry.getFileName());
    Path target = home.resolve(name);
    for (int i = 2; Files.exists(target); i++) {
      target = home.resolve(i + "." + name);
    }
    try {
      Files.move(entry, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (NoSuchFileException e) {
      // Another process gave it back.
    }
  }

  /** Gives back what processes had claimed that live no more. */
  void giveBackOfTheDead() throws IOException {
    for (Path each : list(claimed)) {
      if (Files.isDirectory(each) && !each.equals(own)) {
        Path file = claimed.resolve(each.getFileName() + LOCK);
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock dead = channel.tryLock()) {
          if (dead != null) {
            giveBack(each);
            Files.deleteIfExists(file);
          }
        } catch (OverlappingFileLockException e) {
          // Of this very process.
        }
      }
    }
  }

  private void giveBack(Path dead) throws IOException {
    for (Path source : list(dead)) {
      for (Path entry : list(source)) {
        back(entry, String.valueOf(source.getFileName()));
      }
      Files.deleteIfExists(source);
    }
    Files.deleteIfExists(dead);
  }

  private static List<Path> list(Path path) throws IOException {
    try (Stream<Path> inside = Files.list(path)) {
      return inside.toList();
    } catch (NoSuchFileException e) {
      return List.of();
    }
  }

  @Override
  public void close() throws IOException {
    giveBack(own);
    lock.close();
    Files.deleteIfExists(claimed.resolve(own.getFileName() + LOCK));
  }
}
