package org.rodnan.terminology.loading;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.rodnan.terminology.concepts.CodeSystemOutline;
import org.rodnan.terminology.concepts.Concept;

/** LOINC's table of terms, and its hierarchy of components with the parts that group them. */
final class LoincReader implements ReleaseReader {
  private static final Pattern VERSION = Pattern.compile("(\\d+\\.\\d+)");
  private static final List<String> PROPERTIES =
      List.of(
          "COMPONENT",
          "PROPERTY",
          "TIME_ASPCT",
          "SYSTEM",
          "SCALE_TYP",
          "METHOD_TYP",
          "CLASS",
          "STATUS",
          "ORDER_OBS");

  private final ReleaseFiles files;
  private final String version;
  private final Path table;
  private final List<Path> hierarchies;

  LoincReader(ReleaseFiles files, Optional<String> version) {
    this.files = files;
    this.table = files.require("Loinc\\.csv", "Loinc.csv").getFirst();
    this.hierarchies = files.find("ComponentHierarchyBySystem\\.csv");
    this.version =
        version.orElseGet(() -> {
          Matcher number = VERSION.matcher(files.name());
          if (!number.find()) {
            throw new BadRelease(files.name() + ": the name holds no version; say which one it is");
          }
          return number.group(1);
        });
  }

  @Override
  public CodeSystemOutline outline() {
    return new CodeSystemOutline(
        "http://loinc.org",
        version,
        "LOINC",
        "complete",
        false,
        "en",
        "http://loinc.org/vs",
        null,
        PROPERTIES);
  }

  private static String code(Row row) {
    String code = row.named("LOINC_NUM");
    if (!code.matches("\\d{1,7}-\\d")) {
      throw row.malformed("found '" + code + "' as LOINC_NUM, expected digits, a dash and a digit");
    }
    return code;
  }

  private static String node(Row row) {
    String code = row.named("CODE");
    if (code.isBlank()) {
      throw row.malformed("there is no CODE");
    }
    return code;
  }

  @Override
  public void codes(Consumer<String> codes) {
    files.csv(table, ',', row -> codes.accept(code(row)));
    hierarchies.forEach(file -> files.csv(file, ',', row -> codes.accept(node(row))));
  }

  @Override
  public void links(BiConsumer<String, String> links) {
    hierarchies.forEach(file ->
        files.csv(file, ',', row -> links.accept(node(row), row.named("IMMEDIATE_PARENT"))));
  }

  @Override
  public void describe(Map<String, Draft> drafts) {
    files.csv(
        table,
        ',',
        row -> {
          Draft draft = drafts.get(code(row));
          if (draft != null) {
            draft.display = row.named("LONG_COMMON_NAME");
            draft.isInactive = row.named("STATUS").equals("DEPRECATED");
            String shortName = row.named("SHORTNAME");
            if (!shortName.isEmpty()) {
              draft.designations.add(Concept.Designation.of("en", shortName));
            }
            PROPERTIES.forEach(property -> draft.property(property, row.named(property)));
          }
        });
    hierarchies.forEach(file ->
        files.csv(
            file,
            ',',
            row -> {
              Draft draft = drafts.get(node(row));
              if (draft != null && draft.display == null) {
                draft.display = row.named("CODE_TEXT");
                draft.isAbstract = true;
              }
            }));
  }
}
