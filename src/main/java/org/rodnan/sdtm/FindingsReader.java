package org.rodnan.sdtm;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.hl7.fhir.r4.model.Observation;
import org.hl7.fhir.r4.model.Observation.ObservationComponentComponent;
import org.hl7.fhir.r4.model.Quantity;
import org.rodnan.mapping.Elements;
import org.rodnan.mapping.Measure;
import org.rodnan.mapping.RowException;
import org.rodnan.mapping.Term;

/** From the domains of findings to observations. Not thread safe. */
final class FindingsReader {
  private final SdtmMapping mapping;
  private final Subjects subjects;
  private final RowElements elements;
  private final ObservationElements observations;
  private final ResultReader results;
  private final Tally tally;

  /**
   * Rows that give one observation: those of a skin score, else one.
   *
   * @param own what the mapping says of the test
   */
  record Measured(List<Row> rows, Measure measure, Optional<SdtmMapping.Test> own) {}

  FindingsReader(
      SdtmMapping mapping,
      Subjects subjects,
      RowElements elements,
      ObservationElements observations,
      Tally tally) {
    this.mapping = mapping;
    this.subjects = subjects;
    this.elements = elements;
    this.observations = observations;
    this.results = new ResultReader(elements);
    this.tally = tally;
  }

  /** Rows that give an observation each, in the order in which they do; others are counted. */
  List<Measured> measured(String domain, List<Row> rows) {
    List<Measured> measured = new ArrayList<>();
    Map<String, List<Row>> scores = new LinkedHashMap<>();
    Map<String, Integer> unmapped = new TreeMap<>();
    for (Row row : rows) {
      String test = row.own("TESTCD");
      Optional<SdtmMapping.Test> own = own(row);
      Optional<Measure> measure = measure(row, own);
      if (isIgnored(domain, test) || measure.isEmpty()) {
        unmapped.merge(test, 1, Integer::sum);
      } else if (measure.get().isSkinScore()) {
        scores
            .computeIfAbsent(
                String.join(
                    "|",
                    row.subject(),
                    row.text("VISITNUM"),
                    row.text("VISIT"),
                    row.own("DTC"),
                    row.own("GRPID")),
                key -> new ArrayList<>())
            .add(row);
      } else {
        measured.add(new Measured(List.of(row), measure.get(), own));
      }
    }
    for (List<Row> score : scores.values()) {
      Measure total = Measure.of(Measure.MRSS).orElseThrow();
      measured.add(new Measured(score, total, Optional.empty()));
    }
    unmapped.forEach((test, count) ->
        tally.add(
            rows.getFirst().file(),
            domain + "." + test,
            isIgnored(domain, test)
                ? "rows are ignored, as the mapping says"
                : "rows of a test that is mapped to no measure",
            count));
    return measured;
  }

  private boolean isIgnored(String domain, String test) {
    return mapping.ignored().contains(domain + "." + test.toUpperCase(Locale.ROOT));
  }

  /** What the mapping says of the row's test. */
  private Optional<SdtmMapping.Test> own(Row row) {
    return mapping.tests().stream().filter(each -> each.fits(row)).findFirst();
  }

  private static Optional<Measure> measure(Row row, Optional<SdtmMapping.Test> own) {
    return own.map(each -> Measure.of(each.measure()).orElseThrow())
        .or(() -> Finding.in(row.domain(), row.own("TESTCD")));
  }

  Observation read(Measured measured) {
    return measured.measure().isSkinScore()
        ? skinScore(measured.rows(), measured.measure())
        : finding(measured.rows().getFirst(), measured.measure(), measured.own());
  }

  private Observation finding(Row row, Measure measure, Optional<SdtmMapping.Test> own) {
    Subject subject = subjects.of(row);
    Observation observation = observations.observation(row, measure, subject, row.own("TESTCD"));
    if (measure.isPredicted()) {
      String equation =
          row.supp("REFEQ").isEmpty() ? mapping.referenceEquation() : row.supp("REFEQ");
      if (equation.isEmpty()) {
        throw new RowException(
            "The % predicted value names no reference equation; expected it in SUPP"
                + row.domain()
                + " (REFEQ) or as reference-equation of the mapping");
      }
      observation.addExtension(
          Elements.extension(
              Elements.PROFILES + "ssc-reference-equation",
              Elements.concept(Elements.EQUATIONS, equation)));
    }
    if (measure.isAdjusted()) {
      observation.addExtension(
          Elements.extension(
              Elements.PROFILES + "ssc-hemoglobin-source",
              Elements.concept(
                  Elements.HEMOGLOBIN,
                  row.supp("HGBSRC").isEmpty() ? "not-stated" : row.supp("HGBSRC"))));
    }
    imputed(row, observation);
    if (row.isNotDone()) {
      observation.setDataAbsentReason(ResultReader.absent(row));
    } else if (measure.kind() == Measure.Kind.ANTIBODY) {
      String result = ResultReader.result(row);
      Term term = elements.term(row, row.domain() + "STRESC", result, Term.RESULT);
      observation.setValue(Elements.concept(term.system(), term.code()));
    } else {
      observation.setValue(results.value(row, measure, own));
    }
    return observation;
  }

  private static void imputed(Row row, Observation observation) {
    if (!row.supp("IMPUTED").isEmpty()) {
      observation.addExtension(
          Elements.extension(
              Elements.PROFILES + "ssc-imputed",
              Elements.concept(Elements.IMPUTATION, row.supp("IMPUTED"))));
    }
  }

  private Observation skinScore(List<Row> rows, Measure total) {
    Row first = rows.getFirst();
    Subject subject = subjects.of(first);
    Map<String, Row> byCode = new HashMap<>();
    for (Row row : rows) {
      Measure measure = measure(row, own(row)).orElseThrow();
      Row before = byCode.put(measure.code(), row);
      if (before != null) {
        throw new RowException(
            measure.code()
                + " is there twice at one visit, in rows "
                + before.number()
                + " and "
                + row.number());
      }
    }
    Observation observation =
        observations.observation(byCode.getOrDefault(Measure.MRSS, first), total, subject, "MRSS");
    Row sum = byCode.get(Measure.MRSS);
    if (sum != null) {
      imputed(sum, observation);
    }
    BigDecimal added = BigDecimal.ZERO;
    int found = 0;
    for (Measure site : Measure.SITES) {
      Row row = byCode.get(site.code());
      if (row == null) {
        continue;
      }
      ObservationComponentComponent component = observation.addComponent();
      component.setCode(Elements.concept(site.system(), site.code()));
      if (row.isNotDone()) {
        component.setDataAbsentReason(ResultReader.absent(row));
      } else {
        Quantity value = results.value(row, site, Optional.empty());
        component.setValue(value);
        added = added.add(value.getValue());
        found++;
      }
    }
    if (sum != null && !sum.isNotDone()) {
      observation.setValue(results.value(sum, total, Optional.empty()));
    } else if (sum == null && found == Measure.SITES.size()) {
      observation.setValue(Elements.quantity(added, "{score}"));
    } else {
      observation.setDataAbsentReason(ResultReader.absent(sum == null ? first : sum));
    }
    return observation;
  }
}
