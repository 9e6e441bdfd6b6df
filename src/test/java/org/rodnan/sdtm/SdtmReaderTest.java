package org.rodnan.sdtm;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.rodnan.sdtm.HandWritten.table;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.hl7.fhir.r4.model.AdverseEvent;
import org.hl7.fhir.r4.model.Condition;
import org.hl7.fhir.r4.model.MedicationAdministration;
import org.hl7.fhir.r4.model.MedicationStatement;
import org.hl7.fhir.r4.model.Observation;
import org.hl7.fhir.r4.model.Patient;
import org.hl7.fhir.r4.model.Reference;
import org.hl7.fhir.r4.model.ResearchSubject;
import org.hl7.fhir.r4.model.Resource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rodnan.dataset.DefineXmlWriter;
import org.rodnan.dataset.Definitions;
import org.rodnan.fhir.FhirFailure;
import org.rodnan.mapping.Elements;
import org.rodnan.mapping.MappedContent;
import org.rodnan.mapping.Measure;
import org.rodnan.mapping.Refusal;
import org.rodnan.mapping.SourceFile;

/** What sponsors send, as Dataset-JSON that is written by hand here. */
class SdtmReaderTest {
  private static final String DM =
      table(
          "DM",
          "STUDYID USUBJID RFSTDTC SEX ARM ARMCD ACTARM",
          "ABC|ABC-01|2008-01-15|F|Drug A|A|Drug A",
          "ABC|ABC-02|2008-02-01|M|Placebo|P|Placebo");

  @Test
  void mapsARodnanScoreAsTheSponsorHasIt() {
    StringBuilder tests = new StringBuilder("tests:\n");
    List<String> rows = new ArrayList<>();
    int seq = 0;
    for (Measure site : Measure.SITES) {
      seq++;
      tests.append("  - {domain: QS, test: SK%02d, measure: %s}\n".formatted(seq, site.code()));
      rows.add("ABC|ABC-01|%d|SK%02d|2|2|Wk 24|2008-07-01".formatted(seq, seq));
    }
    SdtmMapping mapping = SdtmMapping.parse("study: trial-1\nvisits: {wk 24: week-24}\n" + tests);
    MappedContent content =
        read(
            mapping,
            DM,
            table(
                "QS",
                "STUDYID USUBJID QSSEQ QSTESTCD QSORRES QSSTRESC VISIT QSDTC",
                rows.toArray(String[]::new)));
    assertThat(content.refused()).isEmpty();
    Observation score = only(content, Observation.class).getFirst();
    assertThat(score.getComponent()).hasSize(17);
    assertThat(score.getValueQuantity().getValue()).isEqualByComparingTo("34");
    assertThat(((Reference) score.getExtensionByUrl(Elements.STUDY).getValue()).getReference())
        .isEqualTo("ResearchStudy/trial-1");
    assertThat(Elements.visitCode(score)).contains("week-24");
    assertThat(Elements.studyDay(score)).contains(169);
  }

  @Test
  void refusesRowsWithTheirNumberAndReason() {
    MappedContent content =
        read(
            SdtmMapping.DEFAULT,
            DM,
            table(
                "LB",
                "STUDYID USUBJID LBSEQ LBTESTCD LBORRES LBORRESU VISIT LBDTC",
                "ABC|ABC-01|1|ESR|25|mm/h|BASELINE|2008-01-15",
                "ABC|ABC-01|2|ESR|high|mm/h|BASELINE|2008-01-16",
                "ABC|ABC-01|3|CK|25|furlong|BASELINE|2008-01-15",
                "ABC|ABC-09|4|ESR|25|mm/h|BASELINE|2008-01-15",
                "ABC|ABC-01|5|ESR|25|mm/h|VISIT 7|2008-01-18",
                "ABC|ABC-01|6|ESR|25|mm/h|MONTH 3|15JAN2008",
                "ABC|ABC-01|7|GLUC|5|mmol/L|BASELINE|2008-01-15"),
            table(
                "VS",
                "STUDYID USUBJID VSSEQ VSTESTCD VSORRES VSORRESU VSSTAT VSDTC",
                "ABC|ABC-01|1|HR|70|beats/min|NOT DONE|2008-01-15",
                "ABC|ABC-01|2|TEMP|||NOT DONE|2008-01-15"));
    assertThat(content.refused())
        .extracting(each -> each.file() + " " + each.row() + " " + each.reason().split(";")[0])
        .containsExactly(
            "LB 2 LBORRES is 'high'",
            "LB 3 The unit 'furlong' is not known",
            "LB 5 The visit 'VISIT 7' (VISITNUM ) is no code of ssc-visit",
            "LB 6 LBDTC is '15JAN2008'",
            "VS 1 VSSTAT is 'NOT DONE', but there is a result, '70'",
            "LB 4 USUBJID 'ABC-09' is not in DM");
    assertThat(content.leftOut())
        .extracting(Refusal::reason)
        .containsExactly("LB.GLUC: 1 rows of a test that is mapped to no measure");
    assertThat(only(content, Observation.class)).hasSize(2);
  }

