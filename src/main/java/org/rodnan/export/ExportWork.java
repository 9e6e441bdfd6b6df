package org.rodnan.export;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CancellationException;
import java.util.function.Function;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.hl7.fhir.r4.model.Resource;
import org.rodnan.deidentification.Deidentifier;
import org.rodnan.export.ExportManifest.ExportFile;
import org.rodnan.export.ExportRequest.NamedView;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.LogPosition;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.fhir.ResourceTypes;
import org.rodnan.index.Compartment;
import org.rodnan.search.ResourceScan;
import org.rodnan.search.ResourceScan.Moment;
import org.rodnan.search.ResourceScan.Owners;
import org.rodnan.search.ResourceScan.Selection;
import org.rodnan.search.SearchRequest.Parameter;
import org.rodnan.store.HistoryQuery;
import org.rodnan.store.HistoryScope;
import org.rodnan.store.ResourceStore;
import org.rodnan.store.ResourceVersion;
import org.rodnan.view.RowFormat;
import org.rodnan.view.View;
import org.rodnan.view.ViewCompiler;

/** Carries out exports, each in constant memory and of one point in time. Thread safe. */
final class ExportWork {
  private static final String PATIENT = "Patient";
  private static final int DELETED_PAGE = 500;
  private static final int DELETED_ENTRIES_MAX = 1_000;

  private final ResourceScan scans;
  private final ResourceStore store;
  private final RecordOwners owners;
  private final ViewCompiler compiler;
  private final ViewRun runs;
  private final ElementChoice elements;
  private final Optional<Deidentifier> deidentifier;
  private final int anonymityMin;
  private final long fileBytesMax;
  private final Clock clock;

  ExportWork(
      ResourceScan scans,
      ResourceStore store,
      RecordOwners owners,
      ViewCompiler compiler,
      ViewRun runs,
      ElementChoice elements,
      Optional<Deidentifier> deidentifier,
      int anonymityMin,
      long fileBytesMax,
      Clock clock) {
    this.scans = scans;
    this.store = store;
    this.owners = owners;
    this.compiler = compiler;
    this.runs = runs;
    this.elements = elements;
    this.deidentifier = deidentifier;
    this.anonymityMin = anonymityMin;
    this.fileBytesMax = fileBytesMax;
    this.clock = clock;
  }

  /** Told how far the work is. */
  interface Progress {
    /** How many resources there are. */
    void of(long total);

