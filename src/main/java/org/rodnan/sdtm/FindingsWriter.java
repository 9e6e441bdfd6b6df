package org.rodnan.sdtm;

import java.math.BigDecimal;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.Coding;
import org.hl7.fhir.r4.model.DateTimeType;
import org.hl7.fhir.r4.model.Extension;
import org.hl7.fhir.r4.model.Observation;
import org.hl7.fhir.r4.model.Observation.ObservationComponentComponent;
import org.hl7.fhir.r4.model.Observation.ObservationStatus;
import org.hl7.fhir.r4.model.Period;
import org.hl7.fhir.r4.model.Quantity;
import org.hl7.fhir.r4.model.Type;
import org.rodnan.mapping.Elements;
import org.rodnan.mapping.Measure;
import org.rodnan.mapping.Term;

/** Observations as findings of several domains, those of organs as MH. Not thread safe. */
final class FindingsWriter {
  private final WrittenRows rows;
  private final LeftOut leftOut;
  private final Map<String, Set<String>> sponsorTests = new HashMap<>();

  FindingsWriter(WrittenRows rows, LeftOut leftOut) {
    this.rows = rows;
    this.leftOut = leftOut;
  }

  /** The tests of each domain that CDISC has no code for, of those that were written. */
  Map<String, Set<String>> sponsorTests() {
    return sponsorTests;
  }

  void write(Observation observation, String usubjid) {
    Optional<Coding> coding =
        observation.getCode().getCoding().stream()
            .filter(each ->
                Measure.of(
                        ResourceVariables.text(each.getSystem()),
                        ResourceVariables.text(each.getCode()))
                    .isPresent())
            .findFirst();
    if (coding.isEmpty()) {
      leftOut.add("Observation of " + Elements.token(observation.getCode().getCodingFirstRep()));
      return;
    }
    if (observation.getStatus() == ObservationStatus.ENTEREDINERROR) {
      leftOut.add("Observation entered in error");
      return;
    }
    Measure measure =
        Measure.of(
                ResourceVariables.text(coding.get().getSystem()),
                ResourceVariables.text(coding.get().getCode()))
            .orElseThrow();
    Written row = finding(observation, usubjid, measure);
    ResourceVariables.codes(observation.getCode(), coding, row);
    row.supp("CODETXT", ResourceVariables.text(observation.getCode().getText()));
    if (measure.kind() == Measure.Kind.INVOLVEMENT) {
      involvement(observation, measure, row);
      return;
    }
    result(observation.getValue(), observation.getDataAbsentReason(), row);
    code(observation, "ssc-reference-equation").ifPresent(each -> row.supp("REFEQ", each));
    code(observation, "ssc-hemoglobin-source").ifPresent(each -> row.supp("HGBSRC", each));
    code(observation, "ssc-imputed").ifPresent(each -> row.supp("IMPUTED", each));
    for (ObservationComponentComponent component : observation.getComponent()) {
      component.getCode().getCoding().stream()
          .flatMap(each ->
              Measure.of(
                  ResourceVariables.text(each.getSystem()), ResourceVariables.text(each.getCode()))
                  .stream())
          .findFirst()
          .ifPresent(site -> {
            Written part = finding(observation, usubjid, site);
            part.notes.clear();
            result(component.getValue(), component.getDataAbsentReason(), part);
          });
    }
  }

  private static Optional<String> code(Observation observation, String extension) {
    return Elements.find(observation, Elements.PROFILES + extension)
        .map(Extension::getValue)
        .flatMap(Elements::code);
  }

  private Written finding(Observation observation, String usubjid, Measure measure) {
    Finding finding = Finding.of(measure);
    String domain = finding.domain();
    Written row = rows.start(domain, usubjid, observation);
    if (measure.kind() != Measure.Kind.INVOLVEMENT) {
      row.put(domain + "TESTCD", finding.test());
      row.put(domain + "TEST", finding.name());
      row.put(domain + "CAT", finding.group());
      if (!finding.isStandard()) {
        sponsorTests.computeIfAbsent(domain, key -> new TreeSet<>()).add(finding.test());
      }
    }
    if (measure.isSkinScore()) {
      row.put(domain + "GRPID", observation.getIdElement().getIdPart());
    }
    ResourceVariables.timing(observation, row, domain + "DY");
    if (observation.getEffective() instanceof DateTimeType at) {
      row.put(domain + "DTC", ResourceVariables.text(at));
    } else if (observation.getEffective() instanceof Period period) {
      row.put(domain + "DTC", ResourceVariables.text(period.getStartElement()));
      // In MH it would be the end of the event.
      String end = ResourceVariables.text(period.getEndElement());
      row.put(domain + "ENDTC", domain.equals("MH") ? "" : end);
      row.supp("PERIOD", end.isEmpty() || !domain.equals("MH") ? "Y" : end);
    }
    String category =
        observation.hasCategory()
            ? ResourceVariables.text(
                observation.getCategoryFirstRep().getCodingFirstRep().getCode())
            : "none";
    row.supp("OBSCAT", category.equals(measure.category()) ? "" : category);
    String status = observation.hasStatus() ? observation.getStatus().toCode() : "final";
    row.supp("OBSSTAT", status.equals("final") ? "" : status);
    ResourceVariables.link(observation, row);
    return row;
  }

  private static void involvement(Observation observation, Measure measure, Written row) {
    Finding finding = Finding.of(measure);
    row.put("MHTERM", finding.test());
    row.put("MHCAT", finding.group());
    row.put("MHPRESP", "Y");
    Optional<String> answer = Optional.ofNullable(observation.getValue()).flatMap(Elements::code);
    row.put("MHOCCUR", answer.orElse(""));
    if (answer.isEmpty()) {
      notDone(observation.getDataAbsentReason(), row);
    }
  }

  private static void result(Type value, CodeableConcept absent, Written row) {
    String domain = row.domain;
    if (value instanceof Quantity quantity && quantity.hasValue()) {
      String number = plain(quantity);
      row.put(domain + "ORRES", number);
      row.put(domain + "STRESC", number);
      row.put(
          domain + "STRESN",
          quantity.hasComparator() ? "" : ResourceVariables.digits(quantity.getValue()));
      ResourceVariables.unit(quantity, row, domain + "ORRESU", domain + "STRESU");
    } else if (value instanceof CodeableConcept) {
      String submission = ResourceVariables.submission(Term.RESULT, value);
      row.put(domain + "ORRES", submission);
      row.put(domain + "STRESC", submission);
    } else {
      notDone(absent, row);
    }
  }

  private static String plain(Quantity quantity) {
    BigDecimal number = quantity.getValue();
    return (quantity.hasComparator() ? quantity.getComparator().toCode() : "")
        + ResourceVariables.digits(number);
  }

  private static void notDone(CodeableConcept absent, Written row) {
    row.put(row.domain + "STAT", "NOT DONE");
    String code = Elements.code(absent).orElse("");
    row.put(row.domain + "REASND", absent.hasText() ? absent.getText() : code);
    if (absent.hasText()) {
      row.supp("ABSENT", code.isEmpty() ? "NONE" : code);
    }
  }
}
