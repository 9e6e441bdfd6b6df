package org.rodnan.export;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.rodnan.deidentification.Deidentifier;
import org.rodnan.export.Checkpoint.Beginning;
import org.rodnan.export.ExportManifest.ExportFile;
import org.rodnan.export.ExportRequest.NamedView;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.LogPosition;
import org.rodnan.search.ResourceScan;
import org.rodnan.search.ResourceScan.Moment;
import org.rodnan.search.ResourceScan.Owners;
import org.rodnan.store.ResourceStore;
import org.rodnan.store.ResourceVersion;
import org.rodnan.view.ViewCompiler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out exports, each in constant memory and of one point in time; what was broken off goes
 * on of its own point in time, after the files that were finished. Thread safe.
 */
final class ExportWork {
  /** What is asked for, beside the checkpoint. */
  static final String REQUEST = "request.json";

  private static final Logger LOG = LoggerFactory.getLogger(ExportWork.class);
  private static final String EARLIER = "earlier";

  private final ResourceScan scans;
  private final ResourceStore store;
  private final RecordOwners owners;
  private final ViewCompiler compiler;
  private final ViewRun runs;
  private final ElementChoice elements;
  private final Optional<Deidentifier> deidentifier;
  private final ExportSettings settings;
  private final Clock clock;

  ExportWork(
      ResourceScan scans,
      ResourceStore store,
      RecordOwners owners,
      ViewCompiler compiler,
      ViewRun runs,
      ElementChoice elements,
      Optional<Deidentifier> deidentifier,
      ExportSettings settings,
      Clock clock) {
    this.scans = scans;
    this.store = store;
    this.owners = owners;
    this.compiler = compiler;
    this.runs = runs;
    this.elements = elements;
    this.deidentifier = deidentifier;
    this.settings = settings;
    this.clock = clock;
  }

  /** Told how far the work is. */
  interface Progress {
    /** How many resources there are. */
    void of(long total);

    /**
     * Some more are done.
     *
     * @throws CancellationException if nobody wants the rest
     */
    void step(long more);
  }

  private record Opened(Moment moment, Checkpoint checkpoint) {}

  /**
   * Judges a request before it is taken.
   *
   * @throws FhirFailure if it can't be carried out as it is
   */
  void check(ExportRequest request) {
    if (request.isDeidentified() && deidentifier.isEmpty()) {
      throw new FhirFailure.Unprocessable(
          IssueType.NOTSUPPORTED,
          "_deidentify needs a key of pseudonyms, and rodnan.export.pseudonym-key-file names none",
          "_deidentify");
    }
    for (NamedView view : request.views()) {
      compiler.compile(view.definition().getBytes(StandardCharsets.UTF_8));
    }
    Owners whose = owners(request);
    try (Moment moment = scans.open()) {
      for (String type : request.filters().keySet()) {
        moment.count(ExportRun.selection(request, type, whose));
      }
    }
  }

