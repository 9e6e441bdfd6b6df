package org.rodnan.mapping;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A word of files and the code it stands for: the submission value of SDTM, which others use too.
 *
 * @param system of the code
 */
public record Term(String submission, String system, String code) {
  private static final String NCIT = "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl";
  private static final String RACE_SYSTEM = "http://terminology.hl7.org/CodeSystem/v3-Race";
  private static final String ETHNICITY = "http://terminology.hl7.org/CodeSystem/v3-Ethnicity";
  private static final String GENDER = "http://hl7.org/fhir/administrative-gender";
  private static final String REASON = "https://w3id.org/rodnan/CodeSystem/ssc-disposition-reason";
  private static final String OUTCOME =
      "http://terminology.hl7.org/CodeSystem/adverse-event-outcome";
  public static final String DOSE_CHANGE_SYSTEM =
      "https://w3id.org/rodnan/CodeSystem/ssc-dose-change";
  public static final String DOSE_CHANGE_REASON_SYSTEM =
      "https://w3id.org/rodnan/CodeSystem/ssc-dose-change-reason";
  private static final String INTERPRETATION =
      "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation";

  public static final List<Term> SEX =
      List.of(
          new Term("F", GENDER, "female"),
          new Term("M", GENDER, "male"),
          new Term("U", GENDER, "unknown"),
          new Term("UNDIFFERENTIATED", GENDER, "other"),
          new Term("INTERSEX", GENDER, "other"));

  public static final List<Term> RACE =
      List.of(
          new Term("WHITE", RACE_SYSTEM, "2106-3"),
          new Term("BLACK OR AFRICAN AMERICAN", RACE_SYSTEM, "2054-5"),
          new Term("ASIAN", RACE_SYSTEM, "2028-9"),
          new Term("AMERICAN INDIAN OR ALASKA NATIVE", RACE_SYSTEM, "1002-5"),
          new Term("NATIVE HAWAIIAN OR OTHER PACIFIC ISLANDER", RACE_SYSTEM, "2076-8"),
          new Term("OTHER", RACE_SYSTEM, "2131-1"));

  public static final List<Term> ETHNIC =
      List.of(
          new Term("HISPANIC OR LATINO", ETHNICITY, "2135-2"),
          new Term("NOT HISPANIC OR LATINO", ETHNICITY, "2186-5"));

  /** NCOMPLT of CDISC; those after OTHER are the sponsor's extension of it. */
  public static final List<Term> DISPOSITION =
      List.of(
          new Term("COMPLETED", REASON, "completed"),
          new Term("ADVERSE EVENT", REASON, "adverse-event"),
          new Term("DEATH", REASON, "death"),
          new Term("LOST TO FOLLOW-UP", REASON, "lost-to-follow-up"),
          new Term("WITHDRAWAL BY SUBJECT", REASON, "withdrawal-by-subject"),
          new Term("PHYSICIAN DECISION", REASON, "physician-decision"),
          new Term("NON-COMPLIANCE WITH STUDY DRUG", REASON, "non-compliance"),
          new Term("PROTOCOL VIOLATION", REASON, "protocol-violation"),
          new Term("PROTOCOL DEVIATION", REASON, "protocol-violation"),
          new Term("LACK OF EFFICACY", REASON, "lack-of-efficacy"),
          new Term("PROGRESSIVE DISEASE", REASON, "disease-progression"),
          new Term("DISEASE PROGRESSION", REASON, "disease-progression"),
          new Term("PREGNANCY", REASON, "pregnancy"),
          new Term("STUDY TERMINATED BY SPONSOR", REASON, "study-terminated"),
          new Term("SCREEN FAILURE", REASON, "screen-failure"),
          new Term("OTHER", REASON, "other"),
          new Term("PROHIBITED TREATMENT NEEDED", REASON, "prohibited-treatment-needed"),
          new Term("INTERCURRENT ILLNESS", REASON, "intercurrent-illness"),
          new Term("DECLINED CONSENT", REASON, "declined-consent"));