  @Test
  void readsDispositionArmsAndSupplementalQualifiers() {
    MappedContent content =
        read(
            SdtmMapping.parse("arms: {drug a: Active}"),
            DM,
            table(
                "DS",
                "STUDYID USUBJID DSSEQ DSTERM DSDECOD DSCAT VISIT DSSTDTC",
                "ABC|ABC-01|1|INFORMED CONSENT|INFORMED CONSENT OBTAINED|PROTOCOL"
                    + " MILESTONE||2008-01-01",
                "ABC|ABC-01|2|Moved away|LOST TO FOLLOW-UP|DISPOSITION EVENT|MONTH 3|2008-04-15"),
            table(
                "RE",
                "STUDYID USUBJID RESEQ RETESTCD REORRES REORRESU VISIT REDTC",
                "ABC|ABC-02|1|FVCPP|82.90|%|BASELINE|2008-02-01"),
            table(
                "SUPPRE",
                "STUDYID RDOMAIN USUBJID IDVAR IDVARVAL QNAM QVAL",
                "ABC|RE|ABC-02|RESEQ|1|REFEQ|gli-2012"));
    assertThat(content.refused()).isEmpty();
    List<ResearchSubject> subjects = only(content, ResearchSubject.class);
    assertThat(subjects.getFirst().getStatus().toCode()).isEqualTo("withdrawn");
    assertThat(subjects.getFirst().getActualArm()).isEqualTo("Active");
    assertThat(subjects.getLast().getStatus().toCode()).isEqualTo("on-study");
    Observation fvc = only(content, Observation.class).getFirst();
    assertThat(fvc.getValueQuantity().getValue().toPlainString()).isEqualTo("82.90");
    assertThat(fvc.getExtensionByUrl(Elements.PROFILES + "ssc-reference-equation")).isNotNull();
  }

  @Test
  void tellsWhoWasNotEnrolled() {
    MappedContent content =
        read(
            SdtmMapping.DEFAULT,
            table(
                "DM",
                "STUDYID USUBJID RFSTDTC SEX ARM ARMCD ARMNRS",
                "ABC|ABC-01||F|||SCREEN FAILURE",
                "ABC|ABC-02||F|||NOT ASSIGNED",
                "ABC|ABC-03||F|Screen Failure|SCRNFAIL|",
                "ABC|ABC-04||F|Not Assigned|NOTASSGN|",
                "ABC|ABC-05|2008-01-15|F|||NOT ASSIGNED",
                "ABC|ABC-06||F|Drug A|A|",
                "ABC|ABC-07||F|||NOT ASSIGNED",
                "ABC|ABC-08||F|||SCREEN FAILURE"),
            table(
                "DS",
                "STUDYID USUBJID DSSEQ DSTERM DSDECOD DSCAT",
                "ABC|ABC-07|1|Moved|WITHDRAWAL BY SUBJECT|DISPOSITION EVENT",
                "ABC|ABC-08|1|Screen failure|SCREEN FAILURE|DISPOSITION EVENT"));
    assertThat(content.refused()).isEmpty();
    assertThat(only(content, ResearchSubject.class))
        .extracting(each -> each.getStatus().toCode())
        .containsExactly(
            "ineligible",
            "screening",
            "ineligible",
            "screening",
            "on-study",
            "on-study",
            "not-registered",
            "off-study");
    assertThat(only(content, ResearchSubject.class))
        .extracting(ResearchSubject::hasAssignedArm)
        .containsExactly(false, false, false, false, false, true, false, false);
  }

