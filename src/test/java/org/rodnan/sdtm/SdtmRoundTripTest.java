package org.rodnan.sdtm;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.hl7.fhir.r4.model.Bundle;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.DateTimeType;
import org.hl7.fhir.r4.model.Enumerations.AdministrativeGender;
import org.hl7.fhir.r4.model.MedicationAdministration;
import org.hl7.fhir.r4.model.MedicationStatement;
import org.hl7.fhir.r4.model.Observation;
import org.hl7.fhir.r4.model.Patient;
import org.hl7.fhir.r4.model.Quantity;
import org.hl7.fhir.r4.model.Reference;
import org.hl7.fhir.r4.model.ResearchSubject;
import org.hl7.fhir.r4.model.Resource;
import org.junit.jupiter.api.Test;
import org.rodnan.dataset.DefineXmlWriter;
import org.rodnan.dataset.Definitions;
import org.rodnan.dataset.DefinitionsReader;
import org.rodnan.fhir.FhirContexts;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.mapping.Elements;
import org.rodnan.mapping.MappedContent;
import org.rodnan.mapping.Refusal;
import org.rodnan.mapping.SourceFile;
import org.rodnan.sdtm.SdtmArchive.Format;
import org.rodnan.sdtm.SdtmWriter.Tabulation;

class SdtmRoundTripTest {

  private static final DefineXmlWriter.Study STUDY =
      new DefineXmlWriter.Study(
          "ST.spiera-2011",
          "spiera-2011",
          "Imatinib",
          "NCT00555581",
          "3.4",
          Instant.parse("2026-11-26T08:00:00Z"));

  /** Documented in src/docs/sdtm.md: of the seed trial, only procedures have no domain here. */
  @Test
  void theSeedTrialSurvives() throws IOException {
    List<Resource> original = seed();
    SdtmWriter writer = new SdtmWriter("spiera-2011");
    List<Tabulation> datasets = writer.write(original);
    assertThat(writer.leftOut()).containsOnlyKeys("Procedure");

    SdtmMapping mapping = SdtmMapping.parse("ids: sponsor");
    assertThat(datasets)
        .flatExtracting(each -> each.table().variables())
        .allMatch(variable -> variable.length() <= 200);
    MappedContent transport = read(archive(datasets, Format.XPT), mapping);
    MappedContent json = read(archive(datasets, Format.DATASET_JSON), mapping);
    MappedContent lines = read(archive(datasets, Format.DATASET_NDJSON), mapping);

    assertThat(transport.refused()).isEmpty();
    assertThat(transport.leftOut()).isEmpty();
    assertThat(Surviving.bytes(json)).isEqualTo(Surviving.bytes(transport));
    assertThat(Surviving.bytes(lines)).isEqualTo(Surviving.bytes(transport));
    Map<String, String> expected = new TreeMap<>();
    for (Resource resource : original) {
      if (!resource.fhirType().equals("Procedure")) {
        expected.put(resource.getId(), Surviving.known(resource));
      }
    }
    Map<String, String> found = new TreeMap<>();
    for (MappedContent.Mapped mapped : transport.resources()) {
      Resource resource = mapped.resource();
      found.put(
          resource.fhirType() + "/" + resource.getIdElement().getIdPart(),
          Surviving.known(resource));
    }
    assertThat(found.keySet()).isEqualTo(expected.keySet());
    expected.forEach((key, body) -> assertThat(found.get(key)).as(key).isEqualTo(body));
  }

  @Test
  void readingTwiceGivesTheSameIdsWithoutThoseOfTheSponsor() throws IOException {
    byte[] zip = archive(new SdtmWriter("spiera-2011").write(seed()), Format.XPT);
    MappedContent once = read(zip, SdtmMapping.DEFAULT);
    MappedContent again = read(zip, SdtmMapping.DEFAULT);
    assertThat(Surviving.bytes(again)).isEqualTo(Surviving.bytes(once));
    assertThat(once.refused()).isEmpty();
    assertThat(once.resources()).hasSizeGreaterThan(1_000);
  }

  @Test
  void refusesANumberOfMillionsOfDigits() throws IOException {
    List<Resource> resources = seed();
    Observation.class
        .cast(resources.stream().filter(Observation.class::isInstance).findFirst().orElseThrow())
        .setValue(new Quantity().setValue(new BigDecimal("1e999999")));
    assertThatThrownBy(() -> new SdtmWriter("spiera-2011").write(resources))
        .isInstanceOf(FhirFailure.Unprocessable.class)
        .hasMessageContaining("more than 70 digits");
  }

  @Test
  void refusesWhatRefersToARowThatGaveNothing() throws IOException {
    MedicationStatement first = taken("first");
    MedicationStatement second =
        taken("second").addDerivedFrom(new Reference("MedicationStatement/first"));
    MedicationStatement third =
        taken("third").addDerivedFrom(new Reference("MedicationStatement/second"));
    third.addDerivedFrom(new Reference("Procedure/none"));
    SdtmWriter writer = new SdtmWriter("study");
    List<Tabulation> datasets = writer.write(List.of(patient(), subject(), first, second, third));
    assertThat(writer.leftOut()).containsEntry("reference to Procedure", 1);
    byte[] whole = archive(datasets, Format.DATASET_NDJSON);
    assertThat(read(whole, SdtmMapping.parse("ids: sponsor")).resources()).hasSize(5);

    byte[] broken =
        archive(datasets, Format.DATASET_NDJSON, text -> text.replace("2020-01-01", "1.1.2020"));
    MappedContent content = read(broken, SdtmMapping.parse("ids: sponsor"));
    assertThat(content.refused())
        .extracting(Refusal::reason)
        .satisfiesExactly(
            reason -> assertThat(reason).contains("CMSTDTC is '1.1.2020'"),
            reason -> assertThat(reason).contains("RELREC relates it to row 1 of CM"),
            reason -> assertThat(reason).contains("RELREC relates it to row 2 of CM"));
    assertThat(content.resources()).hasSize(2);
  }

