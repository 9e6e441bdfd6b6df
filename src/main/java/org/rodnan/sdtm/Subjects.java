package org.rodnan.sdtm;

import java.util.LinkedHashMap;
import java.util.Map;
import org.rodnan.mapping.RowException;

/** The subjects that DM names, by USUBJID. Not thread safe. */
final class Subjects {
  private final Map<String, Subject> subjects = new LinkedHashMap<>();

  boolean contains(String usubjid) {
    return subjects.containsKey(usubjid);
  }

  void add(String usubjid, Subject subject) {
    subjects.put(usubjid, subject);
  }

  /**
   * @throws RowException if DM has none of the row's USUBJID
   */
  Subject of(Row row) {
    Subject subject = subjects.get(row.subject());
    if (subject == null) {
      throw new RowException("USUBJID '" + row.subject() + "' is not in DM");
    }
    return subject;
  }
}