    /**
     * One more is done.
     *
     * @throws CancellationException if nobody wants the rest
     */
    void step();
  }

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
      compiled(view);
    }
    Owners whose = owners(request);
    try (Moment moment = scans.open()) {
      for (String type : request.filters().keySet()) {
        moment.count(selection(request, type, whose));
      }
    }
  }

  ExportManifest carryOut(ExportRequest request, Path folder, Progress progress)
      throws IOException {
    Instant time = clock.instant();
    Owners whose = owners(request);
    try (Moment moment = scans.open()) {
      Optional<DeidentifiedReading> masked =
          request.isDeidentified()
              ? Optional.of(
                  new DeidentifiedReading(
                      deidentifier.orElseThrow(), LocalDate.ofInstant(time, ZoneOffset.UTC)))
              : Optional.empty();
      List<ExportFile> output = new ArrayList<>();
      if (request.views().isEmpty()) {
        output.addAll(resources(request, whose, moment, folder, progress, masked));
        if (masked.isPresent()) {
          try (ExportFiles out = new ExportFiles(folder, "Parameters", fileBytesMax)) {
            out.line(masked.get().report(anonymityMin));
            output.addAll(out.written());
          }
        }
      } else {
        output.addAll(views(request, whose, moment, folder, progress, masked));
      }
      // What was deleted is named by its id.
      List<ExportFile> deleted =
          masked.isPresent()
                  || request.since().isEmpty()
                  || !request.views().isEmpty()
                  || !request.groups().isEmpty()
              ? List.of()
              : deleted(request, moment.position(), folder);
      return new ExportManifest(time, time, clock.instant(), output, deleted);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private Owners owners(ExportRequest request) {
    boolean isNamed = !request.patients().isEmpty() || !request.groups().isEmpty();
    if (request.scope() == ExportRequest.Scope.PATIENTS && !isNamed) {
      return new Owners.AnyPatient();
    }
    return owners.of(request.patients(), request.groups());
  }

  private View compiled(NamedView view) {
    return compiler.compile(view.definition().getBytes(StandardCharsets.UTF_8));
  }

  private static Selection selection(ExportRequest request, String type, Owners whose) {
    return new Selection(
        type, whose, since(request), request.filters().getOrDefault(type, List.of()));
  }

  private static Optional<Instant> since(ExportRequest request) {
    return request.since().isEmpty()
        ? Optional.empty()
        : Optional.of(Instant.parse(request.since()));
  }

  private List<ExportFile> resources(
      ExportRequest request,
      Owners whose,
      Moment moment,
      Path folder,
      Progress progress,
      Optional<DeidentifiedReading> masked)
      throws IOException {
    List<Selection> selections = new ArrayList<>();
    long total = 0;
    for (String type : ResourceTypes.all()) {
      if (request.types().isEmpty() || request.types().contains(type)) {
        Selection selection = selection(request, type, whose);
        long count = moment.count(selection);
        if (masked.isPresent() && !Deidentifier.TYPES.contains(type)) {
          masked.get().leftOut(type, count);
        } else if (count > 0) {
          selections.add(selection);
          total += count;
        }
      }
    }
    progress.of(total);
    List<ExportFile> files = new ArrayList<>();
    for (Selection selection : selections) {
      String type = selection.type();
      if (request.format() == RowFormat.PARQUET) {
        files.add(
            rows(
                request,
                type,
                whole(type),
                moment,
                whose,
                selection.filters(),
                folder,
                progress,
                masked));
        continue;
      }
      try (ExportFiles out = new ExportFiles(folder, type, fileBytesMax)) {
        moment.forEach(
            selection,
            body -> {
              try {
                Optional<byte[]> json =
                    masked.isPresent() ? masked.get().json(body.json()) : Optional.of(body.json());
                if (json.isPresent()) {
                  out.line(
                      request.elements().isEmpty()
                          ? json.get()
                          : elements.part(type, json.get(), request.elements()));
                }
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
              progress.step();
              return true;
            });
        files.addAll(out.written());
      }
    }
    return files;
  }

  private List<ExportFile> views(
      ExportRequest request,
      Owners whose,
      Moment moment,
      Path folder,
      Progress progress,
      Optional<DeidentifiedReading> masked)
      throws IOException {
    List<View> views = request.views().stream().map(this::compiled).toList();
    long total = 0;
    for (View view : views) {
      total += moment.count(new Selection(view.type(), whose, since(request), List.of()));
    }
    progress.of(total);
    List<ExportFile> files = new ArrayList<>();
    for (int i = 0; i < views.size(); i++) {
      files.add(
          rows(
              request,
              request.views().get(i).name(),
              views.get(i),
              moment,
              whose,
              List.of(),
              folder,
              progress,
              masked));
    }
    return files;
  }

  /** A file of the rows of a view. */
  private ExportFile rows(
      ExportRequest request,
      String name,
      View view,
      Moment moment,
      Owners whose,
      List<List<Parameter>> filters,
      Path folder,
      Progress progress,
      Optional<DeidentifiedReading> masked)
      throws IOException {
    String file = name + "." + request.format().code();
    ViewRun.Request run =
        new ViewRun.Request(
            view,
            request.format(),
            request.hasHeader(),
            whose,
            since(request),
            OptionalLong.empty(),
            List.of());
    Function<byte[], Optional<Resource>> reading =
        masked
            .<Function<byte[], Optional<Resource>>>map(each -> each::resource)
            .orElse(json -> Optional.of(ViewRun.parsed(json)));
    try (OutputStream out =
        new BufferedOutputStream(Files.newOutputStream(folder.resolve(file)), 256 * 1024)) {
      return new ExportFile(
          name, file, runs.write(run, out, moment, filters, reading, progress::step));
    }
  }

  /** Each resource as one cell, beside what it is found by. */
  private View whole(String type) {
    return compiler.compile(
        """
        {"resource":"%s","name":"%s","select":[{"column":[
          {"name":"id","path":"getResourceKey()","type":"id"},
          {"name":"version","path":"meta.versionId","type":"id"},
          {"name":"last_updated","path":"meta.lastUpdated","type":"instant"},
          {"name":"resource","path":"$this","type":"%s"}]}]}
        """
            .formatted(type, type, type)
            .getBytes(StandardCharsets.UTF_8));
  }

  /** Tombstones that are still the last word about their key. */
  private List<ExportFile> deleted(ExportRequest request, LogPosition asOf, Path folder)
      throws IOException {
    List<ResourceKey> keys = new ArrayList<>();
    try (ExportFiles out = new ExportFiles(folder, "deleted", fileBytesMax)) {
      Optional<LogPosition> before = Optional.empty();
      while (true) {
        List<ResourceVersion> page =
            store.history(
                new HistoryQuery(
                    new HistoryScope.OfSystem(),
                    since(request),
                    Optional.empty(),
                    asOf,
                    before,
                    DELETED_PAGE));
        for (ResourceVersion version : page) {
          if (version instanceof ResourceVersion.Tombstone tombstone
              && isWanted(request, tombstone)) {
            keys.add(tombstone.key());
          }
        }
        if (keys.size() >= DELETED_ENTRIES_MAX || (page.size() < DELETED_PAGE && !keys.isEmpty())) {
          out.line(deletions(keys));
          keys.clear();
        }
        if (page.size() < DELETED_PAGE) {
          return out.written().stream()
              .map(file -> new ExportFile("Bundle", file.name(), file.count()))
              .toList();
        }
        before = Optional.of(page.getLast().position());
      }
    }
  }

  private boolean isWanted(ExportRequest request, ResourceVersion.Tombstone tombstone) {
    String type = tombstone.key().type();
    boolean isAsked = request.types().isEmpty() || request.types().contains(type);
    boolean isOfPatients =
        request.scope() == ExportRequest.Scope.SYSTEM || Compartment.has(PATIENT, type);
    return isAsked
        && isOfPatients
        && request.patients().isEmpty()
        && store
            .read(tombstone.key())
            .filter(current -> current.version().equals(tombstone.version()))
            .isPresent();
  }

  private static byte[] deletions(List<ResourceKey> keys) {
    StringBuilder bundle =
        new StringBuilder("{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[");
    String separator = "";
    for (ResourceKey key : keys) {
      bundle
          .append(separator)
          .append("{\"request\":{\"method\":\"DELETE\",\"url\":\"")
          .append(key)
          .append("\"}}");
      separator = ",";
    }
    return bundle.append("]}").toString().getBytes(StandardCharsets.UTF_8);
  }
}
