package org.rodnan.sdtm;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.hl7.fhir.r4.model.AdverseEvent;
import org.hl7.fhir.r4.model.Condition;
import org.hl7.fhir.r4.model.DomainResource;
import org.hl7.fhir.r4.model.MedicationAdministration;
import org.hl7.fhir.r4.model.MedicationStatement;
import org.hl7.fhir.r4.model.Observation;
import org.hl7.fhir.r4.model.Patient;
import org.hl7.fhir.r4.model.ResearchSubject;
import org.hl7.fhir.r4.model.Resource;
import org.rodnan.dataset.DefineXmlWriter;
import org.rodnan.dataset.Table;
import org.rodnan.dataset.Value;

/**
 * Writes the resources of one study as SDTM. Resources that have no place in it, and resources of
 * persons who are not subjects of it, are left out and counted. Not thread safe; of one study.
 */
public final class SdtmWriter {
  private final WrittenRows rows;
  private final LeftOut leftOut = new LeftOut();
  private final DemographicsWriter demographics;
  private final AdverseEventWriter events;
  private final InterventionWriter interventions;
  private final MedicalHistoryWriter history;
  private final FindingsWriter findings;
  private final SubjectVisitWriter visits;
  private final SupplementWriter supplements;
  private final RelationWriter relations;
  private final CommentWriter comments;

  /**
   * A domain with its rows, in the order of its key.
   *
   * @param description as Define-XML has it
   */
  public record Tabulation(
      Table table, List<List<Value>> rows, DefineXmlWriter.Dataset description) {
    public Tabulation {
      rows = List.copyOf(rows);
    }
  }

  /**
   * @param study id of the ResearchStudy, which becomes STUDYID
   */
  public SdtmWriter(String study) {
    rows = new WrittenRows(study);
    demographics = new DemographicsWriter(study, rows, leftOut);
    events = new AdverseEventWriter(rows);
    interventions = new InterventionWriter(rows);
    history = new MedicalHistoryWriter(rows, leftOut);
    findings = new FindingsWriter(rows, leftOut);
    visits = new SubjectVisitWriter(study, rows);
    supplements = new SupplementWriter(study);
    relations = new RelationWriter(study, rows, leftOut);
    comments = new CommentWriter(study, leftOut);
  }

  /**
   * After {@link #write}, what has no place in SDTM and how many there were: resources that gave no
   * row, by type or measure, references, and rests of texts that are too long.
   */
  public Map<String, Integer> leftOut() {
    return leftOut.counts();
  }

  /** The domains that have rows, by name. */
  public List<Tabulation> write(List<Resource> resources) {
    return write(resources, resources.stream());
  }

  /**
   * The same; each resource that is not about a person as such is looked at once.
   *
   * @param persons all Patients and ResearchSubjects; other resources among them are ignored
   */
  public List<Tabulation> write(List<Resource> persons, Stream<Resource> records) {
    Map<String, Patient> patients = new HashMap<>();
    for (Resource resource : persons) {
      if (resource instanceof Patient patient) {
        patients.put("Patient/" + patient.getIdElement().getIdPart(), patient);
      }
    }
    for (Resource resource : persons) {
      if (resource instanceof ResearchSubject subject) {
        demographics.write(subject, patients);
      }
    }
    records.forEach(this::record);
    visits.write();
    return datasets();
  }

  private void record(Resource resource) {
    switch (resource) {
      case AdverseEvent event -> row(event.getSubject().getReference(), event, events::write);
      case MedicationAdministration given ->
          row(given.getSubject().getReference(), given, interventions::given);
      case MedicationStatement taken ->
          row(taken.getSubject().getReference(), taken, interventions::taken);
      case Condition condition ->
          row(condition.getSubject().getReference(), condition, history::write);
      case Observation observation ->
          row(observation.getSubject().getReference(), observation, findings::write);
      case Patient patient -> {}
      case ResearchSubject subject -> {}
      default -> leftOut.add(resource.fhirType());
    }
  }

  private <T extends DomainResource> void row(
      String patient, T resource, BiConsumer<T, String> writer) {
    demographics
        .usubjid(patient)
        .ifPresentOrElse(
            usubjid -> writer.accept(resource, usubjid),
            () -> leftOut.add(resource.fhirType() + " of nobody enrolled"));
  }

  private List<Tabulation> datasets() {
    List<Tabulation> datasets = new ArrayList<>();
    List<Written> commentRows = new ArrayList<>();
    List<Written> referring = new ArrayList<>();
    for (Layout layout : Layout.ALL) {
      List<Written> sorted = rows.sorted(layout);
      if (sorted.isEmpty()) {
        continue;
      }
      sorted.forEach(row -> fit(row, layout));
      datasets.add(dataset(layout, sorted));
      List<Written> supplementRows = supplements.write(layout, sorted);
      if (!supplementRows.isEmpty()) {
        datasets.add(dataset(Layout.supplement(layout.name()), supplementRows));
      }
      commentRows.addAll(comments.write(layout, sorted));
      sorted.stream().filter(row -> !row.references.isEmpty()).forEach(referring::add);
    }
    List<Written> relationRows = relations.write(referring);
    if (!relationRows.isEmpty()) {
      datasets.add(dataset(Layout.RELATIONS, relationRows));
    }
    if (!commentRows.isEmpty()) {
      commentRows.sort(Comparator.comparing(row -> row.usubjid));
      WrittenRows.number(Layout.COMMENTS, commentRows);
      Layout layout = Layout.comments(commentRows);
      for (Written row : commentRows) {
        fit(row, layout);
        // Comments have no SUPPCO.
        row.supplemental.keySet().forEach(name -> leftOut.add("rest of a long COEVAL"));
      }
      datasets.add(dataset(layout, commentRows));
    }
    return datasets;
  }

  private void fit(Written row, Layout layout) {
    row.fit(layout).forEach(variable -> leftOut.add("rest of a long " + variable));
  }

  private Tabulation dataset(Layout layout, List<Written> written) {
    DefineXmlWriter.Dataset description =
        new DatasetDescriptions(findings.sponsorTests()).of(layout, written);
    List<List<Value>> values = new ArrayList<>();
    for (Written row : written) {
      List<Value> cells = new ArrayList<>();
      for (Layout.Column column : layout.columns()) {
        String value = row.get(column.name());
        cells.add(
            !column.isNumber()
                ? Value.of(value)
                : value.isEmpty() ? Value.MISSING : Value.of(Double.parseDouble(value)));
      }
      values.add(cells);
    }
    return new Tabulation(description.table(), values, description);
  }
}