  public static final List<Term> OUT =
      List.of(
          new Term("FATAL", OUTCOME, "fatal"),
          new Term("RECOVERED/RESOLVED", OUTCOME, "resolved"),
          new Term("RECOVERING/RESOLVING", OUTCOME, "recovering"),
          new Term("NOT RECOVERED/NOT RESOLVED", OUTCOME, "ongoing"),
          new Term("RECOVERED/RESOLVED WITH SEQUELAE", OUTCOME, "resolvedWithSequelae"),
          new Term("UNKNOWN", OUTCOME, "unknown"));

  /** The second coding of an outcome, of the same. */
  public static final List<Term> OUT_NCIT =
      List.of(
          new Term("FATAL", NCIT, "C48275"),
          new Term("RECOVERED/RESOLVED", NCIT, "C49498"),
          new Term("RECOVERING/RESOLVING", NCIT, "C49496"),
          new Term("NOT RECOVERED/NOT RESOLVED", NCIT, "C49494"),
          new Term("RECOVERED/RESOLVED WITH SEQUELAE", NCIT, "C49495"));

  public static final List<Term> GRADE =
      List.of(
          new Term("1", NCIT, "C41338"),
          new Term("2", NCIT, "C41339"),
          new Term("3", NCIT, "C41340"),
          new Term("4", NCIT, "C41337"),
          new Term("5", NCIT, "C48275"));

  /** CDISC leaves the values of AEREL to the sponsor; the first of a code is what is written. */
  public static final List<Term> RELATEDNESS =
      List.of(
          new Term("NOT RELATED", NCIT, "C53256"),
          new Term("UNLIKELY RELATED", NCIT, "C53257"),
          new Term("UNLIKELY", NCIT, "C53257"),
          new Term("POSSIBLY RELATED", NCIT, "C53258"),
          new Term("POSSIBLE", NCIT, "C53258"),
          new Term("PROBABLY RELATED", NCIT, "C53259"),
          new Term("PROBABLE", NCIT, "C53259"),
          new Term("RELATED", NCIT, "C53260"));

  /** The variables of the criteria of seriousness. */
  public static final List<Term> CRITERIA =
      List.of(
          new Term("AESCONG", NCIT, "C83117"),
          new Term("AESDISAB", NCIT, "C11338"),
          new Term("AESDTH", NCIT, "C48275"),
          new Term("AESHOSP", NCIT, "C83052"),
          new Term("AESINTV", NCIT, "C201939"),
          new Term("AESLIFE", NCIT, "C84266"),
          new Term("AESMIE", NCIT, "C82521"));

  public static final List<Term> RESULT =
      List.of(
          new Term("POSITIVE", INTERPRETATION, "POS"),
          new Term("NEGATIVE", INTERPRETATION, "NEG"),
          new Term("INDETERMINATE", INTERPRETATION, "IND"));

  public static final List<Term> DOSE_CHANGE =
      words(
          DOSE_CHANGE_SYSTEM,
          "start",
          "increase",
          "decrease",
          "interruption",
          "resumption",
          "rechallenge",
          "stop");

  public static final List<Term> DOSE_CHANGE_REASON =
      words(
          DOSE_CHANGE_REASON_SYSTEM,
          "per-protocol",
          "musculoskeletal",
          "fluid-related",
          "gastrointestinal",
          "constitutional",
          "intercurrent-illness",
          "laboratory-abnormality",
          "adverse-event",
          "non-compliance",
          "subject-decision",
          "physician-decision",
          "recovery",
          "other");

  /** Codes that are words themselves. */
  private static List<Term> words(String system, String... codes) {
    return Arrays.stream(codes)
        .map(code -> new Term(code.replace('-', ' ').toUpperCase(Locale.ROOT), system, code))
        .toList();
  }

  public static Optional<Term> ofSubmission(List<Term> terms, String submission) {
    return terms.stream()
        .filter(term -> term.submission().equalsIgnoreCase(submission))
        .findFirst();
  }

  public static Optional<Term> ofCode(List<Term> terms, String code) {
    return terms.stream().filter(term -> term.code().equals(code)).findFirst();
  }
}
