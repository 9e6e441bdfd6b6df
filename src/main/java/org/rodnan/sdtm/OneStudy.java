package org.rodnan.sdtm;

import org.rodnan.mapping.RowException;

/** That all subjects of the files are of one study. For one thread. */
final class OneStudy {
  private String studyId = "";

  /**
   * @throws RowException if a subject before it is of another one
   */
  void require(Row subject) {
    String found = subject.text("STUDYID");
    if (studyId.isEmpty()) {
      studyId = found;
    } else if (!found.isEmpty() && !found.equals(studyId)) {
      throw new RowException(
          "STUDYID is '"
              + found
              + "', but '"
              + studyId
              + "' of other subjects; expected the files of one study");
    }
  }
}