  @Test
  void takesTheStatusFromWhatADispositionIsMappedTo() {
    MappedContent content =
        read(
            SdtmMapping.parse("terms: {DSDECOD: {finished: COMPLETED, died: DEATH}}"),
            DM,
            table(
                "DS",
                "STUDYID USUBJID DSSEQ DSTERM DSDECOD DSCAT DSSTDTC",
                "ABC|ABC-01|1|Finished|Finished|DISPOSITION EVENT|2009-01-01",
                "ABC|ABC-02|1|Died|Died|DISPOSITION EVENT|2009-01-01"));
    assertThat(content.refused()).isEmpty();
    assertThat(only(content, ResearchSubject.class))
        .extracting(each -> each.getStatus().toCode())
        .containsExactly("off-study", "off-study");
  }

  @Test
  void readsEventsAndHistory() {
    MappedContent content =
        read(
            SdtmMapping.parse("terms: {AEREL: {maybe: POSSIBLY RELATED}}"),
            DM,
            table(
                "AE",
                "STUDYID USUBJID AESEQ AETERM AEDECOD AESER AESHOSP AETOXGR AEREL AEOUT AESTDTC",
                "ABC|ABC-01|1|Felt sick|Nausea|N||1|Maybe|RECOVERED/RESOLVED|2008-02-01",
                "ABC|ABC-01|2|Fell|Fall|Y|Y|3|NOT RELATED|FATAL|2008-02",
                "ABC|ABC-01|3|Fell|Fall|?|Y|3|NOT RELATED|FATAL|2008-02"),
            table(
                "MH",
                "STUDYID USUBJID MHSEQ MHTERM MHPRESP MHOCCUR MHDTC MHSTDTC",
                "ABC|ABC-01|1|Interstitial lung disease|Y|N|2008-01-15|",
                "ABC|ABC-01|2|Asthma||||1999"));
    assertThat(content.refused())
        .extracting(each -> each.file() + " " + each.row() + " " + each.reason())
        .containsExactly("AE 3 AESER is '?'; expected Y or N");
    AdverseEvent nausea = only(content, AdverseEvent.class).getFirst();
    assertThat(nausea.getEvent().getText()).isEqualTo("Nausea (Felt sick)");
    assertThat(nausea.getOutcome().getCoding()).hasSize(2);
    assertThat(
            only(content, Observation.class)
                .getFirst()
                .getValueCodeableConcept()
                .getCodingFirstRep()
                .getCode())
        .isEqualTo("N");
    assertThat(only(content, Condition.class).getFirst().getOnsetDateTimeType().getValueAsString())
        .isEqualTo("1999");
  }

  @Test
  void namesWhatAFindingLacksAndWhatIsIgnored() {
    MappedContent content =
        read(
            SdtmMapping.parse("ignore: [LB.GLUC]"),
            DM,
            table(
                "LB",
                "STUDYID USUBJID LBSEQ LBTESTCD LBORRES LBORRESU LBSTRESC LBDTC",
                "ABC|ABC-01|1|CRP|7.1|mg/L|7.1|2008-01-20",
                "ABC|ABC-01|2|gluc|5||5|2008-01-20"));
    assertThat(content.refused())
        .extracting(Refusal::reason)
        .containsExactly("LBSTRESU is empty; expected a unit");
    assertThat(content.leftOut())
        .extracting(Refusal::reason)
        .containsExactly("LB.gluc: 1 rows are ignored, as the mapping says");
  }

  @Test
  void tellsOfQualifiersThatAreMappedToNothing() {
    MappedContent content =
        read(
            SdtmMapping.parse("ignore: [SUPPAE.AESITE]"),
            DM,
            table(
                "AE",
                "STUDYID USUBJID AESEQ AETERM AESER",
                "ABC|ABC-01|1|Nausea|N",
                "ABC|ABC-02|1|Rash|N"),
            table(
                "SUPPAE",
                "STUDYID RDOMAIN USUBJID IDVAR IDVARVAL QNAM QVAL",
                "ABC|AE|ABC-01|AESEQ|1|AETRTEM|Y",
                "ABC|AE|ABC-02|AESEQ|1|AETRTEM|N",
                "ABC|AE|ABC-02|AESEQ|1|AESITE|Arm",
                "ABC|AE|ABC-02|AESEQ|1|AEDISC|Y"),
            table(
                "SUPPDM",
                "STUDYID RDOMAIN USUBJID IDVAR IDVARVAL QNAM QVAL",
                "ABC|DM|ABC-01|||RACE1|WHITE",
                "ABC|DM|ABC-01|||COMPLT24|Y"));
    assertThat(content.refused()).isEmpty();
    assertThat(content.leftOut())
        .extracting(Refusal::reason)
        .containsExactly(
            "SUPPAE.AESITE: 1 rows are ignored, as the mapping says",
            "SUPPAE.AETRTEM: 2 rows of a qualifier that is mapped to nothing",
            "SUPPDM.COMPLT24: 1 rows of a qualifier that is mapped to nothing");
  }

