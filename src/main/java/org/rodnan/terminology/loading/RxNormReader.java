package org.rodnan.terminology.loading;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.rodnan.terminology.concepts.CodeSystemOutline;
import org.rodnan.terminology.concepts.Concept;

/** RxNorm in Rich Release Format: the terms and relations of RxNorm itself, not of its sources. */
final class RxNormReader implements ReleaseReader {
  private static final char SEPARATOR = '|';
  private static final String ITSELF = "RXNORM";
  private static final Set<String> SYNONYMS = Set.of("SY", "TMSY", "PSN", "ET");
  private static final Pattern DATE = Pattern.compile("(\\d{8})");

  private static final int SOURCE = 11;
  private static final int TERM_TYPE = 12;
  private static final int TEXT = 14;
  private static final int SUPPRESSED = 16;
  private static final int RELATED = 0;
  private static final int RELATING = 4;
  private static final int RELATION = 7;
  private static final int SOURCE_OF_RELATION = 10;

  private final ReleaseFiles files;
  private final String version;
  private final Path terms;
  private final Path relations;

  RxNormReader(ReleaseFiles files, Optional<String> version) {
    this.files = files;
    this.terms = files.require("RXNCONSO\\.RRF", "RXNCONSO.RRF").getFirst();
    this.relations = files.require("RXNREL\\.RRF", "RXNREL.RRF").getFirst();
    this.version =
        version.orElseGet(() -> {
          Matcher date = DATE.matcher(files.name());
          if (!date.find()) {
            throw new BadRelease(
                files.name() + ": the name holds no date; say which version it is");
          }
          return date.group(1);
        });
  }

  @Override
  public CodeSystemOutline outline() {
    return new CodeSystemOutline(
        "http://www.nlm.nih.gov/research/umls/rxnorm",
        version,
        "RxNorm",
        "complete",
        true,
        "en",
        null,
        null,
        List.of("TTY"));
  }

  private void terms(Consumer<Row> rows) {
    files.rows(
        terms,
        SEPARATOR,
        false,
        row -> {
          if (row.at(SOURCE).equals(ITSELF)) {
            rows.accept(row);
          }
        });
  }

  private void relations(Consumer<Row> rows) {
    files.rows(
        relations,
        SEPARATOR,
        false,
        row -> {
          boolean isOfConcepts = !row.at(RELATED).isEmpty() && !row.at(RELATING).isEmpty();
          if (isOfConcepts && row.at(SOURCE_OF_RELATION).equals(ITSELF)) {
            rows.accept(row);
          }
        });
  }

  @Override
  public void codes(Consumer<String> codes) {
    terms(row -> codes.accept(row.digits(0)));
  }

  /** A row says of its second concept what it is to the first. */
  @Override
  public void links(BiConsumer<String, String> links) {
    relations(row -> {
      if (row.at(RELATION).equals("isa")) {
        links.accept(row.digits(RELATING), row.digits(RELATED));
      }
    });
  }

  @Override
  public void describe(Map<String, Draft> drafts) {
    Set<String> active = new HashSet<>();
    terms(row -> {
      String code = row.digits(0);
      Draft draft = drafts.get(code);
      if (draft == null) {
        return;
      }
      String text = row.required(TEXT);
      if (SYNONYMS.contains(row.at(TERM_TYPE)) || draft.display != null) {
        draft.designations.add(Concept.Designation.of("en", text));
      } else {
        draft.display = text;
        draft.codeProperty("TTY", row.at(TERM_TYPE));
      }
      if (row.at(SUPPRESSED).equals("N")) {
        active.add(code);
      }
    });
    drafts.forEach((code, draft) -> draft.isInactive = !active.contains(code));
    relations(row -> {
      Draft draft = drafts.get(row.digits(RELATING));
      String relation = row.at(RELATION);
      if (draft != null && !relation.isEmpty() && !relation.endsWith("isa")) {
        draft.codeProperty(relation, row.digits(RELATED));
      }
    });
  }
}
