package org.rodnan.sdtm;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.rodnan.dataset.DatasetFiles;
import org.rodnan.dataset.DatasetReader;
import org.rodnan.dataset.Definitions;
import org.rodnan.dataset.DefinitionsReader;
import org.rodnan.dataset.Table;
import org.rodnan.dataset.Value;
import org.rodnan.mapping.MappedContent;
import org.rodnan.mapping.Refusal;
import org.rodnan.mapping.SourceFile;

/**
 * Reads the tabulations of one study: each file a transport file or Dataset-JSON, whatever its
 * name. Rows are held in memory, since disposition, supplemental qualifiers and the sites of a skin
 * score lie far from what they belong to; the number of rows is bounded. Thread safe.
 */
public final class SdtmReader {
  private static final Set<String> USED =
      Set.of(
          "DM", "DS", "AE", "EX", "CM", "MH", "LB", "VS", "RE", "QS", "RS", "MK", "CV", "SC", "SV");

  private final int rowsMax;

  /**
   * @param rowsMax rows of all files together
   */
  public SdtmReader(int rowsMax) {
    this.rowsMax = rowsMax;
  }

  /**
   * Reads all files. A file that is broken is refused as a whole; the rows of others are read.
   *
   * @param definitions of define.xml; its code lists are asked what a code means that no term says
   */
  public MappedContent read(
      List<SourceFile> sources, SdtmMapping mapping, Definitions definitions) {
    List<Refusal> refused = new ArrayList<>();
    Tally tally = new Tally();
    Map<String, List<Row>> domains = new TreeMap<>();
    List<Row> supplements = new ArrayList<>();
    int rows = 0;
    for (SourceFile source : sources) {
      List<Row> read = new ArrayList<>();
      try (DatasetReader reader = DatasetFiles.open(source.opening().open(), mapping.encoding())) {
        for (Optional<Table> table = reader.nextTable();
            table.isPresent();
            table = reader.nextTable()) {
          rows(reader, table.get(), source.name(), read, rowsMax - rows);
        }
      } catch (IOException e) {
        refused.add(new Refusal(source.name(), 0, String.valueOf(e.getMessage())));
        continue;
      }
      rows += read.size();
      for (Row row : read) {
        if (Attachment.isMeant(row.domain())) {
          supplements.add(row);
        } else {
          domains.computeIfAbsent(row.domain(), key -> new ArrayList<>()).add(row);
        }
      }
    }
    new Attachment(domains, refused, tally).attach(supplements);
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
    if (!domains.containsKey("DM")) {
      refused.add(
          new Refusal("", 0, "There is no DM (demographics), which says who the subjects are"));
      return new MappedContent(List.of(), refused, tally.lines());
    }
    return new StudyReader(domains, mapping, definitions, refused, tally).read();
  }

  /**
   * Reads datasets, maybe with their define.xml ({@code *.xml}); other files are left out. What is
   * wrong with define.xml is refused as a whole.
   */
  public MappedContent readFiles(List<SourceFile> files, Optional<SdtmMapping> mapping) {
    List<SourceFile> sources = new ArrayList<>();
    List<Refusal> leftOut = new ArrayList<>();
    Definitions definitions = Definitions.NONE;
    for (SourceFile file : files) {
      String name = file.name();
      switch (name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT)) {
        case "xpt", "json", "ndjson", "dsjc" -> sources.add(file);
        case "xml" -> {
          try (InputStream in = file.opening().open()) {
            definitions = DefinitionsReader.read(in);
          } catch (IOException e) {
            return refused(name, String.valueOf(e.getMessage()));
          }
        }
        default -> leftOut.add(new Refusal(name, 0, "is neither a dataset nor define.xml"));
      }
    }
    if (sources.isEmpty()) {
      return new MappedContent(
          List.of(),
          List.of(
              new Refusal("", 0, "There is no dataset; expected .xpt, .json, .ndjson or .dsjc")),
          leftOut);
    }
    MappedContent content = read(sources, mapping.orElse(SdtmMapping.DEFAULT), definitions);
    leftOut.addAll(content.leftOut());
    return new MappedContent(content.resources(), content.refused(), leftOut);
  }

  private static MappedContent refused(String file, String reason) {
    return new MappedContent(List.of(), List.of(new Refusal(file, 0, reason)), List.of());
  }

  private static void rows(DatasetReader reader, Table table, String file, List<Row> read, int left)
      throws IOException {
    Map<String, Integer> positions = new LinkedHashMap<>();
    table.positions().forEach((name, at) -> positions.put(name.toUpperCase(Locale.ROOT), at));
    String name = table.name().toUpperCase(Locale.ROOT);
    long number = 0;
    for (Optional<List<Value>> values = reader.nextRow();
        values.isPresent();
        values = reader.nextRow()) {
      number++;
      if (read.size() >= left) {
        throw new IOException("The files have more rows than are read at once");
      }
      Row row = new Row(file, name, number, positions, values.get());
      // Split datasets such as QSPH and QSSL are of the domain that they name.
      String domain = row.text("DOMAIN");
      read.add(
          domain.isEmpty() || Attachment.isMeant(name)
              ? row
              : new Row(file, domain, number, positions, values.get()));
    }
  }
}
