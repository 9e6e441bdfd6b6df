package org.rodnan.sdtm;

import java.util.List;
import java.util.Map;
import org.rodnan.dataset.Value;

/** A row of a domain, by the names of its variables. */
record Row(
    String file,
    String domain,
    long number,
    Map<String, Integer> positions,
    List<Value> values,
    Map<String, String> supplemental) {
  /** As text; empty if there is no such variable or no value. */
  String text(String variable) {
    Integer at = positions.get(variable);
    return at == null ? "" : values.get(at).asText().strip();
  }

  /** Of a variable that begins with the domain's letters. */
  String own(String suffix) {
    return text(domain + suffix);
  }

  /** Of SUPP--. */
  String supp(String name) {
    return supplemental.getOrDefault(name, "");
  }

  String subject() {
    return text("USUBJID");
  }
}
