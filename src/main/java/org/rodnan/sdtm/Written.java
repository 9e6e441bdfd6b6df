package org.rodnan.sdtm;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.hl7.fhir.r4.model.Annotation;

/** A row that is being made, with the qualifiers that go to SUPP--. */
final class Written {
  final String domain;
  final String usubjid;
  final Map<String, String> values = new LinkedHashMap<>();
  final Map<String, String> supplemental = new TreeMap<>();

  /** To be written to RELREC. */
  final List<Relation.Found> references = new ArrayList<>();

  /** That become comments on it. */
  final List<Annotation> notes = new ArrayList<>();

  Written(String domain, String usubjid) {
    this.domain = domain;
    this.usubjid = usubjid;
  }

  void put(String variable, String value) {
    if (!value.isEmpty()) {
      values.put(variable, value);
    }
  }

  void supp(String name, String value) {
    if (!value.isEmpty()) {
      supplemental.put(name, value);
    }
  }

  String get(String variable) {
    return values.getOrDefault(variable, "");
  }

  /**
   * Cuts texts that are too long; their other parts become qualifiers.
   *
   * @return the variables and qualifiers of which a part has no place
   */
  List<String> fit(Layout layout) {
    List<String> cut = new ArrayList<>();
    for (Layout.Column column : layout.columns()) {
      if (!column.isNumber() && LongText.isLong(get(column.name()))) {
        fit(column.name(), values, cut);
      }
    }
    for (String name : List.copyOf(supplemental.keySet())) {
      if (LongText.isLong(supplemental.getOrDefault(name, ""))) {
        fit(name, supplemental, cut);
      }
    }
    return cut;
  }

  private void fit(String name, Map<String, String> among, List<String> cut) {
    String text = among.getOrDefault(name, "");
    List<String> parts = LongText.split(text);
    among.put(name, parts.isEmpty() ? "" : parts.getFirst());
    for (int i = 1; i < parts.size(); i++) {
      if (supplemental.putIfAbsent(LongText.name(name, i), parts.get(i)) != null) {
        cut.add(name);
        return;
      }
    }
    if (!LongText.isWhole(parts, text)) {
      cut.add(name);
    }
  }
}
