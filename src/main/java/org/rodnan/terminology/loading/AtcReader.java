package org.rodnan.terminology.loading;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.rodnan.terminology.concepts.CodeSystemOutline;

/**
 * ATC as a table. Its first line names the columns: one whose name begins with {@code ATC} and
 * holds {@code code}, one that holds {@code name}, and perhaps one named {@code DDD}, {@code UOM}
 * or {@code Adm.R}. The hierarchy is in the codes themselves.
 */
final class AtcReader implements ReleaseReader {
  private static final Pattern YEAR = Pattern.compile("((?:19|20)\\d{2})");
  private static final Pattern CODE =
      Pattern.compile("[A-Z](?:\\d{2}(?:[A-Z](?:[A-Z](?:\\d{2})?)?)?)?");

  /** Of the codes of each level. */
  private static final List<Integer> LENGTHS = List.of(1, 3, 4, 5, 7);

  private final ReleaseFiles files;
  private final String version;
  private final List<Path> tables;

  AtcReader(ReleaseFiles files, Optional<String> version) {
    this.files = files;
    this.tables = files.require(".*\\.(csv|txt|tsv)", "table (csv, txt or tsv)");
    this.version =
        version.orElseGet(() -> {
          Matcher year = YEAR.matcher(files.name());
          if (!year.find()) {
            throw new BadRelease(
                files.name() + ": the name holds no year; say which version it is");
          }
          return year.group(1);
        });
  }

  @Override
  public CodeSystemOutline outline() {
    return new CodeSystemOutline(
        "http://www.whocc.no/atc",
        version,
        "ATC",
        "complete",
        true,
        null,
        null,
        null,
        List.of("level", "ddd"));
  }

  private void rows(Consumer<Row> rows) {
    for (Path file : tables) {
      String names = files.firstLine(file).orElse("");
      char separator = names.contains("\t") ? '\t' : names.contains(";") ? ';' : ',';
      files.csv(file, separator, rows);
    }
  }

  private static String column(Row row, String first, String second) {
    for (String name : row.columns().keySet()) {
      String lower = name.toLowerCase(Locale.ROOT);
      if (lower.contains(first) && lower.contains(second)) {
        return row.named(name).strip();
      }
    }
    throw row.malformed(
        "the first line names no column with '" + first + "' and '" + second + "' in it");
  }

  private static String code(Row row) {
    String code = column(row, "atc", "code");
    if (!CODE.matcher(code).matches()) {
      throw row.malformed("found '" + code + "' as ATC code");
    }
    return code;
  }

  @Override
  public void codes(Consumer<String> codes) {
    rows(row -> codes.accept(code(row)));
  }

  @Override
  public void links(BiConsumer<String, String> links) {
    rows(row -> {
      String code = code(row);
      int level = LENGTHS.indexOf(code.length());
      if (level > 0) {
        links.accept(code, code.substring(0, LENGTHS.get(level - 1)));
      }
    });
  }

  @Override
  public void describe(Map<String, Draft> drafts) {
    rows(row -> {
      String code = code(row);
      Draft draft = drafts.get(code);
      if (draft == null) {
        return;
      }
      if (draft.display == null) {
        draft.display = column(row, "name", "");
        draft.codeProperty("level", Integer.toString(LENGTHS.indexOf(code.length()) + 1));
      }
      String dose =
          String.join(" ", named(row, "ddd"), named(row, "uom"), named(row, "adm")).strip();
      if (!named(row, "ddd").isEmpty()) {
        draft.property("ddd", dose);
      }
    });
  }

  private static String named(Row row, String start) {
    return row.columns().keySet().stream()
        .filter(name -> name.toLowerCase(Locale.ROOT).startsWith(start))
        .findFirst()
        .map(row::named)
        .filter(value -> !value.equals("NA"))
        .orElse("");
  }
}