  @Test
  void saysInItsOwnVariableWhatWasNotTaken() throws IOException {
    MedicationStatement not = taken("not");
    not.setStatus(MedicationStatement.MedicationStatementStatus.NOTTAKEN);
    MedicationAdministration withheld = new MedicationAdministration();
    withheld.setId("MedicationAdministration/withheld");
    withheld.getMeta().addProfile(Elements.PROFILES + "ssc-study-treatment");
    withheld.setStatus(MedicationAdministration.MedicationAdministrationStatus.NOTDONE);
    withheld.addStatusReason().setText("Infection");
    withheld.setMedication(new CodeableConcept().setText("Drug A"));
    withheld.setSubject(new Reference("Patient/p"));
    withheld.setEffective(new DateTimeType("2020-01-01"));
    List<Resource> written = List.of(patient(), subject(), not, withheld);
    List<Tabulation> datasets = new SdtmWriter("study").write(written);
    for (String domain : List.of("CM", "EX")) {
      Tabulation dataset =
          datasets.stream()
              .filter(each -> each.table().name().equals(domain))
              .findFirst()
              .orElseThrow();
      assertThat(
              List.of("PRESP", "OCCUR").stream()
                  .map(each -> dataset.table().positions().get(domain + each))
                  .map(at -> dataset.rows().getFirst().get(at).asText()))
          .containsExactly("Y", "N");
    }
    MappedContent content =
        read(archive(datasets, Format.DATASET_NDJSON), SdtmMapping.parse("ids: sponsor"));
    assertThat(content.refused()).isEmpty();
    assertThat(content.leftOut()).isEmpty();
    assertThat(content.resources())
        .extracting(MappedContent.Mapped::resource)
        .filteredOn(each -> List.of("not", "withheld").contains(each.getIdElement().getIdPart()))
        .map(Surviving::known)
        .containsExactlyInAnyOrder(Surviving.known(not), Surviving.known(withheld));
  }

  private static Patient patient() {
    Patient patient = new Patient();
    patient.setId("Patient/p");
    patient.setGender(AdministrativeGender.FEMALE).addIdentifier().setSystem("urn:s").setValue("1");
    return patient;
  }

  private static ResearchSubject subject() {
    ResearchSubject subject = new ResearchSubject();
    subject.setId("ResearchSubject/s");
    subject.setStatus(ResearchSubject.ResearchSubjectStatus.ONSTUDY);
    subject
        .setIndividual(new Reference("Patient/p"))
        .addIdentifier()
        .setSystem("urn:s")
        .setValue("1");
    return subject;
  }

  private static MedicationStatement taken(String id) {
    MedicationStatement taken = new MedicationStatement();
    taken.setId("MedicationStatement/" + id);
    taken.setStatus(MedicationStatement.MedicationStatementStatus.COMPLETED);
    taken.setMedication(new CodeableConcept().setText(id));
    taken.setSubject(new Reference("Patient/p"));
    return taken.getIdElement().getIdPart().equals("first")
        ? taken.setEffective(new DateTimeType("2020-01-01"))
        : taken.setEffective(new DateTimeType("2021"));
  }

  private static byte[] archive(
      List<Tabulation> datasets, Format format, UnaryOperator<String> change) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipInputStream in =
            new ZipInputStream(new ByteArrayInputStream(archive(datasets, format)));
        ZipOutputStream changed = new ZipOutputStream(out)) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        changed.putNextEntry(new ZipEntry(entry.getName()));
        changed.write(change.apply(new String(in.readAllBytes(), UTF_8)).getBytes(UTF_8));
      }
    }
    return out.toByteArray();
  }

  private static List<Resource> seed() throws IOException {
    List<Resource> resources = new ArrayList<>();
    for (int i = 1; i <= 30; i++) {
      String path = "/trials/spiera-2011/subject-%03d.json".formatted(i);
      try (InputStream in = SdtmRoundTripTest.class.getResourceAsStream(path)) {
        Bundle bundle = FhirContexts.r4().newJsonParser().parseResource(Bundle.class, in);
        bundle
            .getEntry()
            .forEach(entry -> {
              Resource resource = entry.getResource();
              resource.setId(resource.fhirType() + "/" + resource.getIdElement().getIdPart());
              resources.add(resource);
            });
      }
    }
    return resources;
  }

  private static byte[] archive(List<Tabulation> datasets, Format format) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    SdtmArchive.write(out, format, STUDY, datasets);
    return out.toByteArray();
  }

  private static MappedContent read(byte[] zip, SdtmMapping mapping) throws IOException {
    List<SourceFile> sources = new ArrayList<>();
    Definitions definitions = Definitions.NONE;
    try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip))) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        byte[] content = in.readAllBytes();
        if (entry.getName().equals("define.xml")) {
          definitions = DefinitionsReader.read(new ByteArrayInputStream(content));
        } else {
          sources.add(new SourceFile(entry.getName(), () -> new ByteArrayInputStream(content)));
        }
      }
    }
    assertThat(definitions.datasets()).hasSize(sources.size());
    return new SdtmReader(1_000_000).read(sources, mapping, definitions);
  }
}
