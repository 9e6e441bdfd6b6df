package org.rodnan.ingest;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.function.Function;
import org.hl7.fhir.r4.model.Resource;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.Limits;
import org.rodnan.fhir.Progress;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.fhir.ResourceParser;
import org.rodnan.hl7v2.Hl7v2Receiver;
import org.rodnan.ingest.IngestReport.Action;
import org.rodnan.ingest.IngestReport.Row;
import org.rodnan.interaction.Interactions;
import org.rodnan.mapping.MappedContent;
import org.rodnan.mapping.MappedSink;
import org.rodnan.mapping.Refusal;
import org.rodnan.mapping.SourceFile;
import org.rodnan.store.Origin;

/**
 * Takes what registries and sponsors send, each record an update of its own under its id: the same
 * file twice changes nothing. A record is stored whole or rejected with file, line and reason; what
 * refers to records that come later in the files waits for them, and what refers to each other in a
 * circle is written at once. An ingest that was killed is done again: what is stored is unchanged.
 * FHIR takes the same memory whatever its length. Thread safe.
 */
public final class Ingest {
  private final Interactions interactions;
  private final ResourceParser parser;
  private final Limits limits;
  private final IngestSettings settings;
  private final ProvenanceRecords provenance;
  private final Path folder;
  private final ExecutorService threads;
  private final Hl7v2Receiver messages;

  /**
   * @param folder for what is on disk only while it is worked on
   * @param threads prepare and wait for writes; stay the caller's
   */
  Ingest(
      Interactions interactions,
      ResourceParser parser,
      Limits limits,
      IngestSettings settings,
      ProvenanceRecords provenance,
      Path folder,
      ExecutorService threads,
      Hl7v2Receiver messages) {
    this.interactions = interactions;
    this.parser = parser;
    this.limits = limits;
    this.settings = settings;
    this.provenance = provenance;
    this.folder = folder;
    this.threads = threads;
    this.messages = messages;
  }

  /**
   * What is to be done.
   *
   * @param isTraced whether Provenance resources tell from which file each record came
   * @param types that all records of a file must have, by the file's name; of FHIR
   * @param told what the report is to begin with
   */
  public record Order(
      Source source,
      List<Piece> pieces,
      boolean isTraced,
      Map<String, String> types,
      List<Row> told) {
    public Order {
      pieces = List.copyOf(pieces);
      types = Map.copyOf(types);
      told = List.copyOf(told);
    }

    /** Of records of any type. */
    public Order(Source source, List<Piece> pieces, boolean isTraced) {
      this(source, pieces, isTraced, Map.of(), List.of());
    }
  }

  /**
   * Takes what was sent together. When this returns, all that the report says is durable. If the
   * progress is stopped, it ends between batches, and the report tells what was not written.
   *
   * @return to be closed
   * @throws FhirFailure.TooLarge if there is more of it than the settings allow; what was read
   *     before that was found out stays
   * @throws FhirFailure.Malformed if its mapping is wrong or missing
   * @throws FhirFailure.Unprocessable if tables are of a study that isn't there; nothing is stored
   */
  public IngestReport ingest(Order order, Origin origin, Progress progress) {
    IngestReport report = new IngestReport(folder);
    Optional<Source.StreamReader> reader = order.source().reader();
    try (Delivery delivery =
            Delivery.open(order.pieces(), settings, order.source().isInMemory(), progress);
        RecordWriter writer =
            new RecordWriter(
                interactions.update(),
                interactions.bundle(),
                parser,
                threads,
                folder,
                report,
                order.types(),
                origin,
                progress)) {
      Numbering numbering = new Numbering(report, writer, this::stored);
      order.told().forEach(numbering::row);
      delivery.refused().forEach(each -> numbering.told(each, Action.REJECTED));
      if (delivery.files().isEmpty() && !delivery.refused().isEmpty()) {
        return report;
      }
      if (order.source() == Source.HL7V2) {
        for (SourceFile file : delivery.files()) {
          if (progress.isStopped()) {
            numbering.told(file.name(), 0, Action.LEFT_OUT, "cancelled before it was read");
          } else {
            messages(file, numbering, origin);
          }
        }
        return report;
      }
      try {
        if (reader.isPresent()) {
          read(order.source(), reader.get(), delivery, numbering);
        } else {
          FhirReader fhir = new FhirReader(parser, limits);
          delivery.files().stream()
              .sorted(Comparator.comparingInt(file -> rank(file.name())))
              .forEach(file -> fhir.read(file, numbering));
        }
      } catch (RecordWriter.Stopped e) {
        numbering.told(
            numbering.file,
            numbering.line,
            Action.LEFT_OUT,
            "cancelled: what follows was not read");
      }
      writer.finish();
      if (order.isTraced()) {
        provenance.write(delivery.files(), report, origin, numbering);
      }
      return report;
    } catch (RuntimeException e) {
      report.close();
      throw e;
    }
  }

