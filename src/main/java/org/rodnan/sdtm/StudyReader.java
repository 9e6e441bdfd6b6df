package org.rodnan.sdtm;

import ca.uhn.fhir.parser.DataFormatException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.hl7.fhir.r4.model.Annotation;
import org.hl7.fhir.r4.model.DomainResource;
import org.hl7.fhir.r4.model.ResearchSubject;
import org.rodnan.dataset.Definitions;
import org.rodnan.mapping.MappedContent.Mapped;
import org.rodnan.mapping.Refusal;
import org.rodnan.mapping.RowException;

/**
 * From the rows of one subject, or of several, to resources, domain by domain. Not thread safe.
 *
 * <p>What is refused is added to a list, what is left out counted.
 */
final class StudyReader {
  private static final List<String> FINDINGS =
      List.of("SC", "LB", "VS", "RE", "CV", "QS", "RS", "MK");

  private final Map<String, List<Row>> domains;
  private final SdtmMapping mapping;
  private final SeenIds ids;
  private final List<Refusal> refused;
  private final Tally tally;
  private final List<Mapped> resources = new ArrayList<>();
  private final Subjects subjects = new Subjects();
  private final RowRelations relations = new RowRelations();
  private final RowElements elements;
  private final DispositionReader dispositions;
  private final DemographicsReader demographics;
  private final AdverseEventReader events;
  private final InterventionReader interventions;
  private final MedicalHistoryReader history;
  private final FindingsReader findings;

  /**
   * @param stored what is there of the id and keeps its end, since the files don't tell of it
   */
  StudyReader(
      Map<String, List<Row>> domains,
      SdtmMapping mapping,
      Definitions definitions,
      SeenIds ids,
      OneStudy oneStudy,
      Function<String, Optional<ResearchSubject>> stored,
      List<Refusal> refused,
      Tally tally) {
    this.domains = domains;
    this.mapping = mapping;
    this.ids = ids;
    this.refused = refused;
    this.tally = tally;
    elements = new RowElements(mapping, definitions, tally);
    dispositions = new DispositionReader(elements, tally);
    demographics =
        new DemographicsReader(mapping, oneStudy, stored, subjects, dispositions, elements, tally);
    events = new AdverseEventReader(subjects, elements, relations);
    interventions = new InterventionReader(mapping, subjects, elements);
    ObservationElements observations =
        new ObservationElements(elements, new VisitDates(rows("SV")));
    history = new MedicalHistoryReader(subjects, elements, observations);
    findings = new FindingsReader(mapping, subjects, elements, observations, tally);
  }

  List<Mapped> read() {
    Map<String, Row> ends = dispositions.ends(rows("DS"));
    for (Row row : rows("DM")) {
      attempt(row, () -> subject(row, Optional.ofNullable(ends.get(row.subject()))));
    }
    occurrences("AE", events::read);
    occurrences("EX", interventions::exposure);
    occurrences("CM", interventions::medication);
    occurrences("MH", history::read);
    FINDINGS.forEach(this::findings);
    relations.resolve(resources, refused);
    return resources;
  }

  private List<Row> rows(String domain) {
    return domains.getOrDefault(domain, List.of());
  }

  private void subject(Row row, Optional<Row> disposition) {
    demographics.read(row, disposition).forEach(resource -> add(resource, row));
    tellUnmapped(List.of(row));
    disposition.map(List::of).ifPresent(this::tellUnmapped);
  }

  private void findings(String domain) {
    for (FindingsReader.Measured each : findings.measured(domain, rows(domain))) {
      Row first = each.rows().getFirst();
      attempt(first, () -> add(findings.read(each), first, each.rows()));
    }
  }

  /** Of rows that may say that what they name did not take place. */
  private void occurrences(String domain, Function<Row, DomainResource> reading) {
    for (Row row : rows(domain)) {
      attempt(
          row,
          () ->
              whyLeftOut(row)
                  .ifPresentOrElse(
                      why -> tally.add(row.file(), domain, why, 1),
                      () -> add(reading.apply(row), row, List.of(row))));
    }
  }

  private Optional<String> whyLeftOut(Row row) {
    subjects.of(row);
    if (MedicalHistoryReader.organ(row).isPresent()) {
      return Optional.empty();
    }
    return switch (Occurrence.of(row, mapping)) {
      case HAPPENED -> Optional.empty();
      case UNKNOWN -> Optional.of("rows don't tell whether it took place (--STAT, --OCCUR)");
      case DID_NOT_HAPPEN ->
          switch (row.domain()) {
            case "CM" -> Optional.empty();
            case "EX" ->
                InterventionReader.reasonOfStatus(row).isPresent()
                    ? Optional.empty()
                    : Optional.of("rows of what was not given (EXOCCUR) have no reason (EXREASOC)");
            default -> Optional.of("rows are of what did not take place (--OCCUR)");
          };
    };
  }

  private void attempt(Row row, Runnable reading) {
    try {
      reading.run();
    } catch (RowException e) {
      refused.add(new Refusal(row.file(), row.number(), String.valueOf(e.getMessage())));
    } catch (DataFormatException | IllegalArgumentException e) {
      refused.add(
          new Refusal(
              row.file(), row.number(), "A value has a form that FHIR lacks: " + e.getMessage()));
    }
  }

  private void add(DomainResource resource, Row row, List<Row> commented) {
    Comments.add(resource, notes(commented));
    commented.forEach(each -> relations.relate(resource, each));
    add(resource, row);
    commented.forEach(each -> relations.made(each, resource));
    tellUnmapped(commented);
  }

  /** Of the rows of one resource, which was made without these qualifiers. */
  private void tellUnmapped(List<Row> rows) {
    Set<String> asked =
        rows.stream().flatMap(row -> row.asked().stream()).collect(Collectors.toSet());
    for (Row row : rows) {
      for (String name : row.supplemental().keySet()) {
        String qualifier = "SUPP" + row.domain() + "." + name;
        if (!asked.contains(name)) {
          tally.add(
              row.file(),
              qualifier,
              mapping.ignored().contains(qualifier)
                  ? "rows are ignored, as the mapping says"
                  : "rows of a qualifier that is mapped to nothing",
              1);
        }
      }
    }
  }

  private List<Annotation> notes(List<Row> rows) {
    return rows.stream()
        .flatMap(row -> row.comments().stream())
        .map(comment -> Comments.note(comment, elements.date(comment, "CODTC")))
        .toList();
  }

  private void add(DomainResource resource, Row row) {
    if (!ids.add(resource.fhirType() + "/" + resource.getIdElement().getIdPart())) {
      throw new RowException("Another row before it gives the same resource " + resource.getId());
    }
    resources.add(new Mapped(resource, row.file(), row.number()));
  }
}
