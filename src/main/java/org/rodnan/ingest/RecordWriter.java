package org.rodnan.ingest;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ParsedResource;
import org.rodnan.fhir.Progress;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.fhir.ResourceParser;
import org.rodnan.fhir.UnlimitedJson;
import org.rodnan.ingest.IngestReport.Action;
import org.rodnan.ingest.IngestReport.Row;
import org.rodnan.interaction.BundleInteraction;
import org.rodnan.interaction.EntryOperations;
import org.rodnan.interaction.EntryOutcome;
import org.rodnan.interaction.UpdateInteraction;
import org.rodnan.interaction.WriteOutcome;
import org.rodnan.store.Origin;

/**
 * Writes the records of one ingest, many at a time, so that the writer section commits them
 * together. Within a batch what is referred to comes first. What refers to something that isn't
 * there yet waits on disk until all is read, and is then tried in the order in which it can be
 * written, circles at once, until nothing of it can be written any more. One record has one row in
 * the report. For one thread, which others work for.
 */
final class RecordWriter implements Closeable {
  private static final int BATCH_MAX = 2_000;
  private static final int BATCH_BYTES_MAX = 16 * 1024 * 1024;

  /** Of those that wait, the larger, the longer the chains that are followed at once. */
  private static final int LATER_BATCH_MAX = 20_000;

  private static final int LATER_BATCH_BYTES_MAX = 64 * 1024 * 1024;
  private static final int WAITING_BITS = 1 << 24;
  private static final Pattern ENTRY = Pattern.compile("^Bundle\\.entry\\[(\\d{1,9})]");

  private final UpdateInteraction updates;
  private final BundleInteraction bundles;
  private final ResourceParser parser;
  private final ExecutorService threads;
  private final Path folder;
  private final IngestReport report;
  private final Map<String, String> types;
  private final Origin origin;
  private final Progress progress;
  private final List<FhirRecord> batch = new ArrayList<>();

  /** Of keys that wait: a later record of the same key must not come before. */
  private final BitSet waitingKeys = new BitSet(WAITING_BITS);

  private final AtomicLong written = new AtomicLong();
  private int batchBytes;
  private WaitingRecords waiting;

  /**
   * @param types that all records of a file must have, by its name
   */
  RecordWriter(
      UpdateInteraction updates,
      BundleInteraction bundles,
      ResourceParser parser,
      ExecutorService threads,
      Path folder,
      IngestReport report,
      Map<String, String> types,
      Origin origin,
      Progress progress) {
    this.updates = updates;
    this.bundles = bundles;
    this.parser = parser;
    this.threads = threads;
    this.folder = folder;
    this.report = report;
    this.types = types;
    this.origin = origin;
    this.progress = progress;
    this.waiting = new WaitingRecords(folder);
  }

  /** How a record fared. */
  private sealed interface Fate {
    record Told(Row row) implements Fate {}

    /** What it refers to isn't there. */
    record Waits(Row otherwise) implements Fate {}
  }

  /** That no more of it is wanted. */
  static final class Stopped extends RuntimeException {
    private static final long serialVersionUID = 1;

    Stopped() {
      super("The ingest was cancelled", null, false, false);
    }
  }

  /**
   * @throws Stopped if the work is to end; nothing more is to be added then
   */
  void add(FhirRecord next) {
    batch.add(next);
    batchBytes += next.json().length;
    if (batch.size() >= BATCH_MAX || batchBytes >= BATCH_BYTES_MAX) {
      flush();
      if (progress.isStopped()) {
        throw new Stopped();
      }
    }
  }

  private void flush() {
    writeOrTell(List.copyOf(batch), Pass.FIRST, 0);
    batch.clear();
    batchBytes = 0;
  }

  /** Once the work is to end, what was read but not written is told as left out. */
  private void writeOrTell(List<FhirRecord> records, Pass pass, int circle) {
    if (!progress.isStopped()) {
      write(records, pass, circle);
      return;
    }
    for (FhirRecord each : records) {
      report.add(
          each.number(),
          new Row(
              each.file(),
              each.line(),
              Action.LEFT_OUT,
              "",
              "",
              each.located("cancelled before it was written")));
    }
  }