  /**
   * Writes what is asked for, or what of it wasn't written yet when it was broken off. If its point
   * in time is not to be had again it begins anew: the store is another one, or has changed too
   * much, or content of then was expunged; the files were touched; or the key of pseudonyms is
   * another one.
   *
   * @param place of the checkpoint and the request; what else is in it is deleted if it begins anew
   * @param folder for the files
   * @throws FhirFailure.Busy if it can't go on now; it may be called again
   */
  ExportManifest carryOut(ExportRequest request, Path place, Path folder, Progress progress)
      throws IOException {
    Opened opened = open(request, place, folder);
    Beginning beginning = opened.checkpoint().beginning();
    try (Moment moment = opened.moment()) {
      Optional<DeidentifiedReading> masked =
          request.isDeidentified()
              ? Optional.of(
                  new DeidentifiedReading(
                      deidentifier.orElseThrow(),
                      LocalDate.ofInstant(beginning.instant(), ZoneOffset.UTC)))
              : Optional.empty();
      ExportRun run =
          new ExportRun(
              request,
              moment,
              opened.checkpoint(),
              folder,
              progress,
              masked,
              compiler,
              runs,
              elements,
              settings.fileBytesMax());
      List<ExportFile> output = new ArrayList<>();
      if (request.views().isEmpty()) {
        output.addAll(run.resources());
        if (masked.isPresent()) {
          output.addAll(run.report(settings.anonymityMin()));
        }
      } else {
        output.addAll(run.views());
      }
      // What was deleted is named by its id.
      List<ExportFile> deleted =
          masked.isPresent()
                  || request.since().isEmpty()
                  || !request.views().isEmpty()
                  || !request.groups().isEmpty()
              ? List.of()
              : new Deletions(store, settings.fileBytesMax())
                  .write(request, opened.checkpoint(), folder);
      Instant begun = beginning.instant();
      return new ExportManifest(begun, begun, clock.instant(), output, deleted);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private Opened open(ExportRequest request, Path place, Path folder) throws IOException {
    Optional<Checkpoint> before = Checkpoint.find(place, folder);
    if (before.isPresent()) {
      Optional<Moment> moment = moment(request, before.get().beginning(), place.resolve(EARLIER));
      if (moment.isPresent()) {
        return new Opened(moment.get(), before.get());
      }
    }
    return begin(request, place, folder);
  }

  /** That of an export that was broken off; empty if it is not to be had again. */
  private Optional<Moment> moment(ExportRequest request, Beginning beginning, Path earlier) {
    if (!beginning.masking().equals(masking(request))) {
      LOG.warn("An export begins anew, as the key of pseudonyms is another one");
      return Optional.empty();
    }
    LogPosition position = beginning.logPosition();
    if (!beginning.entry().equals(entry(position))) {
      LOG.warn("An export begins anew, as it was of another store");
      return Optional.empty();
    }
    try {
      return Optional.of(scans.open(position, earlier, settings.resumeChangesMax()));
    } catch (FhirFailure.Malformed | FhirFailure.Unprocessable e) {
      LOG.warn("An export begins anew: {}", e.getMessage());
      return Optional.empty();
    }
  }

  private Opened begin(ExportRequest request, Path place, Path folder) throws IOException {
    check(request);
    clear(place);
    Files.createDirectories(folder);
    Instant time = clock.instant();
    Owners whose = owners(request);
    Moment moment = scans.open();
    try {
      LogPosition position = moment.position();
      Beginning beginning = Beginning.of(time, position, entry(position), whose, masking(request));
      return new Opened(moment, Checkpoint.begin(place, beginning));
    } catch (IOException | RuntimeException e) {
      moment.close();
      throw e;
    }
  }

  /** Deletes all but the request. */
  static void clear(Path place) throws IOException {
    Checkpoint.delete(place);
    try (Stream<Path> files = Files.list(place)) {
      for (Path file : files.toList()) {
        if (!file.endsWith(REQUEST)) {
          delete(file);
        }
      }
    }
  }

  /** A file, or a folder with all that is in it. */
  static void delete(Path path) throws IOException {
    try (Stream<Path> all = Files.walk(path)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(each);
      }
    }
  }

  private Owners owners(ExportRequest request) {
    boolean isNamed = !request.patients().isEmpty() || !request.groups().isEmpty();
    if (request.scope() == ExportRequest.Scope.PATIENTS && !isNamed) {
      return new Owners.AnyPatient();
    }
    return owners.of(request.patients(), request.groups());
  }

  /** What the log has at a position: another log has another entry there. */
  private String entry(LogPosition position) {
    if (position.equals(LogPosition.START)) {
      return "";
    }
    return store.read(new LogPosition(position.value() - 1), 1).stream()
        .map(entry -> entry.version())
        .map(ExportWork::named)
        .findFirst()
        .orElse("none");
  }

  private static String named(ResourceVersion version) {
    return version.key() + " " + version.version() + " " + version.lastUpdated();
  }

  private String masking(ExportRequest request) {
    return request.isDeidentified() ? deidentifier.map(Deidentifier::signature).orElse("none") : "";
  }
}
