package org.rodnan.sdtm;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.DateTimeType;
import org.hl7.fhir.r4.model.DomainResource;
import org.hl7.fhir.r4.model.Extension;
import org.hl7.fhir.r4.model.Period;
import org.hl7.fhir.r4.model.Quantity;
import org.hl7.fhir.r4.model.Type;
import org.rodnan.dataset.Definitions;
import org.rodnan.mapping.Elements;
import org.rodnan.mapping.Ids;
import org.rodnan.mapping.Measure;
import org.rodnan.mapping.RowException;
import org.rodnan.mapping.Term;
import org.rodnan.mapping.Units;
import org.rodnan.mapping.Visits;

/**
 * Elements that resources of several domains have, from the variables of a row: ids, links, terms,
 * doses and times. What is left out is counted. Not thread safe.
 */
final class RowElements {
  private static final String HTEST = "HTEST";

  private final SdtmMapping mapping;
  private final Definitions definitions;
  private final Tally tally;

  RowElements(SdtmMapping mapping, Definitions definitions, Tally tally) {
    this.mapping = mapping;
    this.definitions = definitions;
    this.tally = tally;
  }

  static void start(DomainResource resource, String id, String profile, Subject subject) {
    resource.setId(id);
    if (!profile.isEmpty()) {
      resource.getMeta().addProfile(Elements.PROFILES + profile);
    }
    if (subject.isTest()) {
      resource
          .getMeta()
          .addSecurity()
          .setSystem("http://terminology.hl7.org/CodeSystem/v3-ActReason")
          .setCode(HTEST);
    }
  }

  void linked(
      DomainResource resource, Row row, String dayVariable, String dateVariable, Subject subject) {
    if (row.supp("NOSTUDY").isEmpty()) {
      resource.addExtension(
          Elements.extension(Elements.STUDY, Elements.reference("ResearchStudy", subject.study())));
    }
    visit(row, dayVariable, dateVariable, subject).ifPresent(resource::addExtension);
  }

  Optional<Extension> visit(Row row, String dayVariable, String dateVariable, Subject subject) {
    Optional<String> code = visitCode(row);
    Optional<Integer> day = day(row, dayVariable, dateVariable, subject);
    return code.isPresent() || day.isPresent()
        ? Optional.of(Elements.visit(code, day))
        : Optional.empty();
  }

  Optional<String> visitCode(Row row) {
    String name = row.text("VISIT");
    String number = row.text("VISITNUM");
    if (name.isEmpty() && number.isEmpty()) {
      return Optional.empty();
    }
    Optional<String> code =
        SdtmMapping.lookUp(mapping.visits(), name)
            .or(() -> SdtmMapping.lookUp(mapping.visits(), number))
            .or(() -> Visits.code(name));
    if (code.isEmpty()) {
      throw new RowException(
          "The visit '"
              + name
              + "' (VISITNUM "
              + number
              + ") is no code of ssc-visit; expected one that the mapping names");
    }
    return code;
  }

  /** As the row has it, else counted from RFSTDTC; there is no day 0. */
  Optional<Integer> day(Row row, String variable, String dateVariable, Subject subject) {
    String day = row.text(variable);
    if (day.matches("-?[1-9]\\d{0,5}")) {
      return Optional.of(Integer.parseInt(day));
    }
    if (!day.isEmpty()) {
      throw new RowException(variable + " is '" + day + "'; expected a day other than 0");
    }
    String at = DateTexts.known(dateVariable, row.text(dateVariable));
    boolean isTold = !row.supp("NODAY").isEmpty();
    if (at.length() < 10 || subject.reference().length() < 10 || isTold) {
      return Optional.empty();
    }
    long days =
        ChronoUnit.DAYS.between(
            LocalDate.parse(subject.reference().substring(0, 10)),
            LocalDate.parse(at.substring(0, 10)));
    return Optional.of((int) (days < 0 ? days : days + 1));
  }

  /** Text, and codings that supplemental qualifiers name. */
  CodeableConcept term(Row row, String variable, String decoded) {
    CodeableConcept concept = new CodeableConcept();
    others(row, concept);
    String text = required(row, variable);
    if (!row.supp("NOTEXT").equals("Y") || !concept.hasCoding()) {
      concept.setText(text);
    } else if (!text.equals(concept.getCodingFirstRep().getCode())) {
      concept.getCodingFirstRep().setDisplay(text);
    }
    String preferred = decoded.isEmpty() ? "" : row.text(decoded);
    if (concept.hasText() && !preferred.isEmpty() && !preferred.equalsIgnoreCase(text)) {
      concept.setText(preferred + " (" + text + ")");
    }
    return concept;
  }

