package org.rodnan.sdtm;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.rodnan.dataset.Value;

/**
 * A row of a domain, by the names of its variables.
 *
 * @param supplemental of SUPP--; is filled
 * @param asked which of the supplemental were looked at; is filled
 * @param comments of CO on this row; is filled
 * @param related what this row refers to by RELREC; is filled
 */
record Row(
    String file,
    String domain,
    long number,
    Map<String, Integer> positions,
    List<Value> values,
    Map<String, String> supplemental,
    Set<String> asked,
    List<Row> comments,
    Map<Relation, Row> related) {
  Row(String file, String domain, long number, Map<String, Integer> positions, List<Value> values) {
    this(
        file,
        domain,
        number,
        positions,
        values,
        new HashMap<>(),
        new HashSet<>(),
        new ArrayList<>(),
        new HashMap<>());
  }

  /** As text, with its other parts in SUPP--; empty if there is no such variable or no value. */
  String text(String variable) {
    String first = part(variable).strip();
    return first.isEmpty() || supplemental.isEmpty()
        ? first
        : LongText.join(first, part -> qualifier(LongText.name(variable, part)));
  }

  /** The same without other parts, and with blanks at its begin. */
  String part(String variable) {
    Integer at = positions.get(variable);
    return at == null ? "" : values.get(at).asText().stripTrailing();
  }

  /** Of a variable that begins with the domain's letters. */
  String own(String suffix) {
    return text(domain + suffix);
  }

  /** By --STAT. */
  boolean isNotDone() {
    return own("STAT").equalsIgnoreCase("NOT DONE");
  }

  /** Of SUPP--, with its other parts. */
  String supp(String name) {
    String first = qualifier(name).strip();
    return first.isEmpty()
        ? first
        : LongText.join(first, part -> qualifier(LongText.name(name, part)));
  }

  private String qualifier(String name) {
    if (!supplemental.containsKey(name)) {
      return "";
    }
    asked.add(name);
    return Objects.requireNonNull(supplemental.get(name));
  }

  /** How much memory it takes, in rows of the usual size. */
  int weight() {
    long size = 0;
    for (Value value : values) {
      size += 16 + (value instanceof Value.Text text ? text.text().length() : 0);
    }
    return 1 + (int) Math.min(Integer.MAX_VALUE / 2, size / 512);
  }

  boolean isRelated(Relation.Role role, int place) {
    return related.containsKey(new Relation(role, place));
  }

  String subject() {
    return text("USUBJID");
  }
}