  /** Writes the rest, and those that had to wait; returns when all that is written is durable. */
  void finish() {
    flush();
    Pass pass = Pass.LATER;
    while (waiting.count() > 0) {
      WaitingRecords open = waiting;
      waiting = new WaitingRecords(folder);
      waitingKeys.clear();
      long all = open.count();
      long before = written.get();
      AtomicLong done = new AtomicLong();
      Pass now = pass;
      try (open) {
        open.forEachPart(
            LATER_BATCH_MAX,
            LATER_BATCH_BYTES_MAX,
            part -> {
              writeOrTell(part.records(), now, Math.max(part.circle(), open.isOrdered() ? 0 : -1));
              progress.at("waiting records", done.addAndGet(part.records().size()), all);
            });
      }
      pass = written.get() == before ? Pass.LAST : Pass.LATER;
    }
  }

  /** Which time a record is tried. */
  private enum Pass {
    /** In the order of the files. */
    FIRST,
    /** With others that had to wait, so circles are whole and are written at once. */
    LATER,
    /** What can't be written is rejected. */
    LAST
  }

  /**
   * @param circle how many records the circle has that these are a part of; 0 if they are of none
   *     that is too large, -1 if there are too many to know
   */
  private void write(List<FhirRecord> records, Pass pass, int circle) {
    List<RecordItem> items = new ArrayList<>();
    for (Optional<RecordItem> item : all(records, this::item)) {
      item.ifPresent(items::add);
    }
    Set<ResourceKey> late = new HashSet<>();
    for (List<List<RecordItem>> layer : WritingOrder.of(items)) {
      List<List<Fate>> fates = all(layer, group -> fates(group, pass, late));
      for (int i = 0; i < fates.size(); i++) {
        settle(layer.get(i), fates.get(i), pass == Pass.LAST, late, circle);
      }
    }
  }

  /** What is told of a record that waited to the end. */
  private static Row rejected(Row otherwise, int circle) {
    String why =
        circle > 0
            ? "; it is one of "
                + circle
                + " records that refer to each other in a circle, and "
                + LATER_BATCH_MAX
                + " at most are written at once"
            : circle < 0
                ? "; more than "
                    + WaitingRecords.ORDERED_MAX
                    + " records wait for others, so those that refer to each other in a circle are"
                    + " only written at once if they are near each other"
                : "";
    return more(otherwise, why);
  }

  private static Row more(Row row, String why) {
    return new Row(row.file(), row.line(), row.action(), row.type(), row.id(), row.reason() + why);
  }

  private void settle(
      List<RecordItem> group, List<Fate> fates, boolean isLast, Set<ResourceKey> late, int circle) {
    for (int i = 0; i < fates.size(); i++) {
      RecordItem item = group.get(i);
      switch (fates.get(i)) {
        case Fate.Told told -> report.add(item.source().number(), told.row());
        case Fate.Waits waits when isLast ->
            report.add(item.source().number(), rejected(waits.otherwise(), circle));
        case Fate.Waits waits -> {
          late.add(item.key());
          waitingKeys.set(bit(item.key()));
          waiting.add(item);
        }
      }
    }
  }

  private static int bit(ResourceKey key) {
    return (key.hashCode() * 0x9e3779b9) >>> 8;
  }

  /** Read by the threads; is only changed between layers. */
  private List<Fate> fates(List<RecordItem> group, Pass pass, Set<ResourceKey> late) {
    boolean isLast = pass == Pass.LAST;
    List<Fate> fates = new ArrayList<>();
    for (RecordItem item : group) {
      boolean isLate =
          late.contains(item.key())
              || waitingKeys.get(bit(item.key()))
              || item.references().stream().anyMatch(late::contains);
      fates.add(isLate && !isLast ? new Fate.Waits(item.row(Action.REJECTED, "")) : fate(item));
    }
    boolean isCircle = pass != Pass.FIRST && group.size() > 1;
    return isCircle && fates.stream().anyMatch(Fate.Waits.class::isInstance)
        ? circle(group, fates)
        : fates;
  }