  @Test
  void readsWhoSubjectsAreAndThatTheyAreOfOneStudy() {
    MappedContent content =
        read(
            SdtmMapping.parse("study: trial-1"),
            table(
                "DM",
                "STUDYID USUBJID RFSTDTC SEX BRTHDTC AGE AGEU",
                "ABC|ABC-01|2008-01-15|F|1950-03|57|YEARS",
                "ABC|ABC-02|2008-01-15|F||57|YEARS",
                "ABC|ABC-03|2008-01-15|F||10|MONTHS",
                "ABC|ABC-04||F||57|YEARS",
                "XYZ|XYZ-01|2008-01-15|F||57|YEARS"));
    assertThat(only(content, Patient.class))
        .extracting(each -> each.getBirthDateElement().getValueAsString())
        .containsExactly("1950-03", "1950", null, null);
    assertThat(content.leftOut())
        .extracting(Refusal::reason)
        .containsExactly(
            "DM.AGE: 2 ages are left out; expected 0 to 120 years, and the day of RFSTDTC, or"
                + " BRTHDTC");
    assertThat(content.refused())
        .extracting(each -> each.row() + " " + each.reason())
        .containsExactly(
            "5 STUDYID is 'XYZ', but 'ABC' of other subjects; expected the files of one study");
  }

  @Test
  void storesNoEventThatDidNotTakePlace() {
    MappedContent content =
        read(
            SdtmMapping.parse("terms: {CMOCCUR: {no: N}}"),
            DM,
            table(
                "AE",
                "STUDYID USUBJID AESEQ AETERM AEPRESP AEOCCUR AESTAT AESER",
                "ABC|ABC-01|1|Headache|Y|N||",
                "ABC|ABC-01|2|Nausea|Y|U||",
                "ABC|ABC-01|3|Rash|Y||NOT DONE|",
                "ABC|ABC-01|4|Cough|Y|Y||N",
                "ABC|ABC-01|5|Fever|Y|Y|NOT DONE|N",
                "ABC|ABC-01|6|Fever|Y|X||N",
                "ABC|ABC-09|7|Fever|Y|N||N"),
            table(
                "CM",
                "STUDYID USUBJID CMSEQ CMTRT CMPRESP CMOCCUR CMSTAT CMREASOC",
                "ABC|ABC-01|1|Iloprost|Y|No||Too dear",
                "ABC|ABC-01|2|Bosentan|Y||NOT DONE|"),
            table(
                "EX",
                "STUDYID USUBJID EXSEQ EXTRT EXOCCUR EXSTAT EXREASOC EXSTDTC",
                "ABC|ABC-01|1|Drug A|N||Infection|2008-02-01",
                "ABC|ABC-01|2|Drug A|N|||2008-02-08",
                "ABC|ABC-01|3|Drug A||NOT DONE||2008-02-15"),
            table(
                "MH",
                "STUDYID USUBJID MHSEQ MHTERM MHPRESP MHOCCUR MHSTAT MHDTC",
                "ABC|ABC-01|1|Asthma|Y|N||",
                "ABC|ABC-01|2|Gout|Y||NOT DONE|",
                "ABC|ABC-01|3|Arthritis|Y||NOT DONE|2008-01-15"));
    assertThat(only(content, AdverseEvent.class))
        .extracting(each -> each.getEvent().getText())
        .containsExactly("Cough");
    MedicationStatement taken = only(content, MedicationStatement.class).getFirst();
    assertThat(taken.getStatus().toCode()).isEqualTo("not-taken");
    assertThat(taken.getStatusReasonFirstRep().getText()).isEqualTo("Too dear");
    assertThat(only(content, MedicationStatement.class)).hasSize(1);
    assertThat(only(content, MedicationAdministration.class))
        .extracting(
            each -> each.getStatus().toCode() + " " + each.getStatusReasonFirstRep().getText())
        .containsExactly("not-done Infection");
    assertThat(only(content, Condition.class)).isEmpty();
    assertThat(only(content, Observation.class)).hasSize(1);
    assertThat(content.refused())
        .extracting(each -> each.file() + " " + each.row() + " " + each.reason())
        .containsExactly(
            "AE 5 AEOCCUR is 'Y', but AESTAT is 'NOT DONE'",
            "AE 6 AEOCCUR is 'X'; expected Y, N, U or NA",
            "AE 7 USUBJID 'ABC-09' is not in DM");
    assertThat(content.leftOut())
        .extracting(Refusal::reason)
        .containsExactly(
            "AE: 1 rows are of what did not take place (--OCCUR)",
            "AE: 2 rows don't tell whether it took place (--STAT, --OCCUR)",
            "CM: 1 rows don't tell whether it took place (--STAT, --OCCUR)",
            "EX: 1 rows don't tell whether it took place (--STAT, --OCCUR)",
            "EX: 1 rows of what was not given (EXOCCUR) have no reason (EXREASOC)",
            "MH: 1 rows are of what did not take place (--OCCUR)",
            "MH: 1 rows don't tell whether it took place (--STAT, --OCCUR)");
  }

