package org.rodnan.sdtm;

import java.math.BigDecimal;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.Quantity;
import org.hl7.fhir.r4.model.Quantity.QuantityComparator;
import org.rodnan.mapping.Elements;
import org.rodnan.mapping.Measure;
import org.rodnan.mapping.RowException;

/**
 * From the result of a finding's row (--ORRES, --STRESC, --STRESN) to a value, or from --STAT and
 * --REASND to why there is none.
 */
final class ResultReader {
  private static final Pattern RESULT =
      Pattern.compile("(<=|>=|<|>)?\\s*([+-]?\\d{1,71}(\\.\\d{1,70})?)");

  private final RowElements elements;

  ResultReader(RowElements elements) {
    this.elements = elements;
  }

  Quantity value(Row row, Measure measure, Optional<SdtmMapping.Test> own) {
    String variable = row.own("STRESC").isEmpty() ? "ORRES" : "STRESC";
    String result = result(row);
    Matcher matcher = RESULT.matcher(result);
    if (!matcher.matches()) {
      throw new RowException(
          row.domain() + variable + " is '" + result + "'; expected a number, maybe after < or >");
    }
    BigDecimal number = new BigDecimal(matcher.group(2));
    String numeric = row.own("STRESN");
    if (!numeric.isEmpty()
        && !row.own("STRESC").isEmpty()
        && Double.parseDouble(numeric) != number.doubleValue()) {
      throw new RowException(
          row.domain()
              + "STRESC is '"
              + result
              + "', but "
              + row.domain()
              + "STRESN is "
              + numeric);
    }
    String unitVariable = variable.equals("STRESC") ? "STRESU" : "ORRESU";
    String unit = row.own(unitVariable);
    String ucum =
        unit.isEmpty()
            ? own.map(SdtmMapping.Test::unit).filter(each -> !each.isEmpty()).orElse(measure.unit())
            : row.supp("UCUM").isEmpty() ? elements.unit(unit) : row.supp("UCUM");
    if (ucum.isEmpty()) {
      throw new RowException(row.domain() + unitVariable + " is empty; expected a unit");
    }
    Quantity quantity = Elements.quantity(number, ucum);
    if (matcher.group(1) != null) {
      quantity.setComparator(QuantityComparator.fromCode(matcher.group(1)));
    }
    return quantity;
  }

  /** In standard form, which keeps the decimals; else as it was. */
  static String result(Row row) {
    return !row.own("STRESC").isEmpty()
        ? row.own("STRESC")
        : !row.own("ORRES").isEmpty() ? row.own("ORRES") : row.own("STRESN");
  }

  static CodeableConcept absent(Row row) {
    String result = result(row);
    if (row.isNotDone() && !result.matches("(?i)|NOT DONE")) {
      throw new RowException(
          row.domain()
              + "STAT is 'NOT DONE', but there is a result, '"
              + result
              + "'; expected one of them");
    }
    String reason = row.own("REASND");
    String code = row.supp("ABSENT");
    if (!code.isEmpty()) {
      CodeableConcept absent =
          code.equals("NONE") ? new CodeableConcept() : Elements.concept(Elements.ABSENT, code);
      return absent.setText(reason);
    }
    return reason.isEmpty()
            || reason.matches(
                "unknown|not-performed|not-asked|asked-unknown|error|masked|unsupported|temp-unknown|asked-declined|not-applicable|not-permitted")
        ? Elements.concept(Elements.ABSENT, reason.isEmpty() ? "not-performed" : reason)
        : Elements.concept(Elements.ABSENT, "not-performed").setText(reason);
  }
}
