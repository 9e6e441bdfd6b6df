package org.rodnan.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.rodnan.store.StoreBackup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Writes the whole log into a file. */
@Command(
    name = "backup",
    description = {
      "Writes everything that is stored, with its history, into one file.",
      "The server may run meanwhile; the file is of the moment at which the backup began.",
      "It goes back into SQLite or PostgreSQL, whichever it came from. It is not encrypted."
    })
final class BackupCommand implements Callable<Integer> {
  @Mixin private final CommandOutput output = new CommandOutput();

  @Mixin private final StoreOptions store = new StoreOptions();

  @Parameters(paramLabel = "FILE", description = "What to write, such as rodnan.backup.gz.")
  @SuppressWarnings("NullAway.Init")
  private Path file;

  @Override
  public Integer call() throws IOException {
    if (Files.exists(file)) {
      throw new FileAlreadyExistsException(file + " is there already; name another file");
    }
    ProgressLine progress = output.progress();
    Path part = file.resolveSibling(file.getFileName() + ".part");
    StoreBackup.Summary summary;
    try {
      Files.deleteIfExists(part);
      try (FileChannel channel = create(part);
          OutputStream out = Channels.newOutputStream(channel)) {
        summary = StoreBackup.write(store.settings(), out, progress);
      }
      try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
      Files.move(part, file);
    } finally {
      progress.end();
      Files.deleteIfExists(part);
    }
    Map<String, Object> told = new LinkedHashMap<>();
    told.put("file", file);
    told.put("head", summary.head());
    told.put("rows", summary.rows());
    told.put("bytes", Files.size(file));
    output.tell(
        told,
        "Backed up to %s: log position %d, %d rows, %d bytes"
            .formatted(file, summary.head(), summary.rows(), Files.size(file)));
    return 0;
  }

  /** It holds the data of people: nobody else may read it. */
  private static FileChannel create(Path file) throws IOException {
    EnumSet<StandardOpenOption> options =
        EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    boolean isPosix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
    return isPosix
        ? FileChannel.open(
            file,
            options,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))
        : FileChannel.open(file, options);
  }
}
