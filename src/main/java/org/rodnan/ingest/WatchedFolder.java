package org.rodnan.ingest;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.Progress;
import org.rodnan.ingest.IngestReport.Action;
import org.rodnan.store.Origin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes what is put into the folders {@code fhir}, {@code sdtm} and so on of a folder, each file
 * (or each folder with all its files) by itself, with the mapping that lies in the source's folder.
 * What is taken goes to {@code done}, what was rejected, be it only in part, to {@code rejected},
 * each with its report beside it. A file is claimed by moving it; the claims of a process that died
 * are given back. For one thread; several processes may look at the same folder.
 */
final class WatchedFolder {
  private static final Logger LOG = LoggerFactory.getLogger(WatchedFolder.class);
  private static final String DONE = "done";
  private static final String REJECTED = "rejected";

  private final Path folder;
  private final Duration settle;
  private final Ingest ingest;
  private final Clock clock;
  private final Claims claims;
  private final BooleanSupplier isStopped;
  private final Map<Path, Seen> seen = new HashMap<>();

  /**
   * @param isStopped whether the work is to end; what is being taken is then given back
   */
  WatchedFolder(
      Path folder,
      Duration settle,
      Ingest ingest,
      Clock clock,
      Claims claims,
      BooleanSupplier isStopped) {
    this.folder = folder;
    this.settle = settle;
    this.ingest = ingest;
    this.clock = clock;
    this.claims = claims;
    this.isStopped = isStopped;
  }

  /** How a file was when it was first seen so. */
  private record Seen(String state, Instant since) {}

  /** Looks once, and takes all that has settled. */
  void look() throws IOException {
    claims.giveBackOfTheDead();
    for (Source source : Source.values()) {
      Path own = folder.resolve(source.code());
      for (Path entry : entries(own)) {
        if (isStopped.getAsBoolean()) {
          return;
        }
        if (hasSettled(entry)) {
          seen.remove(entry);
          Optional<Path> claimed = claims.claim(source, entry);
          if (claimed.isPresent()) {
            take(source, claimed.get());
          }
        }
      }
    }
    seen.keySet().removeIf(path -> !Files.exists(path, LinkOption.NOFOLLOW_LINKS));
  }

  private static List<Path> entries(Path own) throws IOException {
    Files.createDirectories(own);
    try (Stream<Path> entries = Files.list(own)) {
      return entries
          .filter(path -> !Files.isSymbolicLink(path))
          .filter(path -> {
            String name = name(path);
            return !name.startsWith(".")
                && !name.equals(DONE)
                && !name.equals(REJECTED)
                && !name.matches("(?i).*\\.(ya?ml|part|tmp|filepart)");
          })
          .sorted()
          .toList();
    }
  }

  private static String name(Path path) {
    return String.valueOf(path.getFileName());
  }

  private static List<Path> files(Path entry) throws IOException {
    try (Stream<Path> all = Files.walk(entry)) {
      return all.filter(each -> Files.isRegularFile(each, LinkOption.NOFOLLOW_LINKS))
          .filter(each -> !name(each).startsWith("."))
          .sorted()
          .toList();
    }
  }

  private boolean hasSettled(Path entry) {
    StringBuilder state = new StringBuilder();
    try {
      for (Path file : files(entry)) {
        state.append(file).append(' ').append(Files.size(file)).append(' ');
        state.append(Files.getLastModifiedTime(file).toMillis()).append('\n');
      }
    } catch (IOException | UncheckedIOException e) {
      // Another process took it, or it can't be read yet.
      return false;
    }
    Instant now = clock.instant();
    Seen before = seen.get(entry);
    if (before == null || !before.state().contentEquals(state)) {
      seen.put(entry, new Seen(state.toString(), now));
      return false;
    }
    return !state.isEmpty() && !before.since().plus(settle).isAfter(now);
  }

  private void take(Source source, Path claimed) throws IOException {
    Path own = folder.resolve(source.code());
    String name = name(claimed);
    try (IngestReport report =
        ingest.ingest(
            new Ingest.Order(source, pieces(own, claimed), true),
            new Origin("rodnan", null, "watch", null),
            new Stopping(isStopped))) {
      if (isStopped.getAsBoolean()) {
        claims.giveBack(source, claimed);
        return;
      }
      boolean isDone = report.count(Action.REJECTED) == 0;
      settle(own.resolve(isDone ? DONE : REJECTED), claimed, report::writeCsv);
      LOG.info(
          "Took {}/{}: {} created, {} updated, {} unchanged, {} rejected",
          source.code(),
          name,
          report.count(Action.CREATED),
          report.count(Action.UPDATED),
          report.count(Action.UNCHANGED),
          report.count(Action.REJECTED));
    } catch (FhirFailure.Busy | FhirFailure.Fault | FhirFailure.DiskFull e) {
      LOG.warn(
          "{}/{} could not be taken and is tried again: {}", source.code(), name, e.getMessage());
      claims.giveBack(source, claimed);
    } catch (RuntimeException e) {
      // Whatever it is, it stands against this file alone.
      settle(own.resolve(REJECTED), claimed, out -> refusal(out, name, e));
      LOG.warn("{}/{} was rejected: {}", source.code(), name, e.getMessage(), e);
    }
  }

  private static void refusal(OutputStream out, String name, RuntimeException failure)
      throws IOException {
    CSVFormat format =
        CSVFormat.RFC4180
            .builder()
            .setHeader("file", "line", "action", "type", "id", "reason")
            .get();
    StringBuilder text = new StringBuilder();
    new CSVPrinter(text, format)
        .printRecord(name, 0, Action.REJECTED.code(), "", "", String.valueOf(failure.getMessage()));
    out.write(text.toString().getBytes(StandardCharsets.UTF_8));
  }

  /** The files, and the mapping that lies in the source's folder. */
  private static List<Piece> pieces(Path own, Path claimed) throws IOException {
    List<Piece> pieces = new ArrayList<>();
    Path parent = claimed.getParent();
    for (Path file : files(claimed)) {
      pieces.add(new Piece(parent == null ? name(file) : parent.relativize(file).toString(), file));
    }
    if (pieces.stream().noneMatch(piece -> piece.name().matches("(?i).*\\.ya?ml"))) {
      try (Stream<Path> mappings = Files.list(own)) {
        mappings
            .filter(path -> name(path).matches("(?i).*\\.ya?ml"))
            .sorted()
            .forEach(path -> pieces.add(new Piece(name(path), path)));
      }
    }
    return pieces;
  }

  private interface Report {
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * Under its name, or one with a number if that is taken: the report's name is the claim of it.
   */
  private static void settle(Path target, Path claimed, Report report) throws IOException {
    Files.createDirectories(target);
    for (int i = 1; ; i++) {
      String name = name(claimed) + (i == 1 ? "" : "." + i);
      if (Files.exists(target.resolve(name))) {
        continue;
      }
      try (OutputStream out =
          Files.newOutputStream(
              target.resolve(name + ".report.csv"),
              StandardOpenOption.CREATE_NEW,
              StandardOpenOption.WRITE)) {
        report.writeTo(out);
      } catch (FileAlreadyExistsException e) {
        continue;
      }
      Files.move(claimed, target.resolve(name), StandardCopyOption.ATOMIC_MOVE);
      return;
    }
  }

  /** Says only whether it is to end. */
  private record Stopping(BooleanSupplier stopped) implements Progress {
    @Override
    public void at(String step, long done, long all) {}

    @Override
    public boolean isStopped() {
      return stopped.getAsBoolean();
    }
  }
}
