package org.rodnan.sdtm;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.rodnan.mapping.Refusal;

/** Puts the rows that are about rows of other domains (SUPP--, CO, RELREC) to those. */
final class Attachment {
  private static final String COMMENTS = "CO";
  private static final String RELATIONS = "RELREC";

  private final Map<String, List<Row>> domains;
  private final List<Refusal> refused;
  private final Tally tally;
  private final Map<String, Map<String, List<Row>>> byKey = new LinkedHashMap<>();

  Attachment(Map<String, List<Row>> domains, List<Refusal> refused, Tally tally) {
    this.domains = domains;
    this.refused = refused;
    this.tally = tally;
  }

  static boolean isMeant(String domain) {
    return domain.startsWith("SUPP") || domain.equals(COMMENTS) || domain.equals(RELATIONS);
  }

  void attach(List<Row> rows) {
    Map<String, List<Row>> relations = new LinkedHashMap<>();
    for (Row row : rows) {
      if (row.domain().equals(RELATIONS)) {
        relations
            .computeIfAbsent(row.subject() + "|" + row.text("RELID"), key -> new ArrayList<>())
            .add(row);
      } else if (row.domain().equals(COMMENTS)) {
        comment(row);
      } else {
        for (Row each : targets(row)) {
          each.supplemental().put(row.text("QNAM"), row.part("QVAL"));
        }
      }
    }
    relations.values().forEach(this::relation);
  }

  private void comment(Row row) {
    String domain = row.text("RDOMAIN");
    if (domain.isEmpty() || domain.equals("DM") || row.text("IDVAR").isEmpty()) {
      tally.add(row.file(), COMMENTS, "comments are on no row of a domain", 1);
      return;
    }
    targets(row).stream().findFirst().ifPresent(each -> each.comments().add(row));
  }

  /** That one is a suspect of the other, say, only our own RELID tells. */
  private void relation(List<Row> records) {
    Row first = records.getFirst();
    Optional<Relation.Named> named = Relation.named(first.text("RELID"));
    if (named.isEmpty() || records.size() != 2 || first.subject().isEmpty()) {
      tally.add(
          first.file(), RELATIONS, "rows relate records without saying as what", records.size());
      return;
    }
    boolean isFirst = isSource(first, named.get());
    Row source = isFirst ? first : records.getLast();
    Row target = isFirst ? records.getLast() : first;
    if (!isSource(source, named.get())) {
      refused.add(
          new Refusal(
              first.file(),
              first.number(),
              "RELID is '"
                  + first.text("RELID")
                  + "', but neither of its rows is "
                  + named.get().domain()
                  + "SEQ "
                  + named.get().sequence()
                  + " of "
                  + named.get().domain()));
      return;
    }
    List<Row> sources = targets(source);
    List<Row> targets = targets(target);
    if (!sources.isEmpty() && !targets.isEmpty()) {
      sources.getFirst().related().put(named.get().relation(), targets.getFirst());
    }
  }

  private static boolean isSource(Row record, Relation.Named named) {
    return record.text("RDOMAIN").equals(named.domain())
        && record.text("IDVAR").equals(named.domain() + "SEQ")
        && key(record.text("IDVARVAL")).equals(named.sequence());
  }

  /** None if there is no such row, which is refused. */
  private List<Row> targets(Row about) {
    String domain = about.text("RDOMAIN");
    String variable = about.text("IDVAR");
    List<Row> found =
        byKey
            .computeIfAbsent(domain + "|" + variable, key -> keyed(domain, variable))
            .getOrDefault(about.subject() + "|" + key(about.text("IDVARVAL")), List.of());
    if (found.isEmpty()) {
      refused.add(
          new Refusal(
              about.file(),
              about.number(),
              "There is no row of "
                  + domain
                  + " of "
                  + about.subject()
                  + (variable.isEmpty()
                      ? ""
                      : " with " + variable + " " + about.text("IDVARVAL"))));
    }
    return found;
  }

  private Map<String, List<Row>> keyed(String domain, String variable) {
    Map<String, List<Row>> rows = new LinkedHashMap<>();
    for (Row row : domains.getOrDefault(domain, List.of())) {
      rows.computeIfAbsent(row.subject() + "|" + row.text(variable), key -> new ArrayList<>())
          .add(row);
    }
    return rows;
  }

  /** Numbers are padded by some. */
  private static String key(String value) {
    return value.matches("0*\\d+(\\.0+)?")
        ? value.replaceFirst("^0+(?=\\d)", "").replaceFirst("\\.0+$", "")
        : value;
  }
}
