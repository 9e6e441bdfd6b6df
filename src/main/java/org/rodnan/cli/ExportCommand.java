package org.rodnan.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.rodnan.export.ClinicalTrialsExport;
import org.rodnan.export.ClinicalTrialsExport.Figures;
import org.rodnan.export.ExportManifest;
import org.rodnan.export.ExportManifest.ExportFile;
import org.rodnan.export.ExportRequest;
import org.rodnan.export.ExportRequest.NamedView;
import org.rodnan.export.ExportRequest.Scope;
import org.rodnan.export.FolderExport;
import org.rodnan.export.SdtmExport;
import org.rodnan.export.ViewLibrary;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.fhir.ResourceTypes;
import org.rodnan.index.IndexStatus;
import org.rodnan.index.ResourceIndex;
import org.rodnan.sdtm.SdtmArchive;
import org.rodnan.store.ResourceStores;
import org.rodnan.view.RowFormat;
import org.springframework.util.FileSystemUtils;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes what a data directory holds into files. */
@Command(
    name = "export",
    description = {
      "Writes what is stored into the files of a new folder: resources, rows of views, a study as"
          + " SDTM or as ClinicalTrials.gov has it.",
      "It is of one point in time. The folder appears when all is in it. If the export of resources"
          + " or views is interrupted, do it again: it goes on from the files that were finished,"
          + " in FOLDER.part, and is still of the point in time at which it began.",
      "On SQLite no server may have the directory open; ask a server for $$export."
    },
    footerHeading = "%nExit codes:%n",
    footer = {
      "  0   all is in the folder",
      "  1   it couldn't be done, and there is no folder; FOLDER.part may hold what was finished",
      "  2   the arguments make no sense"
    })
final class ExportCommand implements Callable<Integer> {
  /** What comes out. */
  enum Form {
    FHIR,
    VIEWS,
    SDTM,
    CLINICALTRIALS
  }

  private static final Duration LOOK = Duration.ofMillis(100);

  private final Function<List<String>, OpenProgram> program;

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec spec;

  @Mixin private final CommandOutput output = new CommandOutput();

  @Mixin private final StoreOptions store = new StoreOptions();

