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
}
