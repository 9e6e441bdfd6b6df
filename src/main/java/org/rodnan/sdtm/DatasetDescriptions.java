package org.rodnan.sdtm;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.rodnan.dataset.DataType;
import org.rodnan.dataset.DefineXmlWriter;
import org.rodnan.dataset.Table;
import org.rodnan.dataset.Variable;
import org.rodnan.mapping.Term;

/** Datasets as Define-XML describes them, by the values that they have. */
final class DatasetDescriptions {
  private static final String SPONSOR = "Sponsor";

  private final Map<String, Set<String>> sponsorTests;

  /**
   * @param sponsorTests the tests of each domain that CDISC has no code for
   */
  DatasetDescriptions(Map<String, Set<String>> sponsorTests) {
    this.sponsorTests = sponsorTests;
  }

  DefineXmlWriter.Dataset of(Layout layout, List<Written> rows) {
    List<Variable> variables = new ArrayList<>();
    List<DefineXmlWriter.Column> columns = new ArrayList<>();
    for (Layout.Column column : layout.columns()) {
      int length = 1;
      int digits = 0;
      boolean isWhole = true;
      for (Written row : rows) {
        String value = row.get(column.name());
        length = Math.max(length, value.getBytes(StandardCharsets.UTF_8).length);
        if (column.isNumber() && !value.isEmpty()) {
          int scale = Math.max(0, new BigDecimal(value).stripTrailingZeros().scale());
          digits = Math.max(digits, scale);
          isWhole &= scale == 0;
        }
      }
      DataType type =
          !column.isNumber()
              ? DataType.STRING
              : isWhole && column.name().matches(".*(SEQ|DY)|AEPTCD")
                  ? DataType.INTEGER
                  : DataType.FLOAT;
      Variable variable =
          new Variable(
              column.name(), column.label(), type, column.isNumber() ? 8 : length, column.key());
      variables.add(variable);
      columns.add(
          new DefineXmlWriter.Column(
              variable,
              column.key() > 0,
              column.role(),
              origin(column),
              length,
              digits,
              codes(layout, column.name(), rows)));
    }
    Table table = new Table(layout.name(), layout.label(), variables);
    return new DefineXmlWriter.Dataset(
        table, layout.structure(), layout.datasetClass(), "", false, columns);
  }

  private static String origin(Layout.Column column) {
    return column.role().equals("Identifier")
            || column.name().matches("VISIT.*|.*TEST(CD)?|DSDECOD")
        ? "Assigned"
        : column.name().endsWith("DY") ? "Derived" : "Collected";
  }

  private Optional<DefineXmlWriter.Codes> codes(
      Layout layout, String variable, List<Written> rows) {
    String domain = layout.name();
    if (variable.equals(domain + "TESTCD")) {
      Map<String, String> tests = new TreeMap<>();
      rows.forEach(row -> tests.put(row.get(variable), row.get(domain + "TEST")));
      Set<String> own = sponsorTests.getOrDefault(domain, Set.of());
      boolean isOwn = own.containsAll(tests.keySet());
      return Optional.of(
          new DefineXmlWriter.Codes(
              domain + " test codes" + (isOwn ? ", " + SPONSOR + " defined" : ""),
              isOwn,
              tests,
              isOwn ? Set.of() : own));
    }
    List<Term> terms =
        switch (variable) {
          case "SEX" -> Term.SEX;
          case "RACE" -> Term.RACE;
          case "ETHNIC" -> Term.ETHNIC;
          case "DSDECOD" -> Term.DISPOSITION;
          case "AEOUT" -> Term.OUT;
          case "AETOXGR" -> Term.GRADE;
          case "AEREL" -> Term.RELATEDNESS;
          default -> List.of();
        };
    if (terms.isEmpty()) {
      return Optional.empty();
    }
    Map<String, String> used = new TreeMap<>();
    rows.stream()
        .map(row -> row.get(variable))
        .filter(each -> !each.isEmpty())
        .forEach(each -> used.put(each, ""));
    Set<String> own =
        terms == Term.DISPOSITION
            ? Set.of("PROHIBITED TREATMENT NEEDED", "INTERCURRENT ILLNESS", "DECLINED CONSENT")
            : Set.of();
    boolean isOwn = terms == Term.RELATEDNESS;
    return used.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new DefineXmlWriter.Codes(
                variable + (isOwn ? ", " + SPONSOR + " defined" : ""), isOwn, used, own));
  }
}
