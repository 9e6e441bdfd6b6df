package org.rodnan.hl7v2;

import java.math.BigDecimal;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.Coding;
import org.hl7.fhir.r4.model.Quantity;
import org.hl7.fhir.r4.model.Quantity.QuantityComparator;
import org.hl7.fhir.r4.model.Type;

/** OBX-5 as a value. Thread safe. */
final class Values {
  private static final Pattern NUMBER =
      Pattern.compile("[+-]?(?:[0-9]{1,18}(?:\\.[0-9]{0,18})?|\\.[0-9]{1,18})");

  private static final Pattern COMPARED =
      Pattern.compile("(<=|>=|<|>|=|)\\s*(" + NUMBER.pattern() + ")");

  private static final Set<String> STATUSES = Set.of("POS", "NEG", "IND");

  private final Codes codes;

  Values(Codes codes) {
    this.codes = codes;
  }

  /** Empty if OBX-5 is null: there was a value, and it is not known any more. */
  Optional<Type> value(Segment obx, Measure measure) {
    if (obx.isNull(5)) {
      return Optional.empty();
    }
    if (obx.text(5).isEmpty() && obx.text(5, 2).isEmpty()) {
      throw new RefusedException(
          Problem.wrong(
              Problem.MISSING,
              obx.location(5),
              obx.named(5) + " is empty; expected a value, or \"\" if there is none"));
    }
    if (obx.repetitions(5) > 1) {
      throw new RefusedException(
          Problem.wrong(
              Problem.DATA_TYPE,
              obx.location(5),
              obx.named(5) + " has " + obx.repetitions(5) + " repetitions; expected one value"));
    }
    return Optional.of(
        measure.kind() == Measure.Kind.ANTIBODY ? status(obx) : quantity(obx, measure));
  }

  private CodeableConcept status(Segment obx) {
    return codes
        .code(obx, 5, Codes.STATUS, STATUSES)
        .map(code -> new CodeableConcept(new Coding(Codes.STATUS, code, null)))
        .orElseThrow(() ->
            new RefusedException(
                Problem.unmapped(
                    obx.location(5),
                    obx.named(5)
                        + " is '"
                        + obx.text(5)
                        + "'; expected POS, NEG or IND, or a code that a ConceptMap from "
                        + codes.system(obx.text(5, 3))
                        + " to "
                        + Codes.STATUS
                        + " has")));
  }

  private Quantity quantity(Segment obx, Measure measure) {
    String type = obx.text(2);
    Quantity quantity =
        switch (type) {
          case "NM" -> number(obx, obx.text(5));
          case "SN" -> structured(obx);
          case "ST" -> compared(obx);
          default ->
              throw new RefusedException(
                  Problem.wrong(
                      Problem.DATA_TYPE,
                      obx.location(2),
                      obx.named(2)
                          + " is '"
                          + type
                          + "'; expected NM, SN or ST for "
                          + measure.code()));
        };
    String unit = unit(obx, measure);
    return quantity.setUnit(unit).setSystem(Codes.UCUM).setCode(unit);
  }

  private String unit(Segment obx, Measure measure) {
    if (obx.text(6).isEmpty()) {
      if (measure.unit().isEmpty()) {
        throw new RefusedException(
            Problem.wrong(
                Problem.MISSING,
                obx.location(6),
                obx.named(6) + " is empty; expected the unit of " + measure.code()));
      }
      return measure.unit();
    }
    return codes
        .unit(obx, 6)
        .orElseThrow(() ->
            new RefusedException(
                Problem.unmapped(
                    obx.location(6),
                    obx.named(6)
                        + " is '"
                        + obx.text(6)
                        + "'; expected a unit of UCUM (OBX-6.3 UCUM), or one that a ConceptMap from "
                        + (obx.text(6, 3).isEmpty() ? Codes.UNITS : codes.system(obx.text(6, 3)))
                        + " to "
                        + Codes.UCUM
                        + " has")));
  }

  private static Quantity number(Segment obx, String text) {
    if (!NUMBER.matcher(text).matches()) {
      throw new RefusedException(
          Problem.wrong(
              Problem.DATA_TYPE,
              obx.location(5),
              obx.named(5) + " is '" + text + "'; expected a number"));
    }
    return new Quantity().setValue(new BigDecimal(text));
  }

  /** Such as {@code >^60}; ranges and ratios are no quantity. */
  private static Quantity structured(Segment obx) {
    if (!obx.text(5, 3).isEmpty() || !obx.text(5, 4).isEmpty()) {
      throw new RefusedException(
          Problem.wrong(
              Problem.DATA_TYPE,
              obx.location(5),
              obx.named(5) + " is a range or a ratio; expected one number"));
    }
    return with(obx, obx.text(5, 1), number(obx, obx.text(5, 2)));
  }

  private static Quantity compared(Segment obx) {
    Matcher matcher = COMPARED.matcher(obx.text(5));
    return matcher.matches()
        ? with(obx, matcher.group(1), number(obx, matcher.group(2)))
        : number(obx, obx.text(5));
  }

  private static Quantity with(Segment obx, String comparator, Quantity quantity) {
    return switch (comparator) {
      case "", "=" -> quantity;
      case "<" -> quantity.setComparator(QuantityComparator.LESS_THAN);
      case "<=" -> quantity.setComparator(QuantityComparator.LESS_OR_EQUAL);
      case ">" -> quantity.setComparator(QuantityComparator.GREATER_THAN);
      case ">=" -> quantity.setComparator(QuantityComparator.GREATER_OR_EQUAL);
      default ->
          throw new RefusedException(
              Problem.wrong(
                  Problem.NOT_IN_TABLE,
                  obx.location(5, 1, 1),
                  obx.named(5)
                      + " has the comparator '"
                      + comparator
                      + "'; expected one of <, <=, >, >=, ="));
    };
  }
}