  private Optional<Resource> stored(ResourceKey key) {
    try {
      return Optional.of(parser.parseJson(interactions.read().read(key).json()).resource());
    } catch (FhirFailure.NotFound | FhirFailure.Gone e) {
      return Optional.empty();
    }
  }

  private void read(
      Source source, Source.StreamReader reader, Delivery delivery, Numbering numbering) {
    if (source == Source.CLINICALTRIALS) {
      JoinedStudies studies = new JoinedStudies(interactions.search(), numbering);
      reader.read(delivery.files(), delivery.mapping(), studies);
      studies.finish();
    } else {
      StudyFirst first = new StudyFirst(interactions::isMissing, new KnownPersons(numbering));
      reader.read(delivery.files(), delivery.mapping(), first);
      first.finish();
    }
  }

  /** A row for each resource of a message, or for each reason why it was not taken. */
  private void messages(SourceFile source, Numbering numbering, Origin origin) {
    String file = source.name();
    byte[] content;
    try (InputStream in = source.opening().open()) {
      content = in.readAllBytes();
    } catch (IOException e) {
      numbering.told(file, 0, Action.REJECTED, "The file can't be read: " + e.getMessage());
      return;
    }
    List<Hl7v2Receiver.OfFile> received = messages.receiveAll(content, origin);
    if (received.isEmpty()) {
      numbering.told(file, 0, Action.REJECTED, "The file is empty; expected a message (MSH)");
    }
    for (Hl7v2Receiver.OfFile each : received) {
      Hl7v2Receiver.Received answer = each.received();
      for (String problem : answer.problems()) {
        numbering.row(
            new Row(
                file,
                each.line(),
                answer.code().equals("AA") ? Action.LEFT_OUT : Action.REJECTED,
                "",
                answer.controlId(),
                (answer.parked() ? "Parked: " : answer.code() + ": ") + problem));
      }
      for (Hl7v2Receiver.Written written : answer.written()) {
        numbering.row(
            new Row(file, each.line(), action(written.effect()), written.type(), written.id(), ""));
      }
    }
  }

  private static Action action(String effect) {
    return switch (effect) {
      case "created" -> Action.CREATED;
      case "unchanged" -> Action.UNCHANGED;
      default -> Action.UPDATED;
    };
  }

  private static byte[] encoded(Resource resource) {
    return FhirContexts.r4()
        .newJsonParser()
        .setStripVersionsFromReferences(false)
        .encodeResourceToString(resource)
        .getBytes(StandardCharsets.UTF_8);
  }

  /** Files are mostly named by the type in them; what others refer to comes first. */
  private static int rank(String name) {
    String type = name.substring(name.lastIndexOf('/') + 1).replaceAll("[^A-Za-z].*", "");
    return switch (type) {
      case "Organization", "Practitioner", "Location", "Patient" -> 0;
      case "PlanDefinition", "Medication", "Device" -> 1;
      case "ResearchStudy", "Encounter" -> 2;
      case "ResearchSubject" -> 3;
      default -> 4;
    };
  }

  /** Gives each thing that is told its place in the report. */
  static final class Numbering implements RecordSink, MappedSink {
    private final IngestReport report;
    private final RecordWriter writer;
    private final Function<ResourceKey, Optional<Resource>> stored;
    private long next;

    /** Of the last record. */
    private String file = "";

    private long line;

    Numbering(
        IngestReport report,
        RecordWriter writer,
        Function<ResourceKey, Optional<Resource>> stored) {
      this.report = report;
      this.writer = writer;
      this.stored = stored;
    }

    @Override
    public void record(String file, long line, byte[] json) {
      record(file, line, json, "");
    }

    /** Of what is stored, which is to be still as it was: its version's ETag. */
    void record(String file, long line, byte[] json, String ifMatch) {
      at(file, line);
      writer.add(new FhirRecord(next++, file, line, "", json, ifMatch));
    }

    private void at(String file, long line) {
      this.file = file;
      this.line = line;
    }

    @Override
    public void resource(MappedContent.Mapped each) {
      at(each.file(), each.row());
      writer.add(
          new FhirRecord(next++, each.file(), each.row(), each.place(), encoded(each.resource())));
    }

    @Override
    public void told(String file, long line, Action action, String reason) {
      report.add(next++, new Row(file, line, action, "", "", reason));
    }

    @Override
    public void refused(Refusal refusal) {
      told(refusal, Action.REJECTED);
    }

    @Override
    public void leftOut(Refusal refusal) {
      told(refusal, Action.LEFT_OUT);
    }

    @Override
    public Optional<Resource> stored(String type, String id) {
      return stored.apply(new ResourceKey(type, id));
    }

    void row(Row row) {
      report.add(next++, row);
    }

    void told(Refusal refusal, Action action) {
      told(refusal.file(), refusal.row(), action, refusal.reason());
    }
  }
}
