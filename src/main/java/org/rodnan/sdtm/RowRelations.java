package org.rodnan.sdtm;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.hl7.fhir.r4.model.DomainResource;
import org.hl7.fhir.r4.model.Reference;
import org.rodnan.mapping.MappedContent.Mapped;
import org.rodnan.mapping.Refusal;
import org.rodnan.mapping.RowException;

/** What each row became, and what the resources refer to by RELREC. Not thread safe. */
final class RowRelations {
  /** Which resource each row became; rows are told apart by identity. */
  private final IdentityHashMap<Row, DomainResource> made = new IdentityHashMap<>();

  private final List<Referring> referring = new ArrayList<>();

  /** References among the items of an adverse event, whose places count. */
  private final IdentityHashMap<Row, Map<Relation, Reference>> items = new IdentityHashMap<>();

  /** A resource with a reference that is set when all rows are read. */
  private record Referring(
      DomainResource resource, Row row, Relation relation, Row target, Reference reference) {}

  /** The reference of an adverse event's item, which {@link #relate} leaves where it is. */
  Reference item(Row row, Relation relation) {
    Reference reference = new Reference();
    items.computeIfAbsent(row, none -> new HashMap<>()).put(relation, reference);
    return reference;
  }

  /** In the order of their places; those of an adverse event's items are there already. */
  void relate(DomainResource resource, Row row) {
    row.related().entrySet().stream()
        .sorted(
            Comparator.comparing((Map.Entry<Relation, Row> each) -> each.getKey().role())
                .thenComparingInt(each -> each.getKey().place()))
        .forEach(each -> {
          Relation relation = each.getKey();
          Reference reference =
              items.getOrDefault(row, Map.of()).getOrDefault(relation, new Reference());
          boolean isItem = items.getOrDefault(row, Map.of()).containsKey(relation);
          if (!isItem && !relation.add(resource, reference)) {
            throw new RowException(
                "RELREC relates it as " + relation.role() + ", which it has no place for");
          }
          referring.add(new Referring(resource, row, relation, each.getValue(), reference));
        });
  }

  void made(Row row, DomainResource resource) {
    made.put(row, resource);
  }

  /** What refers to a row that gave no resource can't be had either. */
  void resolve(List<Mapped> resources, List<Refusal> refused) {
    boolean isDone = false;
    while (!isDone) {
      isDone = true;
      for (Referring each : referring) {
        if (made.containsValue(each.resource()) && !made.containsKey(each.target())) {
          refused.add(
              new Refusal(
                  each.row().file(),
                  each.row().number(),
                  "RELREC relates it to row "
                      + each.target().number()
                      + " of "
                      + each.target().domain()
                      + ", which gave no resource"));
          made.values().removeIf(resource -> resource == each.resource());
          resources.removeIf(mapped -> mapped.resource() == each.resource());
          isDone = false;
        }
      }
    }
    for (Referring each : referring) {
      DomainResource target = made.get(each.target());
      if (target != null) {
        each.reference().setReference(target.fhirType() + "/" + target.getIdElement().getIdPart());
      }
    }
  }
}
