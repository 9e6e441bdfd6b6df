package org.rodnan.sdtm;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** References of resources to others as RELREC. Not thread safe. */
final class RelationWriter {
  private final String study;
  private final WrittenRows rows;
  private final LeftOut leftOut;

  RelationWriter(String study, WrittenRows rows, LeftOut leftOut) {
    this.study = study;
    this.rows = rows;
    this.leftOut = leftOut;
  }

  /** Two records for each reference, when all rows have their numbers. */
  List<Written> write(List<Written> referring) {
    List<Written> relations = new ArrayList<>();
    referring.sort(Comparator.comparing(row -> row.usubjid));
    for (Written row : referring) {
      for (Relation.Found found : row.references) {
        Optional<Written> target =
            rows.first(found.target())
                .filter(each -> each.usubjid.equals(row.usubjid))
                .filter(each -> !each.get(each.domain + "SEQ").isEmpty());
        if (target.isEmpty()) {
          leftOut.add("reference to " + found.target().replaceFirst("/.*", ""));
          continue;
        }
        String id = found.relation().id(row.domain, row.get(row.domain + "SEQ"));
        relations.add(related(row, id));
        relations.add(related(target.get(), id));
      }
    }
    return relations;
  }

  private Written related(Written row, String id) {
    Written record = new Written("RELREC", row.usubjid);
    record.put("STUDYID", study);
    record.put("RDOMAIN", row.domain);
    record.put("USUBJID", row.usubjid);
    record.put("IDVAR", row.domain + "SEQ");
    record.put("IDVARVAL", row.get(row.domain + "SEQ"));
    record.put("RELID", id);
    return record;
  }
}