  /** Codings beside the one that the row means. */
  static void others(Row row, CodeableConcept concept) {
    for (int i = 1; !row.supp("CODE" + i).isEmpty(); i++) {
      concept.addCoding(Elements.coding(row.supp("CODE" + i)));
    }
  }

  Term term(Row row, String variable, String value, List<Term> terms) {
    String mapped = mapping.term(variable, value);
    return Term.ofSubmission(terms, mapped)
        .or(() ->
            definitions
                .decode(row.domain(), variable, value)
                .flatMap(decode -> Term.ofSubmission(terms, decode)))
        .orElseThrow(() ->
            new RowException(
                variable
                    + " is '"
                    + value
                    + "'; expected one of "
                    + terms.stream().map(Term::submission).toList()
                    + ", or the mapping to name it under terms"));
  }

  Optional<Quantity> dose(Row row, String variable, String unitVariable) {
    String dose = row.text(variable);
    if (dose.isEmpty()) {
      return Optional.empty();
    }
    String unit = kept(row, "UCUM", "");
    return Optional.of(
        Elements.quantity(
            new BigDecimal(kept(row, "DOSENUM", dose)),
            unit.isEmpty() ? unit(required(row, unitVariable)) : unit));
  }

  Optional<Type> effective(Row row, String from, String to) {
    return row.supp("POINT").equals("Y")
        ? Optional.of(new DateTimeType(DateTexts.required(from, row.text(from))))
        : period(row, from, to).map(Type.class::cast);
  }

  Optional<Period> period(Row row, String from, String to) {
    Period period = new Period();
    String start = date(row, from);
    String end = date(row, to);
    if (!start.isEmpty()) {
      period.setStartElement(new DateTimeType(start));
    }
    if (!end.isEmpty()) {
      period.setEndElement(new DateTimeType(end));
    }
    return period.isEmpty() ? Optional.empty() : Optional.of(period);
  }

  /** Of an element that may be absent; empty, and told, if there is a date without a year. */
  String date(Row row, String variable) {
    String known = DateTexts.known(variable, row.text(variable));
    if (known.isEmpty() && !row.text(variable).isEmpty()) {
      tally.add(row.file(), variable, "dates are left out, since their year is unknown", 1);
    }
    return known;
  }

  static String required(Row row, String variable) {
    String text = row.text(variable);
    if (text.isEmpty()) {
      throw new RowException(variable + " is empty");
    }
    return text;
  }

  static String kept(Row row, String qualifier, String other) {
    return row.supp(qualifier).isEmpty() ? other : row.supp(qualifier);
  }

  String kept(String id, String other) {
    return mapping.keepsIds() && id.matches("[A-Za-z0-9\\-.]{1,64}") ? id : other;
  }

  String rowId(Row row, Subject subject) {
    String own = row.own("SPID");
    String key = own.isEmpty() ? required(row, row.domain() + "SEQ") : own;
    return kept(
        own, Ids.id(subject.id() + "-" + row.domain().toLowerCase(Locale.ROOT) + "-" + key));
  }

  /** Readable as far as it goes, then a hash of the key: numbers change when a file is cut anew. */
  String findingId(Row row, Subject subject, Measure measure, String test) {
    String key =
        String.join(
            "|",
            row.domain(),
            test.isEmpty() ? row.text("MHTERM") : test,
            row.text("VISITNUM"),
            row.text("VISIT"),
            row.own("DTC"),
            row.own("TPT"),
            row.own("LOC"),
            row.own("LAT"));
    String own = row.own("SPID");
    String id = subject.id() + "-" + measure.code() + "-" + Ids.hash(key + "|" + own);
    return kept(own, Ids.id(id));
  }

  String unit(String unit) {
    return SdtmMapping.lookUp(mapping.units(), unit)
        .or(() -> Units.ucum(unit))
        .orElseThrow(() ->
            new RowException(
                "The unit '" + unit + "' is not known; expected one that the mapping names"));
  }
}
