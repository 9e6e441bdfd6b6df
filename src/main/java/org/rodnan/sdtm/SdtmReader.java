package org.rodnan.sdtm;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.hl7.fhir.r4.model.ResearchSubject;
import org.rodnan.dataset.DatasetFiles;
import org.rodnan.dataset.DatasetFiles.Kind;
import org.rodnan.dataset.Definitions;
import org.rodnan.dataset.DefinitionsReader;
import org.rodnan.mapping.MappedContent;
import org.rodnan.mapping.MappedContent.Mapped;
import org.rodnan.mapping.MappedSink;
import org.rodnan.mapping.Refusal;
import org.rodnan.mapping.SourceFile;

/**
 * Reads the tabulations of one study: each file a transport file or Dataset-JSON, whatever its
 * name. They are read subject by subject, side by side, since disposition, supplemental qualifiers
 * and the sites of a skin score lie far from what they belong to: files that are sorted by USUBJID
 * take the same memory whatever their length. Tables that are not are held in memory, and the
 * number of their rows is bounded. Thread safe.
 */
public final class SdtmReader {
  private static final Set<String> USED =
      Set.of(
          "DM", "DS", "AE", "EX", "CM", "MH", "LB", "VS", "RE", "QS", "RS", "MK", "CV", "SC", "SV");

  private final int rowsMax;

  /**
   * @param rowsMax rows of all tables together that are not sorted by USUBJID; and of one subject
   */
  public SdtmReader(int rowsMax) {
    this.rowsMax = rowsMax;
  }

  /**
   * Reads all files. A file that is broken is refused as a whole; the rows of others are read.
   *
   * @param definitions of define.xml; its code lists are asked what a code means that no term says
   * @param sink takes what is read, by the order of USUBJID; lines of what is left out come last
   */
  public void read(
      List<SourceFile> sources, SdtmMapping mapping, Definitions definitions, MappedSink sink) {
    Tally tally = new Tally();
    try (SubjectRows rows = new SubjectRows(sources, mapping.encoding(), rowsMax)) {
      rows.refused().forEach(sink::refused);
      if (!rows.hasSubjects() || mapping.ignored().contains("DM")) {
        sink.refused(
            new Refusal("", 0, "There is no DM (demographics), which says who the subjects are"));
      } else {
        SeenIds ids = new SeenIds();
        OneStudy study = new OneStudy();
        boolean tellsEnds = rows.hasDispositions() && !mapping.ignored().contains("DS");
        Function<String, Optional<ResearchSubject>> stored =
            tellsEnds ? id -> Optional.empty() : sink::storedSubject;
        for (List<Row> next = rows.next(); !next.isEmpty(); next = rows.next()) {
          subject(next, mapping, definitions, ids, study, stored, tally, sink);
        }
      }
    } catch (IOException e) {
      sink.refused(new Refusal("", 0, "The rest can't be read: " + e.getMessage()));
    }
    tally.lines().forEach(sink::leftOut);
  }

  private static void subject(
      List<Row> rows,
      SdtmMapping mapping,
      Definitions definitions,
      SeenIds ids,
      OneStudy study,
      Function<String, Optional<ResearchSubject>> stored,
      Tally tally,
      MappedSink sink) {
    Map<String, List<Row>> domains = new TreeMap<>();
    List<Row> attached = new ArrayList<>();
    for (Row row : rows) {
      if (Attachment.isMeant(row.domain())) {
        attached.add(row);
      } else {
        domains.computeIfAbsent(row.domain(), key -> new ArrayList<>()).add(row);
      }
    }
    List<Refusal> refused = new ArrayList<>();
    new Attachment(domains, refused, tally).attach(attached);
    domains.forEach((domain, left) -> {
      boolean isIgnored = mapping.ignored().contains(domain);
      if (isIgnored || !USED.contains(domain)) {
        tally.add(
            left.getFirst().file(),
            domain,
            isIgnored ? "rows are ignored, as the mapping says" : "rows have no counterpart",
            left.size());
      }
    });
    domains.keySet().retainAll(USED);
    domains.keySet().removeAll(mapping.ignored());
    List<Mapped> resources =
        new StudyReader(domains, mapping, definitions, ids, study, stored, refused, tally).read();
    refused.forEach(sink::refused);
    resources.forEach(sink::resource);
  }

  /** The same, held in memory. */
  public MappedContent read(
      List<SourceFile> sources, SdtmMapping mapping, Definitions definitions) {
    Collected collected = new Collected();
    read(sources, mapping, definitions, collected);
    return collected.content();
  }

  /**
   * Reads datasets, maybe with their define.xml; other files are left out. A file is what it begins
   * as, or if that is none of these what its name says. What is wrong with define.xml is refused as
   * a whole.
   */
  public void readFiles(List<SourceFile> files, Optional<SdtmMapping> mapping, MappedSink sink) {
    List<SourceFile> sources = new ArrayList<>();
    List<Refusal> leftOut = new ArrayList<>();
    Definitions definitions = Definitions.NONE;
    for (SourceFile file : files) {
      String name = file.name();
      try {
        switch (kind(file)) {
          case TRANSPORT, DATASET_JSON, PACKED_DATASET_JSON -> sources.add(file);
          case DEFINE_XML -> {
            try (InputStream in = file.opening().open()) {
              definitions = DefinitionsReader.read(in);
            }
          }
          case OTHER -> leftOut.add(new Refusal(name, 0, "is neither a dataset nor define.xml"));
        }
      } catch (IOException e) {
        sink.refused(new Refusal(name, 0, String.valueOf(e.getMessage())));
        return;
      }
    }
    leftOut.forEach(sink::leftOut);
    if (sources.isEmpty()) {
      sink.refused(
          new Refusal(
              "", 0, "There is no dataset; expected a SAS transport file (XPT) or Dataset-JSON"));
      return;
    }
    read(sources, mapping.orElse(SdtmMapping.DEFAULT), definitions, sink);
  }

  private static Kind kind(SourceFile file) throws IOException {
    try (InputStream in = file.opening().open()) {
      Kind found = DatasetFiles.kind(in);
      if (found != Kind.OTHER) {
        return found;
      }
    }
    return switch (file.name().replaceFirst(".*\\.", "").toLowerCase(Locale.ROOT)) {
      case "xpt" -> Kind.TRANSPORT;
      case "json", "ndjson" -> Kind.DATASET_JSON;
      case "dsjc" -> Kind.PACKED_DATASET_JSON;
      case "xml" -> Kind.DEFINE_XML;
      default -> Kind.OTHER;
    };
  }

  /** The same, held in memory. */
  public MappedContent readFiles(List<SourceFile> files, Optional<SdtmMapping> mapping) {
    Collected collected = new Collected();
    readFiles(files, mapping, collected);
    return collected.content();
  }

  private static final class Collected implements MappedSink {
    private final List<Mapped> resources = new ArrayList<>();
    private final List<Refusal> refused = new ArrayList<>();
    private final List<Refusal> leftOut = new ArrayList<>();

    @Override
    public void resource(Mapped resource) {
      resources.add(resource);
    }

    @Override
    public void refused(Refusal refusal) {
      refused.add(refusal);
    }

    @Override
    public void leftOut(Refusal refusal) {
      leftOut.add(refusal);
    }

    MappedContent content() {
      return new MappedContent(resources, refused, leftOut);
    }
  }
}
