package org.rodnan.terminology.loading;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.rodnan.terminology.concepts.CodeSystemOutline;

/** MedDRA in ASCII: five levels of terms and the tables that join them. */
final class MeddraReader implements ReleaseReader {
  private static final char SEPARATOR = '$';

  /** From the top; a term of the lowest level may be one of the level above it too. */
  private static final List<String> LEVELS = List.of("soc", "hlgt", "hlt", "pt", "llt");

  private static final List<String> JOINS = List.of("soc_hlgt", "hlgt_hlt", "hlt_pt");
  private static final int PREFERRED_TERM = 2;
  private static final int CURRENCY = 9;

  private final ReleaseFiles files;
  private final String version;

  MeddraReader(ReleaseFiles files, Optional<String> version) {
    this.files = files;
    LEVELS.forEach(this::file);
    JOINS.forEach(this::file);
    this.version =
        version
            .or(() ->
                files.find("meddra_release\\.asc").stream()
                    .findFirst()
                    .flatMap(files::firstLine)
                    .map(line -> line.replaceAll("\\$.*", "").strip()))
            .filter(each -> !each.isEmpty())
            .orElseThrow(
                () -> new BadRelease("meddra_release.asc is missing; say which version it is"));
  }

  private Path file(String name) {
    return files.require(name + "\\.asc", name + ".asc").getFirst();
  }

  @Override
  public CodeSystemOutline outline() {
    return new CodeSystemOutline(
        "https://www.meddra.org",
        version,
        "MedDRA",
        "complete",
        true,
        null,
        null,
        null,
        List.of("level"));
  }

  private void rows(String name, Consumer<Row> rows) {
    files.rows(file(name), SEPARATOR, false, rows);
  }

  @Override
  public void codes(Consumer<String> codes) {
    LEVELS.forEach(level -> rows(level, row -> codes.accept(row.digits(0))));
  }

  @Override
  public void links(BiConsumer<String, String> links) {
    JOINS.forEach(join -> rows(join, row -> links.accept(row.digits(1), row.digits(0))));
    rows("llt", row -> links.accept(row.digits(0), row.digits(PREFERRED_TERM)));
  }

  @Override
  public void describe(Map<String, Draft> drafts) {
    for (String level : LEVELS) {
      rows(
          level,
          row -> {
            Draft draft = drafts.get(row.digits(0));
            if (draft != null) {
              draft.codeProperty("level", level);
              if (draft.display == null) {
                draft.display = row.required(1);
                draft.isInactive = level.equals("llt") && row.at(CURRENCY).equals("N");
              }
            }
          });
    }
  }
}
