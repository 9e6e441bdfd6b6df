package org.rodnan.ingest;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.hl7.fhir.r4.model.Bundle;
import org.hl7.fhir.r4.model.Bundle.BundleEntryComponent;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.hl7.fhir.r4.model.Resource;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ParsedResource;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.fhir.ResourceParser;
import org.rodnan.ingest.IngestReport.Action;
import org.rodnan.ingest.IngestReport.Row;
import org.rodnan.interaction.BundleInteraction;
import org.rodnan.interaction.EntryOperations;
import org.rodnan.interaction.UpdateInteraction;
import org.rodnan.mapping.MappedContent;
import org.rodnan.mapping.Refusal;
import org.rodnan.mapping.SourceFile;
import org.rodnan.store.Origin;

/**
 * Takes what registries and sponsors send, each record an update of its own under its id: the same
 * file twice changes nothing. A record is stored whole or rejected with file, line and reason; what
 * refers to records that come later in the file waits for them, and what refers to each other in a
 * circle is written at once. Thread safe.
 */
public final class Ingest {
  private static final Pattern ENTRY = Pattern.compile("^Bundle\\.entry\\[(\\d{1,9})]");

  private final UpdateInteraction updates;
  private final BundleInteraction bundles;
  private final ResourceParser parser;
  private final IngestSettings settings;

  Ingest(
      UpdateInteraction updates,
      BundleInteraction bundles,
      ResourceParser parser,
      IngestSettings settings) {
    this.updates = updates;
    this.bundles = bundles;
    this.parser = parser;
    this.settings = settings;
  }

  /** A record that was read. */
  private record Item(String file, long line, ParsedResource resource) {
    String id() {
      String id = resource.resource().getIdElement().getIdPart();
      return id == null ? "" : id;
    }

    Row row(Action action, String reason) {
      return new Row(file, line, action, resource.type(), id(), reason);
    }
  }

  /**
   * Takes what was sent together.
   *
   * @throws FhirFailure.TooLarge if there is more of it than the settings allow
   * @throws FhirFailure.Malformed if its mapping is wrong or missing
   */
  public IngestReport ingest(Source source, List<Piece> pieces, Origin origin) {
    Optional<Source.Reader> reader = source.reader();
    try (Delivery delivery = Delivery.open(pieces, settings, true)) {
      List<Row> told = new ArrayList<>();
      delivery.refused().forEach(each -> told.add(row(each, Action.REJECTED)));
      List<Item> items = new ArrayList<>();
      if (reader.isPresent()) {
        MappedContent content = reader.get().read(delivery.files(), delivery.mapping());
        content.refused().forEach(each -> told.add(row(each, Action.REJECTED)));
        content.leftOut().forEach(each -> told.add(row(each, Action.LEFT_OUT)));
        content
            .resources()
            .forEach(each -> items.add(new Item(each.file(), each.row(), parsed(each.resource()))));
      } else {
        for (SourceFile file : delivery.files()) {
          fhir(file, items, told);
        }
      }
      return write(items, told, origin);
    }
  }

  private static Row row(Refusal refusal, Action action) {
    return new Row(refusal.file(), refusal.row(), action, "", "", refusal.reason());
  }

  private void fhir(SourceFile source, List<Item> items, List<Row> rejected) {
    String file = source.name();
    byte[] content;
    try (InputStream in = source.opening().open()) {
      content = in.readAllBytes();
    } catch (IOException e) {
      rejected.add(
          new Row(file, 0, Action.REJECTED, "", "", "The file can't be read: " + e.getMessage()));
      return;
    }
    Optional<ParsedResource> whole = whole(content);
    if (whole.isPresent()) {
      add(file, whole.get(), items, rejected);
    } else {
      long line = 0;
      for (byte[] json : lines(content)) {
        line++;
        if (!isBlank(json)) {
          try {
            items.add(new Item(file, line, parser.parseJson(json)));
          } catch (FhirFailure e) {
            rejected.add(
                new Row(file, line, Action.REJECTED, "", "", String.valueOf(e.getMessage())));
          }
        }
      }
    }
  }

  /**
   * As bytes: the parser refuses what is not UTF-8, and a decoder would put something in its place.
   */
  private static List<byte[]> lines(byte[] content) {
    List<byte[]> lines = new ArrayList<>();
    int start = 0;
    for (int i = 0; i <= content.length; i++) {
      if (i == content.length || content[i] == '\n') {
        lines.add(Arrays.copyOfRange(content, start, i));
        start = i + 1;
      }
    }
    return lines;
  }

  private static boolean isBlank(byte[] line) {
    for (byte b : line) {
      if (b != ' ' && b != '\t' && b != '\r') {
        return false;
      }
    }
    return true;
  }

  /** Empty if there are several, one a line, or if it can't be read as one. */
  private Optional<ParsedResource> whole(byte[] content) {
    try {
      return Optional.of(parser.parseJson(content));
    } catch (FhirFailure e) {
      return Optional.empty();
    }
  }

