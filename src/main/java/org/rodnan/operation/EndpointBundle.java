package org.rodnan.operation;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.HashMap;
import java.util.Map;
import org.hl7.fhir.r4.model.Bundle;
import org.hl7.fhir.r4.model.Bundle.BundleType;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.Coding;
import org.hl7.fhir.r4.model.Extension;
import org.hl7.fhir.r4.model.Group;
import org.hl7.fhir.r4.model.Group.GroupType;
import org.hl7.fhir.r4.model.Observation;
import org.hl7.fhir.r4.model.Observation.ObservationStatus;
import org.hl7.fhir.r4.model.Quantity;
import org.hl7.fhir.r4.model.Reference;
import org.hl7.fhir.r4.model.Resource;
import org.rodnan.endpoint.EndpointTable;
import org.rodnan.endpoint.EndpointTable.Comparison;
import org.rodnan.endpoint.EndpointTable.Row;
import org.rodnan.endpoint.EndpointTable.Test;
import org.rodnan.endpoint.Sample;
import org.rodnan.fhir.IdGenerator;
import org.rodnan.fhir.ResourceKey;

/**
 * An endpoint table as FHIR: each population of each stratum a Group, each result an Observation on
 * it, in the profiles of what papers print (ssc-analysis-population, ssc-published-result), but
 * marked as recomputed. For one table.
 */
final class EndpointBundle {
  private static final String BASE = "https://w3id.org/rodnan/";
  private static final String SYSTEMS = BASE + "CodeSystem/";
  private static final String STATISTICS =
      "http://terminology.hl7.org/CodeSystem/observation-statistics";
  private static final String OURS = SYSTEMS + "ssc-statistic";
  private static final String UCUM = "http://unitsofmeasure.org";
  private static final double PERCENT = 100;

  private final ResourceKey study;
  private final Coding measure;
  private final EndpointTable table;
  private final IdGenerator ids;
  private final Bundle bundle = new Bundle().setType(BundleType.COLLECTION);
  private final Map<String, String> groups = new HashMap<>();

  /**
   * @param measure token
   */
  EndpointBundle(ResourceKey study, String measure, EndpointTable table, IdGenerator ids) {
    this.study = study;
    int bar = measure.indexOf('|');
    this.measure =
        new Coding()
            .setSystem(bar > 0 ? measure.substring(0, bar) : SYSTEMS + "ssc-measure")
            .setCode(measure.substring(bar + 1));
    this.table = table;
    this.ids = ids;
  }

  Bundle bundle() {
    for (Row row : table.rows()) {
      String group = group(row);
      if (row.change().n() > 0) {
        level(group, table.baseline(), row.baseline());
        level(group, row.visit(), row.atVisit());
        Observation change = result(group, row.visit(), "change");
        sample(change, row.change());
        interval(change, row);
        test(change, "paired-t", row.pairedT());
        if (Double.isFinite(row.wilcoxon().p())) {
          Observation ranks = result(group, row.visit(), "change");
          number(ranks, OURS, "n", row.change().n(), "1");
          test(ranks, "wilcoxon-signed-rank", row.wilcoxon());
        }
        if (row.percentChange().n() > 0) {
          Observation percent = result(group, row.visit(), "percent-change");
          number(percent, OURS, "n", row.percentChange().n(), "1");
          number(percent, STATISTICS, "average", row.percentChange().mean(), "%");
          number(percent, STATISTICS, "std-dev", row.percentChange().sd(), "%");
        }
        row.correlation().ifPresent(test -> correlated(group, row, test));
        row.responders().ifPresent(count -> responded(group, row, count));
      }
    }
    for (Comparison comparison : table.comparisons()) {
      compared(comparison, "unpaired-t", comparison.welch());
      compared(comparison, "mann-whitney", comparison.mannWhitney());
    }
    return bundle;
  }

  /** The population at a visit: who is missing there isn't in it. */
  private String group(Row row) {
    String name = row.population().code() + ", " + row.stratum() + ", " + row.visit();
    Group group = new Group();
    group.getMeta().addProfile(BASE + "StructureDefinition/ssc-analysis-population");
    group.setType(GroupType.PERSON).setActual(true).setName(name);
    group.setQuantity(row.change().n());
    group
        .addCharacteristic()
        .setExclude(false)
        .setCode(concept("ssc-population-characteristic", "study"))
        .setValue(new Reference(study.toString()));
    group
        .addCharacteristic()
        .setExclude(false)
        .setCode(concept("ssc-population-characteristic", "analysis-set"))
        .setValue(
            concept("ssc-analysis-set", row.population().set()).setText(row.population().rule()));
    if (!row.stratum().equals(EndpointTable.ALL)) {
      group
          .addCharacteristic()
          .setExclude(false)
          .setCode(concept("ssc-population-characteristic", "subgroup"))
          .setValue(new CodeableConcept().setText(row.stratum()));
    }
    String reference = add(group);
    groups.put(row.population().code() + " " + row.stratum() + " " + row.visit(), reference);
    return reference;
  }

