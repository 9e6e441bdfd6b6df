package org.rodnan.registry;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.hl7.fhir.r4.model.ResearchSubject;
import org.rodnan.mapping.MappedContent;
import org.rodnan.mapping.Refusal;
import org.rodnan.mapping.RowException;
import org.rodnan.mapping.SourceFile;

/**
 * Reads CSV files and workbooks of Excel by a mapping. A file that is broken is refused as a whole;
 * what can't be read of a row, alone, with its line and column. Lines are held in memory, since
 * people may be in another table than what was measured of them; their number is bounded. Thread
 * safe.
 */
public final class RegistryReader {
  private final int linesMax;

  /**
   * @param linesMax lines of all files together
   */
  public RegistryReader(int linesMax) {
    this.linesMax = linesMax;
  }

  /**
   * Ids of what is read come from the study, the subject and what tells a row apart.
   *
   * @param stored what is there of an id; of it stays what the mapping has nothing for
   */
  public MappedContent read(
      List<SourceFile> files,
      RegistryMapping mapping,
      Function<String, Optional<ResearchSubject>> stored) {
    List<Refusal> refused = new ArrayList<>();
    List<Sheet> sheets = sheets(files, mapping, refused);
    return new TablesReader(mapping, stored, refused, new ArrayList<>()).read(sheets);
  }

  List<Sheet> sheets(List<SourceFile> files, RegistryMapping mapping, List<Refusal> refused) {
    List<Sheet> sheets = new ArrayList<>();
    int left = linesMax;
    for (SourceFile file : files) {
      try {
        for (Sheet sheet : TableFiles.read(file, mapping.encoding(), mapping.delimiter(), left)) {
          left -= sheet.lines().size();
          sheets.add(sheet);
        }
      } catch (RowException e) {
        refused.add(new Refusal(file.name(), 0, String.valueOf(e.getMessage())));
      }
    }
    return sheets;
  }
}
