package org.rodnan.sdtm;

import java.util.ArrayList;
import java.util.List;
import org.hl7.fhir.r4.model.Annotation;

/** Notes of resources as CO. Not thread safe. */
final class CommentWriter {
  private final String study;
  private final LeftOut leftOut;

  CommentWriter(String study, LeftOut leftOut) {
    this.study = study;
    this.leftOut = leftOut;
  }

  List<Written> write(Layout layout, List<Written> rows) {
    List<Written> comments = new ArrayList<>();
    for (Written row : rows) {
      for (Annotation note : row.notes) {
        Written comment = new Written("CO", row.usubjid);
        comment.put("STUDYID", study);
        comment.put("DOMAIN", "CO");
        comment.put("RDOMAIN", layout.name());
        comment.put("USUBJID", row.usubjid);
        comment.put("IDVAR", layout.name() + "SEQ");
        comment.put("IDVARVAL", row.get(layout.name() + "SEQ"));
        Comments.values(note).forEach(comment::put);
        if (!LongText.isWhole(LongText.split(note.getText()), note.getText())) {
          leftOut.add("rest of a long COVAL");
        }
        comments.add(comment);
      }
    }
    return comments;
  }
}
