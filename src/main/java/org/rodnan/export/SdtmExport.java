package org.rodnan.export;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.hl7.fhir.r4.model.Identifier;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.hl7.fhir.r4.model.ResearchStudy;
import org.hl7.fhir.r4.model.Resource;
import org.rodnan.dataset.DatasetFormatException;
import org.rodnan.dataset.DefineXmlWriter.Study;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.fhir.ResourceKey;
import org.rodnan.interaction.ReadInteraction;
import org.rodnan.sdtm.SdtmArchive;
import org.rodnan.sdtm.SdtmArchive.Format;
import org.rodnan.sdtm.SdtmWriter;
import org.rodnan.sdtm.SdtmWriter.Tabulation;
import org.rodnan.search.EverythingEngine;
import org.rodnan.search.SearchPage;
import org.rodnan.search.SearchRequest.Parameter;

/**
 * A study as SDTM: {@code ResearchStudy/[id]/$sdtm}. It is of one point in time, that of {@code
 * $everything}. Its rows are held in memory, so the number of its resources is bounded. Thread
 * safe.
 */
public final class SdtmExport {
  private static final String SDTMIG = "3.4";
  private static final String PAGE = "1000";

  /** Types of records that rows are made of. */
  private static final Set<String> RECORDS =
      Set.of(
          "Observation",
          "AdverseEvent",
          "Condition",
          "MedicationAdministration",
          "MedicationStatement");

  private final ReadInteraction read;
  private final EverythingEngine everything;
  private final Clock clock;
  private final int resourcesMax;

  /**
   * @param resourcesMax resources of a study; more are refused
   */
  SdtmExport(ReadInteraction read, EverythingEngine everything, Clock clock, int resourcesMax) {
    this.read = read;
    this.everything = everything;
    this.clock = clock;
    this.resourcesMax = resourcesMax;
  }

  /**
   * Writes the zip file, or define.xml alone, and leaves the stream open.
   *
   * @param study key of a ResearchStudy
   * @return resources that have no place in it, by what they are, and how many
   * @throws FhirFailure.NotFound if there never was such a study
   * @throws FhirFailure.Gone if it was deleted
   * @throws FhirFailure.TooLarge if it has more resources than the settings allow
   * @throws FhirFailure.Unprocessable if it has no subjects, or the format can't hold a value
   */
  public Map<String, Integer> write(ResourceKey study, Format format, OutputStream out) {
    ResourceKey known = read.read(study).key();
    List<Resource> persons = new ArrayList<>();
    List<byte[]> records = new ArrayList<>();
    Map<String, Integer> leftOut = new TreeMap<>();
    ResearchStudy protocol = new ResearchStudy();
    SearchPage page = everything.search(known, List.of(new Parameter("_count", PAGE)));
    while (true) {
      for (SearchPage.Entry entry : page.entries()) {
        switch (entry.key().type()) {
          case "ResearchStudy" ->
              protocol =
                  entry.key().equals(known) ? (ResearchStudy) parsed(entry.json()) : protocol;
          case "Patient", "ResearchSubject" -> persons.add(parsed(entry.json()));
          default -> {
            if (RECORDS.contains(entry.key().type())) {
              records.add(entry.json());
            } else {
              leftOut.merge(entry.key().type(), 1, Integer::sum);
            }
          }
        }
      }
      if (persons.size() + records.size() > resourcesMax) {
        throw new FhirFailure.TooLarge(
            known
                + " has more resources than rodnan.export.sdtm-resources-max allows, "
                + resourcesMax
                + ", which are held in memory; $export and views have no such limit");
      }
      if (page.next().isEmpty()) {
        break;
      }
      page = everything.next(known, page.next().get());
    }
    SdtmWriter writer = new SdtmWriter(known.id());
    List<Tabulation> datasets = writer.write(persons, records.stream().map(SdtmExport::parsed));
    if (datasets.isEmpty()) {
      throw new FhirFailure.Unprocessable(
          IssueType.NOTFOUND,
          known + " has no subjects (ResearchSubject); expected one at least",
          "ResearchSubject");
    }
    Study described = describe(known, protocol);
    try {
      if (format == Format.DEFINE) {
        SdtmArchive.define(out, format, described, datasets);
      } else {
        SdtmArchive.write(out, format, described, datasets);
      }
    } catch (DatasetFormatException e) {
      throw new FhirFailure.Unprocessable(
          IssueType.BUSINESSRULE, "The study doesn't fit into " + format + ": " + e.getMessage());
    } catch (IOException e) {
      throw new FhirFailure.Fault("The datasets can't be written", e);
    }
    writer.leftOut().forEach((what, count) -> leftOut.merge(what, count, Integer::sum));
    return leftOut;
  }

  private Study describe(ResourceKey key, ResearchStudy study) {
    String title = Objects.requireNonNullElse(study.getTitle(), key.id());
    String protocol =
        study.getIdentifier().stream()
            .map(Identifier::getValue)
            .filter(Objects::nonNull)
            .findFirst()
            .orElse(key.id());
    return new Study("ST." + key.id(), key.id(), title, protocol, SDTMIG, clock.instant());
  }

  private static Resource parsed(byte[] json) {
    return (Resource)
        FhirContexts.r4().newJsonParser().parseResource(new String(json, StandardCharsets.UTF_8));
  }
}