  @Test
  void keepsWhatIsKnownOfADate() {
    MappedContent content =
        read(
            SdtmMapping.DEFAULT,
            DM,
            table(
                "AE",
                "STUDYID USUBJID AESEQ AETERM AESER AESTDTC",
                "ABC|ABC-01|1|Nausea|N|2008-04-01T10",
                "ABC|ABC-01|2|Nausea|N|2008---15",
                "ABC|ABC-01|3|Nausea|N|--03-15",
                "ABC|ABC-01|4|Nausea|N|2010---",
                "ABC|ABC-01|5|Nausea|N|2008-12-01/2008-12-10",
                "ABC|ABC-01|6|Nausea|N|2008-04-01T-:15",
                "ABC|ABC-01|7|Nausea|N|2008-04-01T10:15-05:00",
                "ABC|ABC-01|8|Nausea|N|2008-02-30",
                "ABC|ABC-01|9|Nausea|N|2008-12-01/soon"),
            table("MH", "STUDYID USUBJID MHSEQ MHTERM MHENDTC", "ABC|ABC-01|1|Asthma|-----T07:15"),
            table(
                "LB",
                "STUDYID USUBJID LBSEQ LBTESTCD LBORRES LBORRESU LBDTC",
                "ABC|ABC-01|1|ESR|25|mm/h|2015-13",
                "ABC|ABC-01|2|ESR|25|mm/h|--03-15",
                "ABC|ABC-01|3|ESR|25|mm/h|2015---15T10:00"));
    List<AdverseEvent> events = only(content, AdverseEvent.class);
    assertThat(events)
        .extracting(each -> each.hasDate() ? each.getDateElement().getValueAsString() : "")
        .containsExactly(
            "2008-04-01",
            "2008",
            "",
            "2010",
            "2008-12-01",
            "2008-04-01",
            "2008-04-01T10:15:00-05:00");
    assertThat(Elements.studyDay(events.get(4))).contains(322);
    assertThat(
            only(content, Condition.class)
                .getFirst()
                .getClinicalStatus()
                .getCodingFirstRep()
                .getCode())
        .isEqualTo("resolved");
    assertThat(only(content, Observation.class).getFirst().getEffectiveDateTimeType())
        .returns("2015", each -> each.getValueAsString());
    assertThat(content.refused())
        .extracting(each -> each.file() + " " + each.row() + " " + each.reason())
        .containsExactly(
            "AE 8 AESTDTC is '2008-02-30'; expected a date of ISO 8601 such as 2008-01-15",
            "AE 9 AESTDTC is '2008-12-01/soon'; expected a date of ISO 8601 such as 2008-01-15",
            "LB 1 LBDTC is '2015-13'; expected a date of ISO 8601 such as 2008-01-15",
            "LB 2 LBDTC is '--03-15'; expected a date, of which the year at least is known");
    assertThat(content.leftOut())
        .extracting(Refusal::reason)
        .containsExactly(
            "AESTDTC: 1 dates are left out, since their year is unknown",
            "MHENDTC: 1 dates are left out, since their year is unknown");
  }

