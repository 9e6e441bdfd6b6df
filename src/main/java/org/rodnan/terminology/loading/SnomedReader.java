package org.rodnan.terminology.loading;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.rodnan.terminology.TerminologyService;
import org.rodnan.terminology.concepts.CodeSystemOutline;
import org.rodnan.terminology.concepts.Concept;

/** SNOMED CT in Release Format 2, the snapshot: inactive concepts too. */
final class SnomedReader implements ReleaseReader {
  private static final String URL = "http://snomed.info/sct";
  private static final String INTERNATIONAL = "900000000000207008";
  private static final String IS_A = "116680003";
  private static final String FULLY_SPECIFIED = "900000000000003001";
  private static final String PREFERRED = "900000000000548007";
  private static final String US_ENGLISH = "900000000000509007";
  private static final String DEFINED = "900000000000073002";
  private static final Pattern DATE = Pattern.compile("_(\\d{8})\\.txt$");

  private final ReleaseFiles files;
  private final Optional<String> version;
  private final List<Path> concepts;
  private final List<Path> descriptions;
  private final List<Path> relationships;

  SnomedReader(ReleaseFiles files, Optional<String> version) {
    this.files = files;
    this.version = version;
    this.concepts =
        files.require("x?sct2_Concept_.*Snapshot.*\\.txt", "sct2_Concept_Snapshot file");
    this.descriptions =
        files.require("x?sct2_Description_.*Snapshot.*\\.txt", "sct2_Description_Snapshot file");
    this.relationships =
        files.require("x?sct2_Relationship_.*Snapshot.*\\.txt", "sct2_Relationship_Snapshot file");
  }

  @Override
  public CodeSystemOutline outline() {
    String uri =
        version.orElseGet(() -> {
          Matcher date = DATE.matcher(concepts.getLast().toString());
          if (!date.find()) {
            throw new BadRelease(
                concepts.getLast() + ": the name holds no date; say which version it is");
          }
          return URL + "/" + INTERNATIONAL + "/version/" + date.group(1);
        });
    return new CodeSystemOutline(
        URL,
        uri,
        "SNOMED_CT",
        "complete",
        true,
        "en",
        URL + "?fhir_vs",
        null,
        List.of("effectiveTime", "moduleId", "sufficientlyDefined", TerminologyService.MEMBER_OF));
  }

  private void rows(List<Path> of, Consumer<Row> rows) {
    of.forEach(file -> files.rows(file, '\t', true, rows));
  }

  private static boolean isActive(Row row) {
    return switch (row.at(2)) {
      case "1" -> true;
      case "0" -> false;
      default ->
          throw row.malformed("found '" + row.at(2) + "' in column 3 (active), expected 0 or 1");
    };
  }

  @Override
  public void codes(Consumer<String> codes) {
    rows(concepts, row -> codes.accept(row.digits(0)));
  }

  @Override
  public void links(BiConsumer<String, String> links) {
    rows(
        relationships,
        row -> {
          if (isActive(row) && row.digits(7).equals(IS_A)) {
            links.accept(row.digits(4), row.digits(5));
          }
        });
  }

  /** A description that may become the display. */
  private record Candidate(Draft concept, String term) {}

  @Override
  public void describe(Map<String, Draft> drafts) {
    rows(
        concepts,
        row -> {
          Draft draft = drafts.get(row.digits(0));
          if (draft != null) {
            draft.isInactive = !isActive(row);
            draft.property("effectiveTime", row.at(1));
            draft.codeProperty("moduleId", row.digits(3));
            draft.properties.add(
                new Concept.Property(
                    "sufficientlyDefined",
                    "boolean",
                    Boolean.toString(row.digits(4).equals(DEFINED)),
                    null,
                    null));
          }
        });
    describeByTexts(drafts);
    rows(
        relationships,
        row -> {
          Draft draft = drafts.get(row.digits(4));
          if (draft != null && isActive(row) && !row.digits(7).equals(IS_A)) {
            draft.codeProperty(row.digits(7), row.digits(5));
          }
        });
    rows(
        files.find("x?der2_Refset_.*Snapshot.*\\.txt"),
        row -> {
          Draft draft = drafts.get(row.digits(5));
          if (draft != null && isActive(row)) {
            draft.codeProperty(TerminologyService.MEMBER_OF, row.digits(4));
          }
        });
  }

  /** The display is the synonym preferred in US English, else in another one, else the first. */
  private void describeByTexts(Map<String, Draft> drafts) {
    Map<String, Candidate> synonyms = new HashMap<>();
    Map<Draft, Integer> ranks = new HashMap<>();
    rows(
        descriptions,
        row -> {
          Draft draft = drafts.get(row.digits(4));
          if (draft == null || !isActive(row)) {
            return;
          }
          boolean isFull = row.digits(6).equals(FULLY_SPECIFIED);
          String term = row.required(7);
          draft.designations.add(
              new Concept.Designation(
                  row.at(5), URL, row.at(6), isFull ? "Fully specified name" : "Synonym", term));
          if (!isFull) {
            synonyms.put(row.digits(0), new Candidate(draft, term));
          }
          raise(draft, term, isFull ? 0 : 1, ranks);
        });
    rows(
        files.find("x?der2_cRefset_Language.*Snapshot.*\\.txt"),
        row -> {
          Candidate synonym = synonyms.get(row.digits(5));
          if (synonym != null && isActive(row) && row.digits(6).equals(PREFERRED)) {
            raise(
                synonym.concept(), synonym.term(), row.digits(4).equals(US_ENGLISH) ? 3 : 2, ranks);
          }
        });
  }

  private static void raise(Draft draft, String term, int rank, Map<Draft, Integer> ranks) {
    if (rank > ranks.getOrDefault(draft, -1)) {
      ranks.put(draft, rank);
      draft.display = term;
    }
  }
}