  private void compared(Comparison comparison, String code, Test test) {
    String left =
        groups.get(
            comparison.population().code() + " " + comparison.left() + " " + comparison.visit());
    if (left == null || !Double.isFinite(test.p())) {
      return;
    }
    Observation difference = result(left, comparison.visit(), "difference");
    difference
        .addNote()
        .setText("Change of " + comparison.left() + " beside that of " + comparison.right());
    test(difference, code, test);
  }

  private void correlated(String group, Row row, Test correlation) {
    if (Double.isFinite(correlation.statistic())) {
      Observation result = result(group, row.visit(), "correlation");
      number(result, OURS, "spearman-rho", correlation.statistic(), "1");
      test(result, "spearman", correlation);
    }
  }

  private void responded(String group, Row row, int responders) {
    Observation result = result(group, row.visit(), "frequency");
    number(result, OURS, "subjects-affected", responders, "1");
    number(result, OURS, "denominator", row.change().n(), "1");
    number(result, OURS, "percent", PERCENT * responders / row.change().n(), "%");
  }

  private void level(String group, String visit, Sample sample) {
    sample(result(group, visit, "level"), sample);
  }

  private Observation result(String group, String visit, String kind) {
    Observation result = new Observation();
    result.getMeta().addProfile(BASE + "StructureDefinition/ssc-published-result");
    result.addExtension(
        new Extension(
            "http://hl7.org/fhir/StructureDefinition/workflow-researchStudy",
            new Reference(study.toString())));
    Extension at = new Extension(BASE + "StructureDefinition/ssc-visit");
    at.addExtension(new Extension("code", concept("ssc-visit", visit)));
    result.addExtension(at);
    result.setStatus(ObservationStatus.FINAL);
    result.addCategory(concept("ssc-result-kind", "published-result"));
    result.addCategory(concept("ssc-result-kind", kind));
    result.setCode(new CodeableConcept(measure));
    result.setSubject(new Reference(group));
    result.setMethod(concept("ssc-figure-source", "recomputed"));
    result
        .addNote()
        .setText(
            "Computed from the Observations of the subjects, as of log position "
                + table.position().value());
    add(result);
    return result;
  }

  /** Returns a reference that the entries' addresses resolve; nothing of it is stored. */
  private String add(Resource resource) {
    resource.setId(ids.next());
    String reference = resource.fhirType() + "/" + resource.getIdElement().getIdPart();
    bundle.addEntry().setFullUrl(BASE + "endpoint/" + reference).setResource(resource);
    return reference;
  }

  private void sample(Observation result, Sample sample) {
    number(result, STATISTICS, "average", sample.mean(), table.unit());
    number(result, STATISTICS, "std-dev", sample.sd(), table.unit());
    number(result, STATISTICS, "median", sample.median(), table.unit());
    number(result, STATISTICS, "4-lower", sample.q1(), table.unit());
    number(result, STATISTICS, "4-upper", sample.q3(), table.unit());
    number(result, OURS, "n", sample.n(), "1");
  }

  private void interval(Observation result, Row row) {
    if (Double.isFinite(row.changeCiLow())) {
      number(result, OURS, "ci-lower", row.changeCiLow(), table.unit());
      number(result, OURS, "ci-upper", row.changeCiHigh(), table.unit());
      number(result, OURS, "ci-level", PERCENT * EndpointTable.LEVEL, "%");
    }
  }

  private void test(Observation result, String code, Test test) {
    if (!Double.isFinite(test.p())) {
      return;
    }
    number(result, OURS, "p-value", test.p(), "1");
    result
        .addComponent()
        .setCode(new CodeableConcept(new Coding().setSystem(OURS).setCode("statistical-test")))
        .setValue(concept("ssc-statistical-test", code).setText(test.variant()));
  }

  private static void number(
      Observation result, String system, String code, double value, String unit) {
    if (!Double.isFinite(value)) {
      return;
    }
    result
        .addComponent()
        .setCode(new CodeableConcept(new Coding().setSystem(system).setCode(code)))
        .setValue(
            new Quantity().setValue(exact(value)).setUnit(unit).setSystem(UCUM).setCode(unit));
  }

  /** A count is a whole number. */
  private static BigDecimal exact(double value) {
    BigDecimal number = new BigDecimal(Double.toString(value));
    return value == Math.rint(value) ? number.setScale(0, RoundingMode.UNNECESSARY) : number;
  }

  private static CodeableConcept concept(String system, String code) {
    return new CodeableConcept(new Coding().setSystem(SYSTEMS + system).setCode(code));
  }
}
