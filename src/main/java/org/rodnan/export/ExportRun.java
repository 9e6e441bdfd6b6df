package org.rodnan.export;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import org.hl7.fhir.r4.model.Resource;
import org.rodnan.deidentification.Deidentifier;
import org.rodnan.export.ExportManifest.ExportFile;
import org.rodnan.export.ExportRequest.NamedView;
import org.rodnan.fhir.LogPosition;
import org.rodnan.fhir.ResourceTypes;
import org.rodnan.search.ResourceScan.Moment;
import org.rodnan.search.ResourceScan.Owners;
import org.rodnan.search.ResourceScan.Selection;
import org.rodnan.search.SearchRequest.Parameter;
import org.rodnan.view.RowFormat;
import org.rodnan.view.View;
import org.rodnan.view.ViewCompiler;

/**
 * One export at work: writes those files that its checkpoint doesn't name yet. Whoever does it, and
 * in how many goes, the files are the same to the byte. For one thread.
 */
final class ExportRun {
  private final ExportRequest request;
  private final Owners whose;
  private final Moment moment;
  private final Checkpoint checkpoint;
  private final Path folder;
  private final ExportWork.Progress progress;
  private final Optional<DeidentifiedReading> masked;
  private final ViewCompiler compiler;
  private final ViewRun runs;
  private final ElementChoice elements;
  private final long fileBytesMax;

  ExportRun(
      ExportRequest request,
      Moment moment,
      Checkpoint checkpoint,
      Path folder,
      ExportWork.Progress progress,
      Optional<DeidentifiedReading> masked,
      ViewCompiler compiler,
      ViewRun runs,
      ElementChoice elements,
      long fileBytesMax) {
    this.request = request;
    this.whose = checkpoint.beginning().owners();
    this.moment = moment;
    this.checkpoint = checkpoint;
    this.folder = folder;
    this.progress = progress;
    this.masked = masked;
    this.compiler = compiler;
    this.runs = runs;
    this.elements = elements;
    this.fileBytesMax = fileBytesMax;
  }

  static Selection selection(ExportRequest request, String type, Owners whose) {
    return new Selection(
        type, whose, since(request), request.filters().getOrDefault(type, List.of()));
  }

  static Optional<Instant> since(ExportRequest request) {
    return request.since().isEmpty()
        ? Optional.empty()
        : Optional.of(Instant.parse(request.since()));
  }

  /** The files of all types. */
  List<ExportFile> resources() throws IOException {
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
      if (request.format() == RowFormat.PARQUET) {
        files.add(rows(selection.type(), whole(selection.type()), selection.filters()));
      } else {
        files.addAll(lines(selection));
      }
    }
    return files;
  }

  private List<ExportFile> lines(Selection selection) throws IOException {
    String type = selection.type();
    LogPosition finished = checkpoint.until(type).orElse(LogPosition.START);
    if (masked.isEmpty()) {
      progress.step(moment.count(selection) - moment.count(selection, finished));
    }
    try (ExportFiles out = new ExportFiles(folder, type, type, fileBytesMax, checkpoint)) {
      moment.forEach(
          selection,
          // The report tells of all of them.
          masked.isPresent() ? LogPosition.START : finished,
          (body, created) -> {
            Optional<byte[]> json =
                masked.isPresent() ? masked.get().json(body.json()) : Optional.of(body.json());
            if (json.isPresent() && !finished.holds(created)) {
              line(out, type, json.get(), created);
            }
            progress.step(1);
            return true;
          });
      return out.written();
    }
  }

  private void line(ExportFiles out, String type, byte[] json, LogPosition created) {
    try {
      out.line(
          request.elements().isEmpty() ? json : elements.part(type, json, request.elements()),
          created);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The file that tells how well the subjects hide. */
  List<ExportFile> report(int anonymityMin) throws IOException {
    String kind = "Parameters";
    try (ExportFiles out = new ExportFiles(folder, kind, kind, fileBytesMax, checkpoint)) {
      if (checkpoint.files(kind).isEmpty()) {
        out.line(masked.orElseThrow().report(anonymityMin), LogPosition.START);
      }
      return out.written();
    }
  }

  /** The files of all views. */
  List<ExportFile> views() throws IOException {
    List<View> views =
        request.views().stream()
            .map(each -> compiler.compile(each.definition().getBytes(StandardCharsets.UTF_8)))
            .toList();
    long total = 0;
    for (View view : views) {
      total += moment.count(new Selection(view.type(), whose, since(request), List.of()));
    }
    progress.of(total);
    List<ExportFile> files = new ArrayList<>();
    for (int i = 0; i < views.size(); i++) {
      NamedView named = request.views().get(i);
      files.add(rows(named.name(), views.get(i), List.of()));
    }
    return files;
  }

  /** A file of the rows of a view. */
  private ExportFile rows(String name, View view, List<List<Parameter>> filters)
      throws IOException {
    Optional<ExportFile> finished = checkpoint.files(name).stream().findFirst();
    if (finished.isPresent()) {
      pass(new Selection(view.type(), whose, since(request), filters));
      return finished.get();
    }
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
    long count;
    try (OutputStream out =
        new BufferedOutputStream(Files.newOutputStream(folder.resolve(file)), 256 * 1024)) {
      count = runs.write(run, out, moment, filters, reading, () -> progress.step(1));
    }
    ExportFile written = new ExportFile(name, file, count);
    checkpoint.add(name, written, folder.resolve(file), LogPosition.START);
    return written;
  }

  /** Goes past what is written already; the report tells of it all the same. */
  private void pass(Selection selection) {
    if (masked.isEmpty() || !request.views().isEmpty()) {
      progress.step(moment.count(selection));
      return;
    }
    moment.forEach(
        selection,
        LogPosition.START,
        (body, created) -> {
          masked.get().see(body.json());
          progress.step(1);
          return true;
        });
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
}