  @Test
  void refusesABrokenFileAndReadsTheOthers() {
    MappedContent content = read(SdtmMapping.DEFAULT, DM, "{\"rows\": [");
    assertThat(content.refused()).hasSize(1);
    assertThat(content.refused().getFirst().row()).isZero();
    assertThat(only(content, ResearchSubject.class)).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "study: a\\nvisit: {}|unknown key 'visit' in line 2",
        "ids: maybe|'maybe' in line 1; expected row or sponsor",
        "tests:\\n  - domain: QS|without 'test' in line 2",
        "tests:\\n  - {domain: QS, test: A, measure: nonsense}|'nonsense' in line 2",
        "encoding: klingon|'klingon' in line 1",
        "arms: [a]|a list in line 1; expected keys and values",
        "study: a\\nstudy: b|'study' again in line 2",
        "a: &a [*a]|not YAML",
      })
  void refusesAWrongMappingNamingTheLine(String yaml, String message) {
    assertThatThrownBy(() -> SdtmMapping.parse(yaml.replace("\\n", "\n")))
        .isInstanceOf(FhirFailure.Malformed.class)
        .hasMessageContaining(message);
  }

  @Test
  void refusesFilesThatAreNoDatasets() {
    MappedContent content =
        new SdtmReader(1_000).readFiles(List.of(named("notes.txt", "no")), Optional.empty());
    assertThat(content.refused())
        .extracting(Refusal::reason)
        .containsExactly(
            "There is no dataset; expected a SAS transport file (XPT) or Dataset-JSON");
    assertThat(content.leftOut()).extracting(Refusal::file).containsExactly("notes.txt");
  }

  @Test
  void knowsFilesByHowTheyBegin() throws IOException {
    Patient patient = new Patient();
    patient.setId("Patient/p");
    patient.addIdentifier().setValue("1");
    ResearchSubject subject = new ResearchSubject();
    subject.setId("ResearchSubject/s");
    subject.setIndividual(new Reference("Patient/p")).addIdentifier().setValue("1");
    ByteArrayOutputStream zip = new ByteArrayOutputStream();
    SdtmArchive.write(
        zip,
        SdtmArchive.Format.XPT,
        new DefineXmlWriter.Study("ST.a", "a", "", "", "3.4", Instant.EPOCH),
        new SdtmWriter("a").write(List.of(patient, subject)));
    List<SourceFile> files = new ArrayList<>();
    try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip.toByteArray()))) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        byte[] content = in.readAllBytes();
        String name = entry.getName().replace(".", "-");
        files.add(new SourceFile(name, () -> new ByteArrayInputStream(content)));
      }
    }
    files.add(named("body", table("CM", "STUDYID USUBJID CMSEQ CMTRT", "a|a-1|1|Iloprost")));
    files.add(named("define2-1.xsl", "<?xml version='1.0'?><xsl:stylesheet/>"));
    MappedContent content = new SdtmReader(1_000).readFiles(files, Optional.empty());
    assertThat(files).extracting(SourceFile::name).contains("define-xml", "dm-xpt", "suppdm-xpt");
    assertThat(content.refused()).isEmpty();
    assertThat(content.leftOut()).extracting(Refusal::file).containsExactly("define2-1.xsl");
    assertThat(only(content, ResearchSubject.class)).hasSize(1);
    assertThat(only(content, MedicationStatement.class)).hasSize(1);
  }

  private static SourceFile named(String name, String content) {
    return new SourceFile(name, () -> new ByteArrayInputStream(content.getBytes(UTF_8)));
  }

  private static <T extends Resource> List<T> only(MappedContent content, Class<T> type) {
    return content.resources().stream()
        .map(MappedContent.Mapped::resource)
        .filter(type::isInstance)
        .map(type::cast)
        .toList();
  }

  private static MappedContent read(SdtmMapping mapping, String... tables) {
    List<SourceFile> sources = new ArrayList<>();
    for (String table : tables) {
      String name = table.replaceAll("(?s).*\"records\":\\d+,\"name\":\"([A-Z]+)\".*", "$1");
      sources.add(
          new SourceFile(
              name.length() > 8 ? "broken" : name,
              () -> new ByteArrayInputStream(table.getBytes(UTF_8))));
    }
    return new SdtmReader(10_000).read(sources, mapping, Definitions.NONE);
  }
}