  @Parameters(paramLabel = "FOLDER", description = "What to make; it must not be there yet.")
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  @Option(
      names = "--as",
      paramLabel = "FORM",
      defaultValue = "FHIR",
      description = "What comes out: ${COMPLETION-CANDIDATES}, in any case; otherwise FHIR.")
  @SuppressWarnings("NullAway.Init")
  private Form form;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = {
        "Of FHIR ndjson or parquet; of views csv, ndjson, json or parquet; of SDTM xpt,"
            + " dataset-json, ndjson or define. Otherwise the first of them."
      })
  private @Nullable String format;

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      split = ",",
      description = "Resource types; otherwise all.")
  private final List<String> types = new ArrayList<>();

  @Option(
      names = "--group",
      paramLabel = "ID",
      split = ",",
      description = "Only records of the members of these groups.")
  private final List<String> groups = new ArrayList<>();

  @Option(
      names = "--view",
      paramLabel = "NAME",
      split = ",",
      description = "Views that come with the program; otherwise all of them.")
  private final List<String> views = new ArrayList<>();

  @Option(names = "--study", paramLabel = "ID", description = "Of SDTM and CLINICALTRIALS.")
  private @Nullable String study;

  @Option(
      names = "--figures",
      paramLabel = "WHICH",
      description = "Of CLINICALTRIALS: ${COMPLETION-CANDIDATES}, in any case.")
  private @Nullable Figures figures;

  @Option(
      names = "--deidentify",
      description = "Of FHIR and views: without what tells who the subjects are; needs --key-file.")
  private boolean isDeidentified;

  @Option(
      names = {"--key-file", "--rodnan.export.pseudonym-key-file"},
      paramLabel = "FILE",
      defaultValue = "${env:RODNAN_EXPORT_PSEUDONYM_KEY_FILE}",
      description = "The key of pseudonyms, 32 random bytes or more.")
  private @Nullable Path keyFile;

  @Option(
      names = "--anew",
      description = "Leaves what was interrupted, and exports what is stored now.")
  private boolean isAnew;

  /**
   * @param program opens a data directory, given settings
   */
  ExportCommand(Function<List<String>, OpenProgram> program) {
    this.program = program;
  }

  @Override
  public Integer call() throws IOException {
    check();
    ResourceStores.requireThere(store.settings());
    if (Files.exists(folder)) {
      throw new FileAlreadyExistsException(folder + " is there already; name another folder");
    }
    Path part = folder.resolveSibling(folder.getFileName() + ".part");
    ProgressLine progress = output.progress();
    Map<String, Object> told = new LinkedHashMap<>();
    told.put("folder", folder);
    String[] settings =
        keyFile == null
            ? new String[0]
            : new String[] {"--rodnan.export.pseudonym-key-file=" + keyFile.toAbsolutePath()};
    try (OpenProgram opened = OpenProgram.with(program, store, settings);
        FolderClaim claim = FolderClaim.of(folder)) {
      awaitIndex(opened.part(ResourceIndex.class), progress);
      write(opened, part, progress, told);
    } finally {
      progress.end();
    }
    tell(told);
    return 0;
  }

  /** It may be far behind, or gone, and is made again then. */
  private static void awaitIndex(ResourceIndex index, ProgressLine progress) {
    while (index.status() instanceof IndexStatus.Rebuilding at) {
      progress.at("index", Math.min(at.done(), at.of()), Math.max(1, at.of()));
      try {
        Thread.sleep(LOOK);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new FhirFailure.Fault("Interrupted", e);
      }
    }
  }

  private void write(OpenProgram opened, Path part, ProgressLine progress, Map<String, Object> told)
      throws IOException {
    boolean isKept = form == Form.FHIR || form == Form.VIEWS;
    if (isAnew || !isKept) {
      FileSystemUtils.deleteRecursively(part);
    }
    try {
      Files.move(
          switch (form) {
            case FHIR, VIEWS -> files(opened, part, progress, told);
            case SDTM -> sdtm(opened, part, told);
            case CLINICALTRIALS -> clinicalTrials(opened, part, told);
          },
          folder);
      isKept = false;
    } finally {
      if (!isKept) {
        FileSystemUtils.deleteRecursively(part);
      }
    }
  }

  private void check() {
    boolean isOfStudy = form == Form.SDTM || form == Form.CLINICALTRIALS;
    if (isOfStudy && study == null) {
      throw wrong("--as " + form + " needs --study");
    }
    if (isOfStudy && isDeidentified) {
      throw wrong("--deidentify is of FHIR and views");
    }
    if (isDeidentified && keyFile == null) {
      throw wrong("--deidentify needs --key-file");
    }
    if (!isDeidentified && isGiven("--key-file")) {
      throw wrong("--key-file is of --deidentify; without it all is written as it is");
    }
    if (isOfStudy && !(types.isEmpty() && groups.isEmpty())) {
      throw wrong("--type and --group are not of --as " + form + ", which is of a whole study");
    }
    if (!isOfStudy && study != null) {
      throw wrong("--study is of SDTM and CLINICALTRIALS; of FHIR and views --group says of whom");
    }
    if (form != Form.VIEWS && !views.isEmpty()) {
      throw wrong("--view is of --as views");
    }
    if (form == Form.VIEWS && !types.isEmpty()) {
      throw wrong("--type is of FHIR; a view is of the type that it names");
    }
    if (form != Form.CLINICALTRIALS && figures != null) {
      throw wrong("--figures is of --as clinicaltrials");
    }
    if (form == Form.CLINICALTRIALS && format != null) {
      throw wrong("--format is not of --as clinicaltrials, which is JSON");
    }
    for (String type : types) {
      if (!ResourceTypes.isType(type)) {
        throw wrong("--type is '" + type + "'; expected resource types of FHIR R4");
      }
    }
    if (form == Form.SDTM) {
      archive();
    } else if (!isOfStudy) {
      rows();
    }
  }

  private boolean isGiven(String option) {
    return spec.commandLine().getParseResult().hasMatchedOption(option);
  }

  private ParameterException wrong(String what) {
    return new ParameterException(spec.commandLine(), what);
  }

  private RowFormat rows() {
    String asked = format != null ? format : form == Form.FHIR ? "ndjson" : "csv";
    return RowFormat.find(asked)
        .filter(each -> form == Form.VIEWS || each == RowFormat.NDJSON || each == RowFormat.PARQUET)
        .orElseThrow(() ->
            wrong(
                "--format is '"
                    + asked
                    + "'; expected "
                    + (form == Form.FHIR ? "ndjson or parquet" : "csv, ndjson, json or parquet")));
  }

  private SdtmArchive.Format archive() {
    String asked = format == null ? "xpt" : format;
    return switch (asked) {
      case "xpt" -> SdtmArchive.Format.XPT;
      case "dataset-json" -> SdtmArchive.Format.DATASET_JSON;
      case "ndjson" -> SdtmArchive.Format.DATASET_NDJSON;
      case "define" -> SdtmArchive.Format.DEFINE;
      default ->
          throw wrong("--format is '" + asked + "'; expected xpt, dataset-json, ndjson or define");
    };
  }

  /** Makes the files, and says where they are. */
  private Path files(OpenProgram opened, Path part, ProgressLine progress, Map<String, Object> told)
      throws IOException {
    List<NamedView> named = new ArrayList<>();
    if (form == Form.VIEWS) {
      ViewLibrary library = opened.part(ViewLibrary.class);
      for (String name : views.isEmpty() ? List.copyOf(library.ours().keySet()) : views) {
        named.add(
            new NamedView(
                name, new String(library.our(name), java.nio.charset.StandardCharsets.UTF_8)));
      }
    }
    ExportRequest request =
        new ExportRequest(
            "",
            Scope.SYSTEM,
            List.of(),
            groups,
            types,
            Map.of(),
            "",
            List.of(),
            named,
            rows(),
            true,
            isDeidentified,
            "");
    FolderExport export = opened.part(FolderExport.class);
    Optional<Instant> begun = export.begun(request, part);
    begun.ifPresent(time -> say("Goes on with the export that was begun at " + time));
    FolderExport.Written written = export.write(request, part, progress);
    ExportManifest made = written.manifest();
    if (begun.isPresent() && !made.transactionTime().equals(begun.get())) {
      say("It was begun anew, as what was stored then is not to be had any longer");
    }
    told.put("transactionTime", made.transactionTime());
    long count = made.output().stream().mapToLong(ExportFile::count).sum();
    told.put(form == Form.FHIR ? "resources" : "rows", count);
    told.put("files", made.output().stream().map(ExportFile::name).toList());
    return written.folder();
  }

  private void say(String what) {
    output.err().println(what);
    output.err().flush();
  }

  private Path sdtm(OpenProgram opened, Path part, Map<String, Object> told) throws IOException {
    Files.createDirectories(part);
    SdtmArchive.Format archive = archive();
    String name = study + (archive == SdtmArchive.Format.DEFINE ? "-define.xml" : "-sdtm.zip");
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(part.resolve(name)))) {
      Map<String, Integer> leftOut = opened.part(SdtmExport.class).write(key(), archive, out);
      leftOut(told, leftOut);
    }
    told.put("files", List.of(name));
    return part;
  }

  private Path clinicalTrials(OpenProgram opened, Path part, Map<String, Object> told)
      throws IOException {
    Files.createDirectories(part);
    ClinicalTrialsExport.Answer answer =
        opened.part(ClinicalTrialsExport.class).write(key(), Optional.ofNullable(figures));
    String name = study + ".json";
    Files.write(part.resolve(name), answer.json());
    leftOut(told, answer.leftOut());
    told.put("files", List.of(name));
    return part;
  }

  private ResourceKey key() {
    return new ResourceKey("ResearchStudy", String.valueOf(study));
  }

  private static void leftOut(Map<String, Object> told, Map<String, Integer> leftOut) {
    told.put(
        "leftOut",
        leftOut.entrySet().stream().map(each -> each.getKey() + "=" + each.getValue()).toList());
  }

  private void tell(Map<String, Object> told) {
    if (output.isJson()) {
      Told.json(output.out(), told);
      return;
    }
    StringBuilder text = new StringBuilder("Exported to " + folder + ": ");
    for (String counted : List.of("resources", "rows")) {
      if (told.containsKey(counted)) {
        text.append(told.get(counted)).append(' ').append(counted).append(", ");
      }
    }
    if (told.get("files") instanceof List<?> files) {
      text.append(files.size()).append(files.size() == 1 ? " file" : " files");
    }
    output.out().println(text);
    if (told.get("leftOut") instanceof List<?> left && !left.isEmpty()) {
      output.err().println("Left out: " + left);
    }
  }
}