  private Optional<RecordItem> item(FhirRecord source) {
    try {
      ParsedResource resource = parser.parseJson(source.json());
      String declared = types.getOrDefault(source.file(), resource.type());
      if (!declared.equals(resource.type())) {
        throw new FhirFailure.Unprocessable(
            IssueType.INVALID,
            "The resource is a " + resource.type() + "; expected a " + declared + ", as declared");
      }
      String id = resource.resource().getIdElement().getIdPart();
      if (id == null) {
        throw new FhirFailure.Unprocessable(
            IssueType.REQUIRED,
            "The "
                + resource.type()
                + " has no id; expected one, so that the same file twice changes nothing",
            resource.type() + ".id");
      }
      return Optional.of(
          new RecordItem(
              source, new ResourceKey(resource.type(), id), resource, references(resource.json())));
    } catch (FhirFailure e) {
      report.add(
          source.number(),
          new Row(
              source.file(),
              source.line(),
              Action.REJECTED,
              "",
              "",
              source.located(String.valueOf(e.getMessage()))));
      return Optional.empty();
    }
  }

  private static Set<ResourceKey> references(byte[] json) {
    Set<ResourceKey> keys = new HashSet<>();
    try (JsonParser tokens = UnlimitedJson.FACTORY.createParser(json)) {
      for (JsonToken token = tokens.nextToken(); token != null; token = tokens.nextToken()) {
        if (token == JsonToken.VALUE_STRING && "reference".equals(tokens.currentName())) {
          ResourceKey.parse(tokens.getText()).ifPresent(keys::add);
        }
      }
      return keys;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Fate fate(RecordItem item) {
    try {
      Optional<WriteOutcome> unchanged = updates.unchanged(item.key(), item.resource());
      WriteOutcome outcome =
          unchanged.isPresent() ? unchanged.get() : patiently(() -> update(item));
      written.incrementAndGet();
      return new Fate.Told(item.row(action(outcome), ""));
    } catch (FhirFailure.Busy | FhirFailure.Fault | FhirFailure.DiskFull e) {
      throw e;
    } catch (FhirFailure.PreconditionFailed e) {
      return new Fate.Told(
          item.row(
              Action.REJECTED,
              "It was changed after it was read to be joined with this, by somebody else or a line"
                  + " before this one; send this again ("
                  + e.getMessage()
                  + ")"));
    } catch (FhirFailure e) {
      Row row = item.row(Action.REJECTED, String.valueOf(e.getMessage()));
      return mayFollow(e) ? new Fate.Waits(row) : new Fate.Told(row);
    }
  }

  private WriteOutcome update(RecordItem item) {
    Optional<String> ifMatch = Optional.of(item.source().ifMatch()).filter(tag -> !tag.isEmpty());
    return updates.update(item.key(), item.resource(), ifMatch, Optional.empty(), origin);
  }

  /** Others write too; a long ingest waits for them instead of giving up. */
  private static <T> T patiently(java.util.function.Supplier<T> work) {
    while (true) {
      try {
        return work.get();
      } catch (FhirFailure.Busy e) {
        try {
          new CountDownLatch(1).await(e.retryAfter().toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
          Thread.currentThread().interrupt();
          throw e;
        }
      }
    }
  }

  private static Action action(WriteOutcome outcome) {
    return switch (outcome.effect()) {
      case CREATED -> Action.CREATED;
      case UPDATED, DELETED -> Action.UPDATED;
      case UNCHANGED -> Action.UNCHANGED;
    };
  }

  /** Whether it may be written once others are. */
  private static boolean mayFollow(FhirFailure failure) {
    return failure.issues().stream()
        .anyMatch(
            issue -> issue.code() == IssueType.NOTFOUND || issue.code() == IssueType.BUSINESSRULE);
  }

  /**
   * Records that refer to each other in a circle can only be written at once. Those that stand
   * against it are rejected, and it is tried again without them.
   *
   * @param alone how each fared alone
   */
  private List<Fate> circle(List<RecordItem> group, List<Fate> alone) {
    List<Fate> fates = new ArrayList<>(alone);
    List<Integer> open = new ArrayList<>();
    for (int i = 0; i < fates.size(); i++) {
      if (fates.get(i) instanceof Fate.Waits) {
        open.add(i);
      }
    }
    while (!open.isEmpty()) {
      byte[] transaction = transaction(open.stream().map(group::get).toList());
      try {
        List<EntryOutcome> outcomes =
            patiently(() ->
                    bundles.process(
                        parser.parseJsonBundle(transaction), origin, EntryOperations.NONE))
                .entries();
        for (int i = 0; i < outcomes.size(); i++) {
          if (outcomes.get(i) instanceof EntryOutcome.Written entry) {
            fates.set(
                open.get(i),
                new Fate.Told(group.get(open.get(i)).row(action(entry.outcome()), "")));
            written.incrementAndGet();
          }
        }
        return fates;
      } catch (FhirFailure.Busy | FhirFailure.Fault | FhirFailure.DiskFull e) {
        throw e;
      } catch (FhirFailure e) {
        List<Integer> named = entries(e);
        if (named.isEmpty()) {
          for (int index : open) {
            if (fates.get(index) instanceof Fate.Waits waits) {
              fates.set(
                  index,
                  new Fate.Waits(
                      more(
                          waits.otherwise(),
                          "; it is one of "
                              + open.size()
                              + " that refer to each other in a circle, which can't be written at"
                              + " once: "
                              + e.getMessage())));
            }
          }
          return fates;
        }
        named.reversed().forEach(index -> open.remove(index.intValue()));
      }
    }
    return fates;
  }

  private static byte[] transaction(List<RecordItem> items) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    String before = "{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[";
    for (RecordItem item : items) {
      out.writeBytes((before + "{\"resource\":").getBytes(StandardCharsets.UTF_8));
      out.writeBytes(item.resource().json());
      out.writeBytes(
          (",\"request\":{\"method\":\"PUT\",\"url\":\""
                  + item.key()
                  + (item.source().ifMatch().isEmpty()
                      ? ""
                      : "\",\"ifMatch\":\"" + item.source().ifMatch().replace("\"", "\\\""))
                  + "\"}}")
              .getBytes(StandardCharsets.UTF_8));
      before = ",";
    }
    out.writeBytes("]}".getBytes(StandardCharsets.UTF_8));
    return out.toByteArray();
  }

  /** The entries that a failure names, rising. */
  private static List<Integer> entries(FhirFailure failure) {
    return failure.issues().stream()
        .flatMap(issue -> issue.expression().stream())
        .flatMap(expression -> ENTRY.matcher(expression).results())
        .map(match -> Integer.parseInt(match.group(1)))
        .distinct()
        .sorted()
        .toList();
  }

  /** In their order, worked on by all threads. */
  private <T, R> List<R> all(List<T> items, Function<T, R> work) {
    if (items.size() == 1) {
      return List.of(work.apply(items.getFirst()));
    }
    List<Future<R>> futures = new ArrayList<>();
    for (T item : items) {
      futures.add(threads.submit(() -> work.apply(item)));
    }
    List<R> results = new ArrayList<>();
    try {
      for (Future<R> future : futures) {
        results.add(future.get());
      }
      return results;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof FhirFailure failure) {
        throw failure;
      }
      throw new FhirFailure.Fault("The ingest failed", e.getCause() == null ? e : e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FhirFailure.Fault("The ingest was interrupted", e);
    } finally {
      futures.forEach(future -> future.cancel(false));
    }
  }

  @Override
  public void close() {
    waiting.close();
  }
}
