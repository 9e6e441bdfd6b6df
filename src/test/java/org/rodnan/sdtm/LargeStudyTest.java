package org.rodnan.sdtm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rodnan.dataset.DataType;
import org.rodnan.dataset.Table;
import org.rodnan.dataset.TransportWriter;
import org.rodnan.dataset.Value;
import org.rodnan.dataset.Variable;
import org.rodnan.mapping.MappedContent;
import org.rodnan.mapping.MappedSink;
import org.rodnan.mapping.Refusal;
import org.rodnan.mapping.SourceFile;

/**
 * A synthetic study that is larger than the number of rows that may be held. {@code
 * -Dsdtm.subjects=20000} makes one of a million rows.
 */
class LargeStudyTest {
  private static final int SUBJECTS = Integer.getInteger("sdtm.subjects", 200);
  private static final int ROWS = 50;
  private static final int HELD_MAX = 1_000;

  @TempDir static Path folder;

  @BeforeAll
  static void write() throws IOException {
    List<Variable> dm = texts("STUDYID", "DOMAIN", "USUBJID", "RFSTDTC", "SEX");
    List<Variable> lb = texts("STUDYID", "DOMAIN", "USUBJID", "LBTESTCD", "LBSTRESC", "LBSTRESU");
    lb.add(Variable.number("VISITNUM", "", DataType.FLOAT));
    lb.addAll(texts("VISIT", "LBDTC"));
    try (TransportWriter subjects = writer("dm.xpt");
        TransportWriter sorted = writer("lb.xpt");
        TransportWriter byVisit = writer("lb-by-visit.xpt")) {
      subjects.table(new Table("DM", "", dm));
      sorted.table(new Table("LB", "", lb));
      byVisit.table(new Table("LB", "", lb));
      for (int i = 0; i < SUBJECTS; i++) {
        subjects.row(values("L", "DM", subject(i), "2020-01-01", i % 2 == 0 ? "F" : "M"));
        for (int row = 0; row < ROWS; row++) {
          sorted.row(result(i, row));
        }
      }
      for (int row = 0; row < ROWS; row++) {
        for (int i = 0; i < SUBJECTS; i++) {
          byVisit.row(result(i, row));
        }
      }
    }
  }

  @Test
  void readsSortedTablesSubjectBySubject() {
    Count count = new Count();
    read(count, "dm.xpt", "lb.xpt");
    assertThat(count.refused).isEmpty();
    assertThat(count.resources).isEqualTo(SUBJECTS * (2L + ROWS));
  }

  @Test
  void refusesATableThatIsNeitherSortedNorSmall() {
    Count count = new Count();
    read(count, "dm.xpt", "lb-by-visit.xpt");
    assertThat(count.refused)
        .singleElement()
        .satisfies(refusal -> {
          assertThat(refusal.file()).isEqualTo("lb-by-visit.xpt");
          assertThat(refusal.reason())
              .isEqualTo(
                  "LB is not sorted by USUBJID, and the tables that are not have more than 1000"
                      + " rows; expected it sorted by USUBJID, so that it need not be held in"
                      + " memory");
        });
    assertThat(count.resources).isEqualTo(SUBJECTS * 2L);
  }

  @Test
  void holdsASmallTableThatIsNotSorted() throws IOException {
    try (TransportWriter ae = writer("ae.xpt")) {
      ae.table(
          new Table("AE", "", texts("STUDYID", "DOMAIN", "USUBJID", "AESPID", "AETERM", "AESER")));
      for (int i : new Random(1).ints(100, 0, SUBJECTS).toArray()) {
        ae.row(values("L", "AE", subject(i), "e" + Integer.toHexString(i * 31), "Rash", "N"));
      }
    }
    Count count = new Count();
    read(count, "ae.xpt", "dm.xpt", "lb.xpt");
    assertThat(count.refused).extracting(Refusal::reason).allMatch(each -> each.contains("same"));
    assertThat(count.resources + count.refused.size()).isEqualTo(SUBJECTS * (2L + ROWS) + 100);
  }

  private static void read(MappedSink sink, String... names) {
    List<SourceFile> files = new ArrayList<>();
    for (String name : names) {
      files.add(new SourceFile(name, () -> Files.newInputStream(folder.resolve(name))));
    }
    new SdtmReader(HELD_MAX).readFiles(files, Optional.empty(), sink);
  }

  private static TransportWriter writer(String name) throws IOException {
    return new TransportWriter(
        Files.newOutputStream(folder.resolve(name)),
        StandardCharsets.UTF_8,
        LocalDateTime.of(2026, 1, 1, 0, 0));
  }

  private static List<Variable> texts(String... names) {
    List<Variable> variables = new ArrayList<>();
    for (String name : names) {
      variables.add(new Variable(name, "", DataType.STRING, 20, 0));
    }
    return variables;
  }

  private static List<Value> values(String... texts) {
    List<Value> values = new ArrayList<>();
    for (String text : texts) {
      values.add(Value.of(text));
    }
    return values;
  }

  private static String subject(int number) {
    return "L-%06d".formatted(number);
  }

  private static List<Value> result(int subject, int row) {
    List<Value> values =
        values(
            "L",
            "LB",
            subject(subject),
            row % 2 == 0 ? "ESR" : "CRP",
            "" + row % 40,
            row % 2 == 0 ? "mm/h" : "mg/L");
    int month = 1 + row / 3;
    values.add(Value.of((double) month));
    values.addAll(
        values(
            "MONTH " + month,
            "20%02d-%02d-%02d".formatted(20 + row / 12, 1 + row % 12, 1 + row % 28)));
    return values;
  }

  private static final class Count implements MappedSink {
    private long resources;
    private final List<Refusal> refused = new ArrayList<>();

    @Override
    public void resource(MappedContent.Mapped resource) {
      resources++;
    }

    @Override
    public void refused(Refusal refusal) {
      refused.add(refusal);
    }

    @Override
    public void leftOut(Refusal refusal) {
      throw new AssertionError(refusal);
    }
  }
}
