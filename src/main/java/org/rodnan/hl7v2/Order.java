package org.rodnan.hl7v2;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An OBR and what belongs to it.
 *
 * @param before segments of the message before its first order, such as PV1
 * @param own segments of the order: ORC, OBX, CTI and others
 */
record Order(Segment obr, List<Segment> before, List<Segment> own) {
  Order {
    before = List.copyOf(before);
    own = List.copyOf(own);
  }

  /** In the order of the message. */
  static List<Order> of(Message message) {
    List<Segment> before = new ArrayList<>();
    List<Segment> own = new ArrayList<>();
    List<Order> orders = new ArrayList<>();
    Optional<Segment> obr = Optional.empty();
    for (Segment segment : message.segments()) {
      boolean isNext =
          obr.isPresent() && (segment.name().equals("OBR") || segment.name().equals("ORC"));
      if (isNext) {
        orders.add(new Order(obr.get(), before, own));
        own = new ArrayList<>();
        obr = Optional.empty();
      }
      if (segment.name().equals("OBR")) {
        obr = Optional.of(segment);
      } else if (segment.name().equals("ORC") || obr.isPresent()) {
        own.add(segment);
      } else {
        before.add(segment);
      }
    }
    if (obr.isPresent()) {
      orders.add(new Order(obr.get(), before, own));
    }
    return orders;
  }

  List<Segment> results() {
    return own.stream().filter(each -> each.name().equals("OBX")).toList();
  }

  /** The segment of the order, or of the message, that says something at the place. */
  Optional<Segment> saying(FieldPlace place) {
    return own.stream()
        .filter(each -> says(each, place))
        .findFirst()
        .or(() -> Optional.of(obr).filter(each -> says(each, place)))
        .or(() -> before.stream().filter(each -> says(each, place)).findFirst());
  }

  private static boolean says(Segment segment, FieldPlace place) {
    return segment.name().equals(place.segment())
        && !segment.text(place.field(), place.component()).isEmpty();
  }

  /** The filler's order number with its namespace, OBR-3 or ORC-3. */
  String filler() {
    if (!obr.text(3).isEmpty()) {
      return obr.text(3) + "^" + obr.text(3, 2) + "^" + obr.text(3, 3);
    }
    return own.stream()
        .filter(each -> each.name().equals("ORC") && !each.text(3).isEmpty())
        .findFirst()
        .map(each -> each.text(3) + "^" + each.text(3, 2) + "^" + each.text(3, 3))
        .orElseThrow(() ->
            new RefusedException(
                Problem.wrong(
                    Problem.MISSING,
                    obr.location(3),
                    obr.named(3)
                        + " is empty; expected the filler's order number, by which corrections find"
                        + " their result")));
  }
}