  private void add(String file, ParsedResource whole, List<Item> items, List<Row> rejected) {
    if (!(whole.resource() instanceof Bundle bundle)) {
      items.add(new Item(file, 1, whole));
      return;
    }
    switch (bundle.getType()) {
      case COLLECTION, DOCUMENT, SEARCHSET -> {
        long line = 0;
        for (BundleEntryComponent entry : bundle.getEntry()) {
          line++;
          if (entry.hasResource()) {
            items.add(new Item(file, line, parsed(entry.getResource())));
          }
        }
      }
      default ->
          rejected.add(
              new Row(
                  file,
                  0,
                  Action.REJECTED,
                  "Bundle",
                  "",
                  "The Bundle is a "
                      + (bundle.getType() == null
                          ? "Bundle without type"
                          : bundle.getType().toCode())
                      + "; expected a collection, document or searchset (a batch or transaction is"
                      + " posted to the base)"));
    }
  }

  private ParsedResource parsed(Resource resource) {
    return parser.parseJson(encoded(resource));
  }

  private static byte[] encoded(Resource resource) {
    return FhirContexts.r4()
        .newJsonParser()
        .setStripVersionsFromReferences(false)
        .encodeResourceToString(resource)
        .getBytes(StandardCharsets.UTF_8);
  }

  private IngestReport write(List<Item> items, List<Row> told, Origin origin) {
    List<Row> rows = new ArrayList<>(told);
    List<Item> open = new ArrayList<>(items);
    open.sort(Comparator.comparingInt(item -> rank(item.resource().type())));
    while (!open.isEmpty()) {
      List<Item> waiting = new ArrayList<>();
      List<Row> reasons = new ArrayList<>();
      for (Item item : open) {
        try {
          rows.add(written(item, origin));
        } catch (FhirFailure.Busy | FhirFailure.Fault | FhirFailure.DiskFull e) {
          throw e;
        } catch (FhirFailure e) {
          Row row = item.row(Action.REJECTED, String.valueOf(e.getMessage()));
          if (mayFollow(e) && !item.id().isEmpty()) {
            waiting.add(item);
            reasons.add(row);
          } else {
            rows.add(row);
          }
        }
      }
      if (waiting.size() == open.size()) {
        rows.addAll(circle(waiting, reasons, origin));
        break;
      }
      open = waiting;
    }
    rows.sort(Comparator.comparing(Row::file).thenComparingLong(Row::line));
    return new IngestReport(rows);
  }

  /**
   * Records that refer to each other in a circle can only be written at once. Those that stand
   * against it are rejected, and it is tried again without them.
   *
   * @param reasons why each could not be written alone
   */
  private List<Row> circle(List<Item> items, List<Row> reasons, Origin origin) {
    List<Row> rows = new ArrayList<>();
    List<Item> open = new ArrayList<>(items);
    List<Row> why = new ArrayList<>(reasons);
    while (!open.isEmpty()) {
      try {
        bundles.process(parser.parseJsonBundle(transaction(open)), origin, EntryOperations.NONE);
        open.forEach(item -> rows.add(item.row(Action.CREATED, "")));
        return rows;
      } catch (FhirFailure.Busy | FhirFailure.Fault | FhirFailure.DiskFull e) {
        throw e;
      } catch (FhirFailure e) {
        List<Integer> named = entries(e);
        if (named.isEmpty()) {
          break;
        }
        for (int index : named.reversed()) {
          open.remove(index);
          rows.add(why.remove(index));
        }
      }
    }
    rows.addAll(why);
    return rows;
  }

  private static byte[] transaction(List<Item> items) {
    Bundle bundle = new Bundle().setType(Bundle.BundleType.TRANSACTION);
    for (Item item : items) {
      bundle
          .addEntry()
          .setResource(item.resource().resource())
          .getRequest()
          .setMethod(Bundle.HTTPVerb.PUT)
          .setUrl(item.resource().type() + "/" + item.id());
    }
    return encoded(bundle);
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

  /** What others refer to mostly comes first; the rest waits for it anyway. */
  private static int rank(String type) {
    return switch (type) {
      case "Organization", "Practitioner", "Location", "Patient" -> 0;
      case "PlanDefinition", "Medication" -> 1;
      case "ResearchStudy" -> 2;
      case "ResearchSubject" -> 3;
      default -> 4;
    };
  }

  private Row written(Item item, Origin origin) {
    if (item.id().isEmpty()) {
      throw new FhirFailure.Unprocessable(
          IssueType.REQUIRED,
          "The "
              + item.resource().type()
              + " has no id; expected one, so that the same file twice changes nothing",
          item.resource().type() + ".id");
    }
    return item.row(
        switch (updates
            .update(
                new ResourceKey(item.resource().type(), item.id()),
                item.resource(),
                Optional.empty(),
                Optional.empty(),
                origin)
            .effect()) {
          case CREATED -> Action.CREATED;
          case UPDATED, DELETED -> Action.UPDATED;
          case UNCHANGED -> Action.UNCHANGED;
        },
        "");
  }

  /** Whether it may be written once others are. */
  private static boolean mayFollow(FhirFailure failure) {
    return failure.issues().stream()
        .anyMatch(
            issue -> issue.code() == IssueType.NOTFOUND || issue.code() == IssueType.BUSINESSRULE);
  }
}
